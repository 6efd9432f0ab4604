"""Why a segment got its verdicts: in a sentence with the numbers, comparison by comparison, and what else it might be.

Computed on demand, for one segment, by following the earlier packets of its connection (`situation.recall`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from inspector.tables import Table
from inspector.tcp.grounds import BEFORE, CHECKS, UNSEEN_SAID, Check, asked_again, overtaken_within, pieces, span
from inspector.tcp.header import SYN, seq_distance
from inspector.tcp.situation import Situation, recall
from inspector.tcp.verdicts import Verdict


@dataclass(frozen=True, slots=True)
class Explanation:
    """One verdict explained.

    Attributes:
        why: a sentence with the numbers.
        checks: what was compared, and holds.
        ruled_out: verdicts that were tried before this one, each with the first comparison that spoke against it.
        instead: what else the segment might be, which its headers cannot tell apart.
        reference: the section of the RFC behind it; "" where the verdict is about the capture.
    """

    verdict: Verdict
    why: str
    checks: list[Check]
    ruled_out: list[tuple[Verdict, Check]]
    instead: list[str]
    reference: str


@dataclass(frozen=True, slots=True)
class Reason:
    """How one verdict is told."""

    why: Callable[[Situation], str]
    instead: tuple[str, ...]
    reference: str = ""


def explain(packets: Table, connections: Table, row: int) -> list[Explanation]:
    """The verdicts of packets row `row`, explained; empty where there are none."""
    bits = int(packets["analysis"][row])
    if not bits:
        return []
    situation = recall(packets, connections, row)
    return [_explained(situation, verdict) for verdict in Verdict if bits & verdict]


SCALE_WITHDRAWN = (
    "A later SYN took the window scale back: window fields before it can no longer be told, so not every comparison"
    " is shown."
)


def _explained(s: Situation, verdict: Verdict) -> Explanation:
    reason = REASONS[verdict]
    checks = CHECKS[verdict](s)
    held = [check for check in checks if check.holds]
    unsure = [SCALE_WITHDRAWN] if len(held) < len(checks) else []
    return Explanation(
        verdict,
        reason.why(s),
        held,
        [(other, against) for other in BEFORE.get(verdict, ()) if (against := _against(s, other)) is not None],
        [*reason.instead, *_ambiguities(s, verdict), *unsure],
        reason.reference,
    )


def _against(s: Situation, verdict: Verdict) -> Check | None:
    """The first comparison that does not hold; None where the verdict is out of the question from the start."""
    checks = CHECKS[verdict](s)
    against = next((check for check in checks if not check.holds), None)
    return None if against is checks[0] else against


def _ambiguities(s: Situation, verdict: Verdict) -> list[str]:
    """What only this segment leaves open."""
    if verdict is Verdict.KEEP_ALIVE and s.length == 1:
        return ["A single byte that is sent again looks the same."]
    if verdict in REPEATS and s.first_sent < 0:
        return ["These bytes were not seen before: an earlier sending may be missing in the capture."]
    if verdict is Verdict.RETRANSMISSION and s.end_counted != s.end and s.flags & SYN:
        return ["The answer may have been lost instead of the SYN."]
    return []


REPEATS = (Verdict.RETRANSMISSION, Verdict.FAST_RETRANSMISSION, Verdict.SPURIOUS_RETRANSMISSION)


def _what(s: Situation) -> str:
    """The sequence numbers of the segment in words: `Bytes 1461 to 2920`, `The SYN`, `Byte 5`."""
    if s.flags & SYN:
        return "The SYN"
    if not s.length:
        return "The FIN"
    first, last = s.relative(s.seq), s.relative((s.end - 1) & 0xFFFF_FFFF)
    return f"Byte {first}" if s.length == 1 else f"Bytes {first} to {last}"


def _packet(row: int) -> str:
    return f"packet {row + 1}"


def _retransmission(s: Situation) -> str:
    what, due = _what(s), s.relative(s.sender.next_seq)
    if s.first_sent < 0:
        return f"{what} come after the sender had already sent up to {due}: they fill a hole that it had left."
    ago = s.time_ns - int(s.packets["time_ns"][s.first_sent])
    first = f"{what} {'were' if s.length > 1 else 'was'} first sent in {_packet(s.first_sent)}, {span(ago)} before"
    if ago < overtaken_within(s):
        return f"{first}: less than a round trip ({span(overtaken_within(s))}), so rather a copy than a repeat."
    return f"{first}, and not acknowledged since: the sender sends {'them' if s.length > 1 else 'it'} again."


def _fast(s: Situation) -> str:
    ago = span(s.time_ns - s.peer.last_ack_ns)
    if asked_again(s) is None:
        return (
            f"The peer's last ACK ({_packet(s.last_of_peer)}, {ago} ago) asks for {s.relative(s.seq)}, where this"
            " begins. The capture lacks bytes that the peer sent: its duplicate ACKs are taken for enough."
        )
    return (
        f"The peer sent {pieces(s.peer.duplicate_acks, 'duplicate ACK')}, the last {ago} ago"
        f" ({_packet(s.last_of_peer)}), each asking for {s.relative(s.seq)}, where this begins: the sender repeats"
        " without waiting for its timer."
    )


def _spurious(s: Situation) -> str:
    return (
        f"seq {s.relative(s.seq)} ends at {s.relative(s.end)}, at or before the peer's last ACK"
        f" {s.relative(s.peer.last_ack)} ({_packet(s.last_of_peer)}): the peer already had it."
    )


def _out_of_order(s: Situation) -> str:
    late, limit = span(s.time_ns - s.sender.next_seq_ns), span(overtaken_within(s))
    known = f"a round trip takes {limit}" if s.initial_rtt_ns else f"{limit} are allowed where no round trip is known"
    return (
        f"Begins at {s.relative(s.seq)}, before the sender's next, {s.relative(s.sender.next_seq)}, but only {late}"
        f" after {_packet(s.reached_next)}, which reached that: too soon for a repeat ({known}), so it was overtaken."
    )


def _lost_segment(s: Situation) -> str:
    missing = seq_distance(s.sender.next_seq, s.seq)
    return (
        f"Begins at {s.relative(s.seq)}, while {s.relative(s.sender.next_seq)} was next:"
        f" the {pieces(missing, 'byte')} between {'is' if missing == 1 else 'are'} not in the capture up to here."
    )


def _ack_lost_segment(s: Situation) -> str:
    unseen = seq_distance(s.peer.contiguous, s.ack)
    return (
        f"Acknowledges up to {s.relative(s.ack, of_peer=True)}, while the peer's bytes were seen without a hole only"
        f" up to {s.relative(s.peer.contiguous, of_peer=True)}: the capture lacks {pieces(unseen, 'byte')}."
    )


def _duplicate_ack(s: Situation) -> str:
    again = 1 if s.sender.duplicate_acks == UNSEEN_SAID else s.sender.duplicate_acks + 1
    return (
        f"Says {s.relative(s.ack, of_peer=True)} again, with the same window and no bytes; duplicate number {again}:"
        " something behind that number arrived, and what begins there did not."
    )


def _window_update(s: Situation) -> str:
    if s.sender.last_window < 0:
        return f"The first word of this end: nothing is new but the window field, {s.window}."
    change = "more" if s.window > s.sender.last_window else "less"
    return (
        f"Nothing is new but the window field: {s.window} instead of {s.sender.last_window}"
        f" ({_packet(s.last_of_sender)}); there is {change} room than it had said."
    )


def _zero_window(s: Situation) -> str:
    acked = s.relative(s.ack, of_peer=True)
    return f"Its window field is 0: behind {acked} there is no room for a single byte, so the peer must wait."


def _zero_window_probe(s: Situation) -> str:
    return (
        f"One byte at {s.relative(s.seq)}, the next that is due, although the peer's last window"
        f" ({_packet(s.last_of_peer)}) was 0: the sender asks whether there is room again."
    )


def _zero_window_probe_ack(s: Situation) -> str:
    return (
        f"Says ACK {s.relative(s.ack, of_peer=True)} and window 0 once more, right after the probe in"
        f" {_packet(s.last_of_peer)}: the byte was not taken, there still is no room."
    )


def _window_full(s: Situation) -> str:
    return (
        f"Ends at {s.relative(s.end)}: the peer's last ACK {s.relative(s.peer.last_ack)} ({_packet(s.last_of_peer)})"
        f" and its window of {pieces(s.offered, 'byte')} reach exactly that far. Not one byte more may follow."
    )


def _keep_alive(s: Situation) -> str:
    carried = "No byte" if not s.length else "One byte"
    return (
        f"{carried} at {s.relative(s.seq)}, one before the sender's next, {s.relative(s.sender.next_seq)}:"
        " nothing new is said, only an answer is wanted."
    )


def _keep_alive_ack(s: Situation) -> str:
    return (
        f"Repeats ACK {s.relative(s.ack, of_peer=True)} with the same window, right after the keep-alive in"
        f" {_packet(s.last_of_peer)}: still there."
    )


def _reused_ports(s: Situation) -> str:
    if s.is_answer:
        return (
            f"Answers with initial number {s.seq}, while by the packets before it that number was {s.expected_isn}:"
            " a later connection between the same sockets, or this one out of order."
        )
    previous = int(s.connections["previous"][s.connection])
    before = int(s.connections["isn"][previous, s.side])
    return (
        f"A SYN with initial number {s.seq}, between the sockets that connection {previous} used;"
        f" there the number was {before}: a new connection, not a repeat."
    )


REASONS: dict[Verdict, Reason] = {
    Verdict.RETRANSMISSION: Reason(
        _retransmission,
        ("A copy made by the network, or captured twice, looks the same.", "So does one that was overtaken for long."),
        "RFC 9293 §3.8.1",
    ),
    Verdict.FAST_RETRANSMISSION: Reason(
        _fast, ("A timer that ran out at this very moment looks the same.",), "RFC 5681 §3.2"
    ),
    Verdict.SPURIOUS_RETRANSMISSION: Reason(
        _spurious,
        (
            "The ACK may have been lost, or may have reached the sender too late: then the sender could not know.",
            "A copy made by the network, or captured twice, looks the same.",
        ),
        "RFC 9293 §3.10.7.4",
    ),
    Verdict.OUT_OF_ORDER: Reason(
        _out_of_order,
        ("A repeat that was quicker than the first round trip looks the same: then a segment was lost.",),
        "RFC 9293 §3.10.7.4",
    ),
    Verdict.LOST_SEGMENT: Reason(
        _lost_segment,
        (
            "They may have been lost on the way, or overtaken: then they come later.",
            "Or the capture missed them: then the peer acknowledges them all the same.",
        ),
    ),
    Verdict.ACK_LOST_SEGMENT: Reason(
        _ack_lost_segment,
        ("The capture missed them, or recorded this ACK before the segment that it answers.",),
    ),
    Verdict.DUPLICATE_ACK: Reason(
        _duplicate_ack,
        ("Segments that were only overtaken cause the same; and so does a segment that comes twice.",),
        "RFC 5681 §2",
    ),
    Verdict.WINDOW_UPDATE: Reason(
        _window_update,
        ("If it carries SACK blocks, it is a duplicate ACK as well: something behind its number is missing.",),
        "RFC 9293 §3.8.6",
    ),
    Verdict.ZERO_WINDOW: Reason(
        _zero_window,
        ("The program reads too slowly, or has stopped reading: which one is not on the wire.",),
        "RFC 9293 §3.8.6.1",
    ),
    Verdict.ZERO_WINDOW_PROBE: Reason(
        _zero_window_probe,
        ("A sender that ignores the closed window and writes one byte looks the same.",),
        "RFC 9293 §3.8.6.1",
    ),
    Verdict.ZERO_WINDOW_PROBE_ACK: Reason(_zero_window_probe_ack, (), "RFC 9293 §3.8.6.1"),
    Verdict.WINDOW_FULL: Reason(
        _window_full, ("An ACK that makes room may already be on its way: then nobody has to wait.",), "RFC 9293 §3.8.6"
    ),
    Verdict.KEEP_ALIVE: Reason(_keep_alive, (), "RFC 9293 §3.8.4"),
    Verdict.KEEP_ALIVE_ACK: Reason(
        _keep_alive_ack, ("A duplicate ACK for another reason at this very moment looks the same.",), "RFC 9293 §3.8.4"
    ),
    Verdict.REUSED_PORTS: Reason(
        _reused_ports, ("The client took the same port again, or a NAT gave it to another.",), "RFC 9293 §3.4.1"
    ),
}
"""How each verdict is told, what it cannot be told from, and the rule's source."""
