"""Every known disagreement with tshark 4.0: when it occurs, and why Wireglass is right.

Whatever disagrees and is not in this table fails a test, and so does an entry that no disagreement needs any more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Disagreement:
    """One value that tshark and Wireglass give differently, and what is true of the packets around it."""

    part: str
    """What was compared."""
    where: str
    theirs: object
    ours: object
    facts: frozenset[str] = field(default=frozenset())
    """Names of facts about the packets, derived from tshark's columns or from the traffic's making."""


@dataclass(frozen=True)
class Deviation:
    """A justified disagreement."""

    part: str
    fact: str
    """The fact that must be true where it occurs."""
    reason: str
    agrees: Callable[[Disagreement], bool] = lambda one: True
    """Whether both values are those that the reason gives."""


DEVIATIONS = {
    "a SYN on an open connection": Deviation(
        "connection",
        "made up",
        "tshark begins a conversation with every new SYN; the receiver of an open one drops it (RFC 5961 §4).",
    ),
    "SYN number inferred": Deviation(
        "relative number",
        "sender's SYN not captured",
        "Without the SYN nobody knows the initial number (RFC 9293 §3.4.1). tshark counts from the end's first "
        "segment, Wireglass from what its peer acknowledged before, if there is such a packet.",
    ),
    "window of an unknown scale": Deviation(
        "window",
        "peer's SYN not captured",
        "The scale applies only if both SYNs offered one (RFC 7323 §2.2). tshark applies it after one of them.",
        lambda one: isinstance(one.theirs, tuple) and one.ours == one.theirs[1],
    ),
    "a segment sent twice has no round trip": Deviation(
        "round trip",
        "acknowledged segment sent twice",
        "An acknowledgment of a segment sent twice is of either (RFC 6298 §3). tshark measures from the last, "
        "Wireglass from the first, and once.",
    ),
    "an empty probe is no keep-alive": Deviation(
        "verdict",
        "EMPTY_WINDOW_PROBE",
        "Without a byte, at a zero window: a window probe as Linux sends it (RFC 9293 §3.8.6.1).",
    ),
    "an answer to a crossed SYN is no repeat": Deviation(
        "verdict",
        "CROSSED_SYN_ACK",
        "In a simultaneous open both ends send a SYN, then a SYN-ACK of the same number (RFC 9293 §3.5, figure 7).",
    ),
    "a copy is not a repeat": Deviation(
        "verdict",
        "captured twice",
        "The same IP packet, captured twice at one place, was sent once (identification: RFC 6864 §4).",
        lambda one: one.ours == [],
    ),
    "bytes not captured are a gap": Deviation(
        "stream",
        "cut off",
        "tshark joins what lies on both sides of uncaptured bytes, which are in sequence space (RFC 9293 §3.4).",
    ),
    "a gap at the end": Deviation(
        "stream",
        "gap at the end",
        "The peer acknowledged these bytes (RFC 9293 §3.8.6): they were received. tshark shows no gap without "
        "bytes after it.",
    ),
    "a segment captured after its acknowledgment": Deviation(
        "stream",
        "gap filled",
        "The bytes are in the capture, a moment after the ACK that covers them (RFC 9293 §3.4): tshark has given "
        "them up by then.",
    ),
    "an incomplete message": Deviation(
        "http",
        "message incomplete",
        "tshark 4.0 waits for the end of a body before it shows a message; the head is complete (RFC 9112 §8).",
        lambda one: not one.theirs,
    ),
    "a message behind a gap": Deviation(
        "http",
        "message behind a gap",
        "tshark 4.0 does not look for the next message behind missing bytes; it begins where a start line does "
        "(RFC 9112 §2.2).",
        lambda one: not one.theirs,
    ),
    "frames of a handshake not captured whole": Deviation(
        "frames",
        "no handshake",
        "tshark needs both messages of the handshake before the first frame; frames are recognised by their form "
        "(RFC 6455 §5.2).",
    ),
    "frames behind a gap": Deviation(
        "frames",
        "frames behind a gap",
        "tshark gives up at missing bytes; the next frame is found by its form (RFC 6455 §5.2).",
    ),
}


def explained(one: Disagreement) -> str | None:
    """The name of the deviation that explains a disagreement."""
    for name, deviation in DEVIATIONS.items():
        if deviation.part == one.part and deviation.fact in one.facts and deviation.agrees(one):
            return name
    return None


def check(parts: Iterable[str], disagreements: Iterable[Disagreement]) -> None:
    """Fail if a disagreement on one of these parts is not explained, or if a deviation is not needed."""
    some = [one for one in disagreements if one.part in parts]
    unexplained = [one for one in some if not explained(one)]
    assert not unexplained, "\n".join(map(str, unexplained[:10]))
    needed = {explained(one) for one in some}
    assert {name for name, deviation in DEVIATIONS.items() if deviation.part in parts} == needed
