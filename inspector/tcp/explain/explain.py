"""Explains why a segment got its verdicts: in one sentence with the numbers, and comparison by comparison.

An explanation also says what else the segment might be. It is computed on demand, for one segment, by following the
earlier packets of its connection (`replay.recall`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from inspector.tables.table import Table
from inspector.tcp.explain.checks import BEFORE, CHECKS, Check, asked_again, overtaken_within
from inspector.tcp.explain.replay import MASK32, Situation, recall
from inspector.tcp.flags_and_seq import SYN, seq_offset
from inspector.tcp.verdicts import UNSEEN_SAID, Verdict
from inspector.units import count, duration


@dataclass(frozen=True, slots=True)
class Explanation:
    """The explanation of one verdict.

    Attributes:
        why: a sentence with the numbers.
        checks: the comparisons that were made, all of which hold.
        ruled_out: verdicts that were tried before this one, each with the first comparison that spoke against it.
        instead: what else the segment might be, because its headers do not rule it out.
        reference: the RFC section behind the verdict; "" if the verdict is about the capture.
    """

    verdict: Verdict
    why: str
    checks: list[Check]
    ruled_out: list[tuple[Verdict, Check]]
    instead: list[str]
    reference: str


@dataclass(frozen=True, slots=True)
class Reason:
    """The texts that explain one verdict."""

    why: Callable[[Situation], str]
    instead: tuple[str, ...]
    reference: str = ""


def explain(packets: Table, connections: Table, row: int, sack: Sequence[tuple[int, int]] = ()) -> list[Explanation]:
    """Explanations of the verdicts of packets row `row`; empty if it has none.

    `sack` is the list of the segment's SACK blocks as sent (`option_values.sack_blocks`): the ranges beyond its
    acknowledgment number that did arrive.
    """
    bits = int(packets["analysis"][row])
    if not bits:
        return []
    situation = recall(packets, connections, row, sack)
    return [_explained(situation, verdict) for verdict in Verdict if bits & verdict]


def _explained(s: Situation, verdict: Verdict) -> Explanation:
    reason = REASONS[verdict]
    return Explanation(
        verdict,
        reason.why(s),
        CHECKS[verdict](s),
        [(other, against) for other in BEFORE.get(verdict, ()) if (against := _against(s, other)) is not None],
        [*reason.instead, *_ambiguities(s, verdict)],
        reason.reference,
    )


def _against(s: Situation, verdict: Verdict) -> Check | None:
    """The first check that fails; None if it is the very first one, since then the verdict was never a candidate."""
    checks = CHECKS[verdict](s)
    against = next((check for check in checks if not check.holds), None)
    return None if against is checks[0] else against


def _ambiguities(s: Situation, verdict: Verdict) -> list[str]:
    """The ambiguities that are specific to this segment."""
    if verdict is Verdict.KEEP_ALIVE and s.length == 1:
        return ["A retransmission of a single byte would look the same."]
    if verdict in REPEATS and s.first_sent < 0:
        return ["These bytes were not seen before: their first transmission may be missing from the capture."]
    if verdict is Verdict.RETRANSMISSION and s.flags & SYN:
        return ["The answer may have been lost instead of the SYN."]
    return []


REPEATS = (Verdict.RETRANSMISSION, Verdict.FAST_RETRANSMISSION, Verdict.SPURIOUS_RETRANSMISSION)


def _what(s: Situation) -> str:
    """The sequence numbers of the segment in words: `Bytes 1461 to 2920`, `The SYN`, `Byte 5`."""
    if s.flags & SYN:
        return "The SYN-ACK" if s.is_answer else "The SYN"
    if not s.length:
        return "The FIN"
    first, last = s.relative(s.seq), s.relative((s.end - 1) & MASK32)
    return f"Byte {first}" if s.length == 1 else f"Bytes {first} to {last}"


def _packet(row: int) -> str:
    return f"packet {row + 1}"


def _retransmission(s: Situation) -> str:
    are = "are" if s.length > 1 else "is"
    if s.first_sent < 0:
        due = s.relative(s.sender.next_seq)
        return f"{_what(s)} {are} sent although the sender has already sent up to {due}: this fills a gap before that."
    ago = s.time_ns - int(s.packets["time_ns"][s.first_sent])
    if ago < 0:
        return (
            f"{_first_transmission(s)}; how long before is not known, since timestamps go backwards. "
            f"{_acknowledged_since(s)}"
        )
    first = f"{_first_transmission(s)}, {duration(ago)} before"
    if ago < overtaken_within(s):
        limit = duration(overtaken_within(s))
        return f"{first}: less than a round trip ({limit}), so this is probably a duplicate made by the network."
    return f"{first}. {_acknowledged_since(s)}"


def _first_transmission(s: Situation) -> str:
    """A clause on which packet first sent the segment's sequence numbers, and how far that packet reached."""
    end = s.first_sent_end
    if seq_offset(s.end, end) >= 0:
        return f"{_what(s)} {'were' if s.length > 1 else 'was'} first sent in {_packet(s.first_sent)}"
    last = s.relative((end - 1) & MASK32)
    return f"{_what(s)}: the first of them, up to {last}, were sent in {_packet(s.first_sent)}"


def _acknowledged_since(s: Situation) -> str:
    """A sentence on how much of a repeated segment the peer has acknowledged, as far as the capture shows."""
    covered = seq_offset(s.seq, s.peer.last_ack) if s.peer.last_ack else 0
    if covered > 0 and seq_offset(s.end_counted, s.peer.last_ack) >= 0:
        return (
            "An ACK for this segment had already been captured; it was probably lost after the capture point, or "
            "arrived late."
        )
    if covered > 0:
        last = s.relative((s.peer.last_ack - 1) & MASK32)
        return f"Bytes up to {last} of these have been acknowledged ({_packet(s.last_of_peer)}); the rest have not."
    return "No ACK for this segment has been captured since."


def _crossed_syn_ack(s: Situation) -> str:
    own, peers = (int(s.syns(peer=peer, answers=False)[0]) for peer in (False, True))
    return (
        f"Both ends had sent a SYN ({_packet(peers)}, {_packet(own)}): this one acknowledges the peer's and carries its"
        " sender's SYN once more, as is normal in a simultaneous open. Nothing was lost. tshark calls it a "
        "retransmission,"
        " since its sequence number was sent before."
    )


def _fast(s: Situation) -> str:
    ago = duration(s.time_ns - s.peer.last_ack_ns)
    if asked_again(s) is None:
        return (
            f"The peer's last ACK ({_packet(s.last_of_peer)}, {ago} before) asks for {s.relative(s.seq)}, the first"
            " number of this segment. Bytes that the peer sent are not in the capture, so its duplicate ACKs cannot be"
            " counted; tshark assumes that there were enough."
        )
    return (
        f"The peer sent {count(s.peer.duplicate_acks, 'duplicate ACK')}, the last {ago} before"
        f" ({_packet(s.last_of_peer)}), each asking for {s.relative(s.seq)}, the first number of this segment. The"
        " sender probably retransmits because of these ACKs, not because its timer expired."
    )


def _spurious(s: Situation) -> str:
    return (
        f"{_what(s)} had been acknowledged before: the peer's last ACK is {s.relative(s.peer.last_ack)}"
        f" ({_packet(s.last_of_peer)}), and this segment ends at {s.relative(s.end)}."
    )


def _out_of_order(s: Situation) -> str:
    late, limit = duration(s.time_ns - s.sender.next_seq_ns), duration(overtaken_within(s))
    known = f"the first round trip took {limit}" if s.initial_rtt_ns else f"the limit is {limit} while none is known"
    return (
        f"Begins at {s.relative(s.seq)}, before the sender's next number, {s.relative(s.sender.next_seq)}, only {late}"
        f" after {_packet(s.reached_next)}, which reached that number. That is too soon for a retransmission ({known}):"
        " this segment was probably overtaken."
    )


def _lost_segment(s: Situation) -> str:
    missing = seq_offset(s.sender.next_seq, s.seq)
    return (
        f"Begins at {s.relative(s.seq)}, while {s.relative(s.sender.next_seq)} was next:"
        f" the {count(missing, 'byte')} between {'has' if missing == 1 else 'have'} not been captured before this."
    )


def _ack_lost_segment(s: Situation) -> str:
    unseen = seq_offset(s.peer.contiguous, s.ack)
    return (
        f"Acknowledges up to {s.relative(s.ack, of_peer=True)}, while the peer's bytes were captured without a gap"
        f" only up to {s.relative(s.peer.contiguous, of_peer=True)}: {count(unseen, 'byte')} that arrived"
        f" {'has' if unseen == 1 else 'have'} not been captured before this."
    )


def _duplicate_ack(s: Situation) -> str:
    again = 1 if s.sender.duplicate_acks == UNSEEN_SAID else s.sender.duplicate_acks + 1
    repeated = (
        f"Acknowledges {s.relative(s.ack, of_peer=True)} again, with the same window and no data: duplicate ACK "
        f"{again}."
    )
    return f"{repeated} {_cause_of_duplicate(s)}"


def _cause_of_duplicate(s: Situation) -> str:
    """A sentence on why an acknowledgment is repeated, as far as the segment itself or earlier packets show."""
    acked = s.relative(s.ack, of_peer=True)
    if beyond := [block for block in s.sack if seq_offset(s.ack, block[0]) > 0]:
        blocks = ", ".join(f"{s.relative(a, of_peer=True)} to {s.relative(b - 1, of_peer=True)}" for a, b in beyond)
        return f"According to its SACK option, later bytes have arrived ({blocks}), but byte {acked} has not."
    if s.last_of_peer >= 0 and s.peer.last_verdict & Verdict.SPURIOUS_RETRANSMISSION:
        return f"It probably answers {_packet(s.last_of_peer)}, which carried no new data."
    if s.peer.next_seq and seq_offset(s.ack, s.peer.next_seq) > 0:
        sent = s.relative(s.peer.next_seq, of_peer=True)
        return f"The peer has sent up to {sent}: probably later bytes arrived, but byte {acked} did not."
    return "No captured data is still unacknowledged, so the reason is not in the capture."


def _window_update(s: Situation) -> str:
    window = int(s.packets["window"][s.row])
    if int(s.packets["window_shift"][s.row]) < 0:
        earlier = "" if s.sender.last_window < 0 else f", {s.sender.last_window} before"
        return f"Only the window is new: the field is {window}{earlier}; its value in bytes is not known."
    if s.sender.last_window < 0:
        return f"Only the window is new: {count(window, 'byte')}. It is the first captured packet of this end."
    before = int(s.packets["window"][s.last_of_sender])
    change = "the same" if window == before else "larger" if window > before else "smaller"
    return (
        f"Only the window is new: {count(window, 'byte')} instead of {before:,} ({_packet(s.last_of_sender)});"
        f" it is {change}."
    )


def _zero_window(s: Situation) -> str:
    last = s.relative((s.ack - 1) & MASK32, of_peer=True)
    return f"Its window is 0: it can receive nothing after byte {last}, so the peer must wait."


def _zero_window_probe(s: Situation) -> str:
    return (
        f"One byte at {s.relative(s.seq)}, the sender's next, although the peer's last window"
        f" ({_packet(s.last_of_peer)}) was 0: it is sent to find out whether the window is still 0."
    )


def _empty_window_probe(s: Situation) -> str:
    return (
        f"No data, and sequence number {s.relative(s.seq)}, one below the sender's next, while the peer's last window"
        f" ({_packet(s.last_of_peer)}) was 0: it is sent to find out whether the window is still 0. Linux sends its"
        " window probes in this form; tshark calls it a keep-alive."
    )


def _zero_window_probe_ack(s: Situation) -> str:
    return (
        f"Repeats ACK {s.relative(s.ack, of_peer=True)} and window 0, right after the probe in"
        f" {_packet(s.last_of_peer)}: the byte was not accepted, the window is still 0."
    )


def _window_full(s: Situation) -> str:
    return (
        f"Ends at {s.relative(s.end)}: the peer's last ACK, {s.relative(s.peer.last_ack)} ({_packet(s.last_of_peer)}),"
        f" and its window of {count(s.offered, 'byte')} reach exactly that far. The sender has used the whole window."
    )


def _keep_alive(s: Situation) -> str:
    carried = "Carries nothing" if not s.length else "Carries one byte"
    return (
        f"{carried} and begins at {s.relative(s.seq)}, one below the sender's next, {s.relative(s.sender.next_seq)}."
        " It carries nothing new, so the other end must answer with an ACK if it is still there."
    )


def _keep_alive_ack(s: Situation) -> str:
    return (
        f"Repeats ACK {s.relative(s.ack, of_peer=True)} with the same window, right after the keep-alive in"
        f" {_packet(s.last_of_peer)}: this end is still there."
    )


def _reused_ports(s: Situation) -> str:
    if s.is_answer:
        return (
            f"Its initial sequence number is {s.seq}, while earlier packets imply {s.expected_isn}:"
            " it belongs to a later connection between the same addresses, or is out of order."
        )
    previous = int(s.connections["previous"][s.connection])
    asks = (
        f"A SYN with initial sequence number {s.seq}, between the addresses and ports that connection {previous} used"
    )
    if s.connections["isn_known"][previous, s.side] != 1:
        return f"{asks}, whose initial sequence number was not captured: probably a new connection."
    before = int(s.connections["isn"][previous, s.side])
    return f"{asks}; there the number was {before}: a new connection, not a retransmission."


REASONS: dict[Verdict, Reason] = {
    Verdict.RETRANSMISSION: Reason(
        _retransmission,
        (
            "A duplicate made by the network or the capture would look the same.",
            "So would a segment that was delayed for longer than a round trip.",
            "The segment may have arrived and only its ACK was lost or late.",
        ),
        "RFC 9293 §3.8.1",
    ),
    Verdict.FAST_RETRANSMISSION: Reason(
        _fast,
        (
            "A timer that expired at this moment would look the same.",
            "RFC 5681 requires three duplicate ACKs; tshark's rule requires two.",
            "A sender with SACK may go by the blocks instead (RFC 6675), one with RACK by time (RFC 8985).",
        ),
        "RFC 5681 §3.2",
    ),
    Verdict.SPURIOUS_RETRANSMISSION: Reason(
        _spurious,
        (
            "The ACK may have been lost, or may have reached the sender too late: then the sender could not know.",
            "A duplicate made by the network or the capture would look the same.",
        ),
        "RFC 9293 §3.10.7.4",
    ),
    Verdict.OUT_OF_ORDER: Reason(
        _out_of_order,
        ("A retransmission within the first round-trip time would look the same: then a segment was lost.",),
        "RFC 9293 §3.10.7.4",
    ),
    Verdict.LOST_SEGMENT: Reason(
        _lost_segment,
        (
            "If they were lost on the way or overtaken, they may come later.",
            "If only the capture missed them, the peer acknowledges them anyway.",
        ),
    ),
    Verdict.ACK_LOST_SEGMENT: Reason(
        _ack_lost_segment,
        ("The capture missed them, or recorded this ACK before the segment that it answers.",),
    ),
    Verdict.DUPLICATE_ACK: Reason(
        _duplicate_ack,
        ("Reordered segments have the same effect, and so has a segment that arrives twice.",),
        "RFC 5681 §2",
    ),
    Verdict.WINDOW_UPDATE: Reason(
        _window_update,
        ("If it carries SACK blocks beyond its number, it is a duplicate ACK as well: that byte is missing.",),
        "RFC 9293 §3.8.6",
    ),
    Verdict.ZERO_WINDOW: Reason(
        _zero_window,
        ("The program reads too slowly, or has stopped reading: the packets do not show which.",),
        "RFC 9293 §3.8.6.1",
    ),
    Verdict.ZERO_WINDOW_PROBE: Reason(
        _zero_window_probe,
        ("A sender that ignores the zero window and sends one byte would look the same.",),
        "RFC 9293 §3.8.6.1",
    ),
    Verdict.ZERO_WINDOW_PROBE_ACK: Reason(_zero_window_probe_ack, (), "RFC 9293 §3.8.6.1"),
    Verdict.WINDOW_FULL: Reason(
        _window_full,
        ("A window update may already be on its way: then the sender need not wait.",),
        "RFC 9293 §3.8.6",
    ),
    Verdict.KEEP_ALIVE: Reason(_keep_alive, (), "RFC 9293 §3.8.4"),
    Verdict.KEEP_ALIVE_ACK: Reason(
        _keep_alive_ack,
        ("A duplicate ACK sent for another reason at this moment would look the same.",),
        "RFC 9293 §3.8.4",
    ),
    Verdict.REUSED_PORTS: Reason(
        _reused_ports, ("The client took the same port again, or a NAT gave it to another host.",), "RFC 9293 §3.4.1"
    ),
    Verdict.EMPTY_WINDOW_PROBE: Reason(
        _empty_window_probe,
        ("A keep-alive that is sent while the window is 0 would look the same.",),
        "RFC 9293 §3.8.6.1",
    ),
    Verdict.CROSSED_SYN_ACK: Reason(_crossed_syn_ack, (), "RFC 9293 §3.5"),
}
"""For each verdict: its sentence, the alternatives that headers cannot rule out, and its RFC section."""
