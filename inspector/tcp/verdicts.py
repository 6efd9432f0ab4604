"""The names and bits of the engine's results about segments and connections.

Verdicts have tshark's names (`tcp.analysis.*`); connection states and history letters are Zeek's. Where tshark's rule
is known to classify a segment wrongly, the verdict is the correct one, and only the export uses tshark's name.
"""

from __future__ import annotations

from enum import IntEnum, IntFlag
from typing import NamedTuple


class Verdict(IntFlag):
    """What a segment is, apart from new data; the bits of packets.analysis."""

    RETRANSMISSION = 1 << 0
    FAST_RETRANSMISSION = 1 << 1
    SPURIOUS_RETRANSMISSION = 1 << 2
    OUT_OF_ORDER = 1 << 3
    LOST_SEGMENT = 1 << 4
    ACK_LOST_SEGMENT = 1 << 5
    DUPLICATE_ACK = 1 << 6
    WINDOW_UPDATE = 1 << 7
    ZERO_WINDOW = 1 << 8
    ZERO_WINDOW_PROBE = 1 << 9
    ZERO_WINDOW_PROBE_ACK = 1 << 10
    WINDOW_FULL = 1 << 11
    KEEP_ALIVE = 1 << 12
    KEEP_ALIVE_ACK = 1 << 13
    REUSED_PORTS = 1 << 14
    EMPTY_WINDOW_PROBE = 1 << 15
    """A window probe without a byte, whose sequence number is one below the next one, as Linux sends it; tshark calls
    it a keep-alive."""
    CROSSED_SYN_ACK = 1 << 16
    """The first SYN-ACK of an end whose own SYN crossed its peer's (RFC 9293 §3.5); tshark calls it a
    retransmission."""


class VerdictWords(NamedTuple):
    """The name of a verdict, singular and plural, and its meaning."""

    one: str
    several: str
    meaning: str


VERDICT_WORDS: dict[Verdict, VerdictWords] = {
    Verdict.RETRANSMISSION: VerdictWords(
        "retransmission",
        "retransmissions",
        "Bytes, a SYN or a FIN that were sent before are sent again, and had not all been acknowledged.",
    ),
    Verdict.FAST_RETRANSMISSION: VerdictWords(
        "fast retransmission",
        "fast retransmissions",
        "Sent again soon after duplicate ACKs, which most often come when a segment is lost or overtaken.",
    ),
    Verdict.SPURIOUS_RETRANSMISSION: VerdictWords(
        "spurious retransmission",
        "spurious retransmissions",
        "Sent again although an acknowledgment of it had been captured.",
    ),
    Verdict.OUT_OF_ORDER: VerdictWords(
        "out-of-order segment",
        "out-of-order segments",
        "Captured after bytes that follow it in the stream.",
    ),
    Verdict.LOST_SEGMENT: VerdictWords(
        "previous segment not captured",
        "previous segments not captured",
        "Bytes before this packet have not been captured yet: lost, overtaken, or missed by the capture.",
    ),
    Verdict.ACK_LOST_SEGMENT: VerdictWords(
        "ACKed unseen segment",
        "ACKed unseen segments",
        "It acknowledges bytes of the other side that have not been captured.",
    ),
    Verdict.DUPLICATE_ACK: VerdictWords(
        "duplicate ACK",
        "duplicate ACKs",
        "The same acknowledgment again, as sent when a segment arrives that is not the next one expected.",
    ),
    Verdict.WINDOW_UPDATE: VerdictWords(
        "window update",
        "window updates",
        "Same sequence and ACK numbers as its sender’s previous packet, but a different receive window.",
    ),
    Verdict.ZERO_WINDOW: VerdictWords(
        "zero window",
        "zero windows",
        "The receive window of its sender is 0: the other side must wait.",
    ),
    Verdict.ZERO_WINDOW_PROBE: VerdictWords(
        "zero window probe",
        "zero window probes",
        "Sent to find out whether the receiver’s window is still 0.",
    ),
    Verdict.ZERO_WINDOW_PROBE_ACK: VerdictWords(
        "zero window probe ACK",
        "zero window probe ACKs",
        "The reply to a zero window probe: the window is still 0.",
    ),
    Verdict.WINDOW_FULL: VerdictWords(
        "window full",
        "segments that fill the window",
        "Its sender has filled the receive window of the other side.",
    ),
    Verdict.KEEP_ALIVE: VerdictWords(
        "keep-alive",
        "keep-alives",
        "Its number is one below its sender’s next, so that the other end must reply.",
    ),
    Verdict.KEEP_ALIVE_ACK: VerdictWords(
        "keep-alive ACK",
        "keep-alive ACKs",
        "The reply to a keep-alive: its sender is still there.",
    ),
    Verdict.REUSED_PORTS: VerdictWords(
        "reused port numbers",
        "reused port numbers",
        "An earlier connection had the same two sockets: allowed if that one has ended.",
    ),
    Verdict.EMPTY_WINDOW_PROBE: VerdictWords(
        "zero window probe without data",
        "zero window probes without data",
        "Sent without data to find out whether the window is still 0, as Linux does; tshark calls it a keep-alive.",
    ),
    Verdict.CROSSED_SYN_ACK: VerdictWords(
        "SYN-ACK to a crossed SYN",
        "SYN-ACKs to a crossed SYN",
        "The SYN-ACK of an end whose own SYN crossed its peer’s; tshark calls it a retransmission.",
    ),
}
"""The words for each verdict that both the page and the summary use."""

COPY_SHIFT = 17
"""The number of bits by which the verdicts on a packet that was captured twice at the same place are shifted to the
left. Only tshark, which does not recognise copies, gives the packet these verdicts; here, it has none of them."""

FAST_RETRANSMISSION_ACKS = 2
"""A fast retransmission follows at least this many duplicate ACKs."""

FAST_RETRANSMISSION_NS = 20_000_000
"""A fast retransmission follows the last duplicate ACK within this time."""

REORDERING_NS = 3_000_000
"""A late segment counts as reordered within this time, or within the initial round-trip time if that is known."""

UNSEEN_SAID = 0xFFFF_FFFF
"""Replaces the number of duplicate ACKs once an ACK of uncaptured bytes has been reported against this sender. tshark
4.0 writes -1 into an unsigned counter, so that as long as the value remains, it counts as many duplicate ACKs."""

TSHARK_SAYS: dict[Verdict, Verdict] = {
    Verdict.EMPTY_WINDOW_PROBE: Verdict.KEEP_ALIVE,
    Verdict.CROSSED_SYN_ACK: Verdict.RETRANSMISSION,
}
"""The verdicts that tshark does not have, each with the one that tshark gives instead."""

RETRANSMISSIONS = Verdict.RETRANSMISSION | Verdict.FAST_RETRANSMISSION | Verdict.SPURIOUS_RETRANSMISSION

TROUBLE = (
    RETRANSMISSIONS
    | Verdict.OUT_OF_ORDER
    | Verdict.LOST_SEGMENT
    | Verdict.ACK_LOST_SEGMENT
    | Verdict.ZERO_WINDOW
    | Verdict.WINDOW_FULL
)
"""Verdicts that count as trouble. Duplicate ACKs do not: they come in large numbers for one lost segment."""


class DropReason(IntEnum):
    """Why a segment's receiver must drop it (RFC 9293 §3.10.7.4, RFC 5961), as far as the capture shows."""

    NONE = 0
    OUTSIDE_WINDOW = 1
    RESET_OUTSIDE_WINDOW = 2
    RESET_INSIDE_WINDOW = 3
    """A RST inside the window but not at exactly the next sequence number: the receiver responds with a challenge
    ACK."""
    SYN_INSIDE = 4
    """A SYN in an open connection: the receiver responds with a challenge ACK, too."""
    ACK_OF_UNSENT = 5
    """It acknowledges bytes that its receiver never sent."""
    BAD_CHECKSUM = 6
    """Its checksum is wrong, although its sender is known to compute correct ones."""


class Acceptance(IntFlag):
    """The bits of packets.acceptance besides the `DropReason`, which occupies the lowest three."""

    REASON = 7
    REUSES_OPEN = 1 << 3
    """This SYN takes the sockets of a connection that was open at both ends."""
    REUSES_TIME_WAIT = 1 << 4
    """This SYN takes the sockets of a connection that was in TIME-WAIT at either end."""
    ACKNOWLEDGES_DROPPED = 1 << 5
    """This packet acknowledges a segment that its sender was thought to have dropped."""
    CONTINUES = 1 << 6
    """Its sender's connection continues: an earlier RST only seemed to be the sender's, or this packet is a RST that
    only refuses an old segment."""
    AFTER_ALL = 1 << 7
    """Its receiver acknowledged it, so it was accepted despite the `DropReason`."""


class ConnState(IntEnum):
    """Zeek's summary of a connection's life (conn.log, field conn_state)."""

    OTH = 0
    S0 = 1
    S1 = 2
    S2 = 3
    S3 = 4
    SF = 5
    REJ = 6
    RSTO = 7
    RSTR = 8
    RSTOS0 = 9
    RSTRH = 10
    SH = 11
    SHR = 12


CONN_STATE_MEANING: dict[ConnState, str] = {
    ConnState.OTH: "no whole handshake seen: the capture may lack its beginning, or one side",
    ConnState.S0: "no answer to the SYN seen",
    ConnState.S1: "SYN answered, no end seen",
    ConnState.S2: "the client sent FIN; none of the server seen",
    ConnState.S3: "the server sent FIN; none of the client seen",
    ConnState.SF: "both ends sent FIN",
    ConnState.REJ: "the server answered the SYN with RST, or each end sent RST and no data",
    ConnState.RSTO: "the client sent RST",
    ConnState.RSTR: "the server sent RST",
    ConnState.RSTOS0: "SYN, then RST from the client; no SYN-ACK seen",
    ConnState.RSTRH: "the server sent RST; no SYN of the client seen",
    ConnState.SH: "the client sent FIN; no SYN-ACK of the server seen",
    ConnState.SHR: "the server sent FIN; no SYN of the client seen",
}
"""What Zeek's rules guarantee. S1 also includes half-open connections; RSTO and RSTR also include some that were never
open or whose reset had no effect."""

FLAG_NAMES = ("FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR", "AE")
"""The names of the TCP header's flag bits, from bit 0 (RFC 9293 §3.1; AE: RFC 9768)."""


def flag_names(bits: int) -> list[str]:
    """The names of the flags that are set, in the order in which they are usually read: SYN before ACK."""
    order = (1, 0, 2, 3, 4, 5, 6, 7, 8)
    return [FLAG_NAMES[i] for i in order if bits >> i & 1]


def verdict_names(bits: int) -> list[str]:
    """The names of the verdicts that are set, as Wireglass defines them."""
    return [v.name.lower() for v in Verdict if bits & v and v.name]


def code_of(verdict: Verdict) -> str:
    """The name of a verdict in a filter, such as "zero-window" in "is:zero-window"."""
    return (verdict.name or "").lower().replace("_", "-")


def tshark_names(bits: int) -> list[str]:
    """The names of the verdicts that tshark would give, in lower case and without `tcp.analysis.`."""
    for ours, theirs in TSHARK_SAYS.items():
        if bits & ours:
            bits = bits & ~ours | theirs
    return verdict_names(bits | bits >> COPY_SHIFT)


def drop_reason_name(bits: int) -> str | None:
    """Why the receiver dropped the segment, according to packets.acceptance; None if it did not."""
    drop_reason = DropReason(bits & Acceptance.REASON)
    return drop_reason.name.lower() if drop_reason and not bits & Acceptance.AFTER_ALL else None
