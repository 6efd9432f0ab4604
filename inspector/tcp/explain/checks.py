"""The verdict rules of docs/anomalies.md as checks that can be shown: what was compared, and the result.

`analysis.py` decides quickly, for every segment; this module breaks down the verdict of a single segment.
tests/tcp/explain/test_explain.py ensures that the two agree: a segment has a verdict if and only if all of the
verdict's comparisons hold and no verdict that is tried before it fits.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from inspector.tcp.analysis import Standing
from inspector.tcp.explain.replay import MASK32, Situation
from inspector.tcp.flags_and_seq import ACK, FIN, RST, SYN, seq_offset
from inspector.tcp.verdicts import FAST_RETRANSMISSION_ACKS, FAST_RETRANSMISSION_NS, REORDERING_NS, UNSEEN_SAID, Verdict
from inspector.units import count, duration

MASK64 = (1 << 64) - 1


@dataclass(frozen=True, slots=True)
class Check:
    """One comparison: its text, with the numbers; whether it holds; and the packets row that shows it, -1 if none."""

    text: str
    holds: bool
    packet: int = -1


def after(ns: int, what: str) -> str:
    """A phrase such as `comes 3 ms after what`; if `ns` is negative, it says instead that times go back in between."""
    return (
        f"comes {duration(ns)} after {what}"
        if ns >= 0
        else f"comes after {what}, and timestamps go backwards between them"
    )


def _length(s: Situation, holds: bool, wanted: str) -> Check:
    return Check(f"carries {count(s.length, 'byte')} (required: {wanted})", holds)


def _plain(s: Situation) -> Check:
    names = [name for bit, name in ((SYN, "SYN"), (FIN, "FIN"), (RST, "RST")) if s.flags & bit]
    return Check(f"is a {' and '.join(names)}" if names else "is neither SYN, FIN nor RST", s.is_plain)


def _next(s: Situation) -> str:
    """A clause on the sequence number that the sender has reached."""
    if s.last_of_sender < 0 and not s.sender.next_seq:
        return "nothing from its sender was captured before"
    return f"the sender's next is {s.relative(s.sender.next_seq)}"


def _at_next(s: Situation) -> Check:
    return Check(f"begins at {s.relative(s.seq)}; {_next(s)}", s.seq == s.sender.next_seq, s.reached_next)


def _peers_ack(s: Situation) -> str:
    """A clause on the peer's last ACK."""
    if not _has_acked(s, peer=True):
        return "no ACK from the peer was captured before"
    return f"the peer's last ACK is {s.relative(s.peer.last_ack)}"


def _has_acked(s: Situation, *, peer: bool) -> bool:
    """Whether an earlier packet of the sender, or of its peer, has an acknowledgment."""
    return bool((s.packets["flags"][s.rows_of(peer=peer)] & ACK).any())


def _same_ack(s: Situation) -> Check:
    number, before = s.relative(s.ack, of_peer=True), s.relative(s.sender.last_ack, of_peer=True)
    last = (
        f"its sender's last ACK was {before}"
        if _has_acked(s, peer=False)
        else "no ACK from its sender was captured before"
    )
    return Check(f"acknowledges {number}; {last}", s.ack == s.sender.last_ack, s.last_of_sender)


def _window(s: Situation, *, same: bool) -> Check:
    wanted = "unchanged" if same else "changed"
    before = "there was none before" if s.sender.last_window < 0 else f"the one before was {s.sender.last_window}"
    holds = (s.window == s.sender.last_window) is same
    return Check(f"its window field is {s.window}; {before} (required: {wanted})", holds, s.last_of_sender)


def _window_is(s: Situation, *, open_: bool) -> Check:
    return Check(f"its window field is {s.window} (required: {'not 0' if open_ else '0'})", bool(s.window) is open_)


def _repeats_ack(s: Situation) -> list[Check]:
    return [_length(s, s.length == 0, "none"), _plain(s), _at_next(s), _same_ack(s)]


def _peer_was(s: Situation, verdict: Verdict, name: str) -> Check:
    was = bool(s.peer.last_verdict & verdict)
    return Check(f"the peer's packet before it is {'a' if was else 'not a'} {name}", was, s.last_of_peer)


def _zero_window_probe(s: Situation) -> list[Check]:
    return [_length(s, s.length == 1, "one"), _at_next(s), _closed(s)]


def _said(end: Standing) -> str:
    return "not known" if end.last_window < 0 else str(end.last_window)


def _zero_window(s: Situation) -> list[Check]:
    return [_window_is(s, open_=False), _plain(s)]


def _lost_segment(s: Situation) -> list[Check]:
    known = bool(s.sender.next_seq)
    beyond = known and seq_offset(s.seq, s.sender.next_seq) < 0
    return [
        Check(
            f"begins at {s.relative(s.seq)} (required: beyond the sender's next); {_next(s)}", beyond, s.reached_next
        ),
        Check("is a RST" if s.flags & RST else "is not a RST", not s.flags & RST),
    ]


def _ack_lost_segment(s: Situation) -> list[Check]:
    unseen = bool(s.peer.contiguous) and seq_offset(s.ack, s.peer.contiguous) < 0
    acked, seen = s.relative(s.ack, of_peer=True), s.relative(s.peer.contiguous, of_peer=True)
    behind = (
        f"the peer's bytes were captured without a gap up to {seen}"
        if s.peer.contiguous
        else "no bytes of the peer were captured yet"
    )
    is_new = _reports_unseen(s)
    return [
        Check("has an acknowledgment" if s.flags & ACK else "has no acknowledgment", bool(s.flags & ACK)),
        Check(f"acknowledges {acked}; {behind}", unseen, s.last_of_peer),
        Check("not reported just before" if is_new else "was reported just before", is_new),
    ]


def _reports_unseen(s: Situation) -> bool:
    return seq_offset(s.peer.next_seq, s.peer.contiguous) < 0 or s.peer.duplicate_acks == 0


def _keep_alive(s: Situation) -> list[Check]:
    before_next = (s.sender.next_seq - 1) & MASK32
    text = f"begins at {s.relative(s.seq)} (required: one below the sender's next); {_next(s)}"
    return [
        _length(s, s.length <= 1, "none or one"),
        Check(text, s.seq == before_next, s.reached_next),
        _plain(s),
    ]


def _empty_window_probe(s: Situation) -> list[Check]:
    return [_length(s, s.length == 0, "none"), *_keep_alive(s)[1:], _closed(s)]


def _closed(s: Situation) -> Check:
    return Check(
        f"the peer's last window field is {_said(s.peer)} (required: 0)", s.peer.last_window == 0, s.last_of_peer
    )


def _window_full(s: Situation) -> list[Check]:
    edge = (s.peer.last_ack + s.offered) & MASK32
    acked, room = s.relative(s.peer.last_ack), s.offered
    limit = f"the peer's last ACK {acked} and its window {room} give {s.relative(edge)}"
    is_known = s.peer_scale != -1 and s.peer.last_window >= 0
    return [
        _length(s, s.length > 0, "some"),
        _plain(s),
        Check(f"the peer's window and its scale are {'' if is_known else 'not both '}known", is_known),
        Check(f"ends at {s.relative(s.end)}; {limit}", edge == s.end, s.last_of_peer),
    ]


def _window_update(s: Situation) -> list[Check]:
    return [*_repeats_ack(s), _window(s, same=False), _window_is(s, open_=True)]


def _duplicate_ack(s: Situation) -> list[Check]:
    return [*_repeats_ack(s), _window(s, same=True), _window_is(s, open_=True)]


def _keep_alive_ack(s: Situation) -> list[Check]:
    return [*_duplicate_ack(s), _peer_was(s, Verdict.KEEP_ALIVE, "keep-alive")]


def _zero_window_probe_ack(s: Situation) -> list[Check]:
    probed = _peer_was(s, Verdict.ZERO_WINDOW_PROBE, "window probe")
    return [*_repeats_ack(s), _window(s, same=True), _window_is(s, open_=False), probed]


def _spurious(s: Situation) -> list[Check]:
    known = bool(s.peer.last_ack)
    covered = known and seq_offset(s.peer.last_ack, s.end) <= 0
    return [
        _length(s, s.length > 0, "some"),
        Check(f"ends at {s.relative(s.end)}; {_peers_ack(s)}", covered, s.last_of_peer),
    ]


def _begins_before_next(s: Situation) -> Check:
    due = s.sender.next_seq
    follows_probe = s.length > 1 and s.seq == (due - 1) & MASK32
    before = bool(due) and seq_offset(due, s.seq) < 0 and not follows_probe
    begins = f"begins at {s.relative(s.seq)} (required: below the sender's next)"
    rest = ", with more than the one byte below it" if follows_probe else ""
    return Check(f"{begins}; {_next(s)}{rest}", before, s.reached_next)


def _occupies(s: Situation) -> Check:
    flag = "SYN" if s.flags & SYN else "FIN" if s.flags & FIN else ""
    what = f"is a {flag}" if flag and not s.length else f"carries {count(s.length, 'byte')}"
    return Check(f"{what} (required: data, a SYN or a FIN)", s.occupies)


def _retransmission(s: Situation) -> list[Check]:
    return [_occupies(s), _begins_before_next(s)]


def _crossed_syn_ack(s: Situation) -> list[Check]:
    before = s.syns(peer=False, answers=True)
    return [
        Check(f"is {'a' if s.is_answer else 'not a'} SYN with an ACK", s.is_answer),
        _asked(s, peer=False),
        _asked(s, peer=True),
        Check(
            "its sender had sent a SYN-ACK before" if len(before) else "no SYN-ACK from its sender was captured before",
            not len(before),
        ),
        *_retransmission(s),
    ]


def _asked(s: Situation, *, peer: bool) -> Check:
    rows = s.syns(peer=peer, answers=False)
    end, had = "the peer" if peer else "its sender", bool(len(rows))
    return Check(
        f"{end} had sent a SYN" if had else f"no SYN from {end} was captured before", had, int(rows[0]) if had else -1
    )


def asked_again(s: Situation) -> int | None:
    """The number of duplicate ACKs that the peer has sent in a row.

    It is None if they are no longer counted, because uncaptured bytes of the peer were acknowledged; tshark 4.0 then
    assumes that there were enough.
    """
    beyond = s.flags & ACK and s.peer.contiguous and seq_offset(s.ack, s.peer.contiguous) < 0
    if beyond and seq_offset(s.peer.next_seq, s.peer.contiguous) >= 0:
        return None
    return s.peer.duplicate_acks if s.peer.duplicate_acks != UNSEEN_SAID else None


def _asks_again(s: Situation) -> Check:
    times = asked_again(s)
    if times is None:
        return Check(
            "uncaptured bytes of the peer were acknowledged, which tshark counts as duplicate ACKs", holds=True
        )
    sent = f"the peer has sent {count(times, 'duplicate ACK')} in a row"
    return Check(f"{sent} (required: at least {FAST_RETRANSMISSION_ACKS})", times >= FAST_RETRANSMISSION_ACKS)


def _fast(s: Situation) -> list[Check]:
    waited = s.time_ns - s.peer.last_ack_ns
    last = "that ACK" if _has_acked(s, peer=True) else "the peer's last packet"
    since = after(waited, last) if s.last_of_peer >= 0 else "no packet of the peer was captured before"
    return [
        *_retransmission(s),
        _asks_again(s),
        Check(
            f"begins at {s.relative(s.seq)}; {_peers_ack(s)}",
            s.peer.last_ack == s.seq,
            s.last_of_peer,
        ),
        Check(
            f"{since} (required: within {duration(FAST_RETRANSMISSION_NS)})",
            0 <= waited < FAST_RETRANSMISSION_NS,
            s.last_of_peer,
        ),
    ]


def overtaken_within(s: Situation) -> int:
    """The time in ns within which a late segment counts as overtaken: the initial round-trip time.

    If that is not known, it is REORDERING_NS.
    """
    return s.initial_rtt_ns or REORDERING_NS


def _out_of_order(s: Situation) -> list[Check]:
    late, limit = s.time_ns - s.sender.next_seq_ns, overtaken_within(s)
    why = "the initial round trip" if s.initial_rtt_ns else "since the initial round trip is not known"
    due = s.relative(s.sender.next_seq)
    since = after(late, f"the segment that reached {due}") if s.last_of_sender >= 0 else _next(s)
    ends_there = s.end_counted == s.sender.next_seq
    return [
        *_retransmission(s),
        Check(
            f"{since} (required: within {duration(limit)}, {why})",
            late & MASK64 < limit & MASK64,
            s.reached_next,
        ),
        Check(f"ends at {s.relative(s.end_counted)} (required: not the sender's next); {_next(s)}", not ends_there),
    ]


def _reused_ports(s: Situation) -> list[Check]:
    if s.is_answer:
        expected = s.expected_isn
        reason = "no earlier packet shows that number" if expected is None else f"earlier packets imply {expected}"
        return [
            Check("is a SYN with an ACK", holds=True),
            Check(f"its initial sequence number is {s.seq}; {reason}", expected is not None and expected != s.seq),
        ]
    table, connection = s.connections, s.connection
    previous = int(table["previous"][connection])
    is_first = int(table["first_packet"][connection]) == s.row
    before = int(table["last_packet"][previous]) if previous >= 0 else -1
    known = f"connection {previous} before it had" if previous >= 0 else "no earlier connection in the capture had"
    return [
        Check("opens a connection" if is_first else "does not open a connection", is_first),
        Check(f"{known} the same two sockets", previous >= 0, before),
    ]


CHECKS: dict[Verdict, Callable[[Situation], list[Check]]] = {
    Verdict.RETRANSMISSION: _retransmission,
    Verdict.FAST_RETRANSMISSION: _fast,
    Verdict.SPURIOUS_RETRANSMISSION: _spurious,
    Verdict.OUT_OF_ORDER: _out_of_order,
    Verdict.LOST_SEGMENT: _lost_segment,
    Verdict.ACK_LOST_SEGMENT: _ack_lost_segment,
    Verdict.DUPLICATE_ACK: _duplicate_ack,
    Verdict.WINDOW_UPDATE: _window_update,
    Verdict.ZERO_WINDOW: _zero_window,
    Verdict.ZERO_WINDOW_PROBE: _zero_window_probe,
    Verdict.ZERO_WINDOW_PROBE_ACK: _zero_window_probe_ack,
    Verdict.WINDOW_FULL: _window_full,
    Verdict.KEEP_ALIVE: _keep_alive,
    Verdict.KEEP_ALIVE_ACK: _keep_alive_ack,
    Verdict.REUSED_PORTS: _reused_ports,
    Verdict.EMPTY_WINDOW_PROBE: _empty_window_probe,
    Verdict.CROSSED_SYN_ACK: _crossed_syn_ack,
}
"""For each verdict, the function that makes its comparisons, all of which must hold."""

_PROBE = (Verdict.ZERO_WINDOW_PROBE,)
_REPEATS = (Verdict.KEEP_ALIVE, Verdict.EMPTY_WINDOW_PROBE, Verdict.SPURIOUS_RETRANSMISSION)

BEFORE: dict[Verdict, tuple[Verdict, ...]] = {
    Verdict.SPURIOUS_RETRANSMISSION: (Verdict.KEEP_ALIVE,),
    Verdict.EMPTY_WINDOW_PROBE: (),
    Verdict.KEEP_ALIVE: (*_PROBE, Verdict.EMPTY_WINDOW_PROBE),
    Verdict.FAST_RETRANSMISSION: _REPEATS,
    Verdict.OUT_OF_ORDER: (*_REPEATS, Verdict.FAST_RETRANSMISSION),
    Verdict.RETRANSMISSION: (
        *_REPEATS,
        Verdict.FAST_RETRANSMISSION,
        Verdict.OUT_OF_ORDER,
        Verdict.CROSSED_SYN_ACK,
    ),
    Verdict.DUPLICATE_ACK: (*_PROBE, Verdict.KEEP_ALIVE_ACK),
    **dict.fromkeys(
        (
            Verdict.LOST_SEGMENT,
            Verdict.WINDOW_UPDATE,
            Verdict.ZERO_WINDOW,
            Verdict.ZERO_WINDOW_PROBE_ACK,
            Verdict.WINDOW_FULL,
            Verdict.KEEP_ALIVE_ACK,
        ),
        _PROBE,
    ),
}
"""For each verdict, those that are tried before it; if one of them fits, the verdict itself does not."""


def fits(s: Situation, verdict: Verdict) -> bool:
    """Whether a verdict's rule fits the segment and no verdict that is tried before it does."""
    if not all(check.holds for check in CHECKS[verdict](s)):
        return False
    return not any(fits(s, earlier) for earlier in BEFORE.get(verdict, ()))
