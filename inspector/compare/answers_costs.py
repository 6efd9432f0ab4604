"""Answers about cost and delay: the cost of a useful byte and of a message, and the delay from news to delivery."""

from __future__ import annotations

import numpy as np

from inspector.compare.answers_connections import senders_only
from inspector.compare.comparison import Cell, Findings, Proof
from inspector.compare.costs import Phase
from inspector.compare.delivery import Delivery
from inspector.compare.delivery_methods import Kind
from inspector.compare.number_text import decimal
from inspector.query.percentiles import median
from inspector.tables.arrays import Ints
from inspector.units import count, duration, size

NOTHING_SAID = Cell("no messages", "No message with content was sent this way.")


def overhead(found: Findings, kind: Kind) -> Cell:
    """The answer to: What did a useful byte cost on the wire?"""
    cost = found.costs[kind]
    if not cost.useful:
        return NOTHING_SAID
    ratio, packets = cost.all_bytes / cost.useful, 1000 * cost.all_packets / cost.useful
    detail = (
        f"{size(cost.all_bytes)} in {count(cost.all_packets, 'packet')} carried {size(cost.useful)} of content: "
        f"{decimal(packets)} packets per 1,000 useful bytes."
    )
    values = {
        "wire_bytes": cost.all_bytes, "packets": cost.all_packets, "useful_bytes": cost.useful,
        "wire_bytes_per_useful_byte": round(ratio, 3), "packets_per_useful_byte": round(packets / 1000, 6),
    }  # fmt: skip
    return Cell(f"{decimal(ratio)} bytes", detail, values, *_of_kind(found, kind))


def message_cost(found: Findings, kind: Kind) -> Cell:
    """The answer to: What did a message cost, and what would one more cost?"""
    cost = found.costs[kind]
    if not cost.messages:
        return NOTHING_SAID
    each, packets = cost.all_bytes / cost.messages, cost.all_packets / cost.messages
    talk = cost.wire_bytes[Phase.TALKING] / cost.messages
    frame = (cost.all_bytes - cost.wire_bytes[Phase.TALKING]) / cost.all_bytes
    useful = cost.useful / cost.messages
    detail = f"{_per_cent(frame)} of that went into opening and closing connections; " + (
        "every message has this cost again."
        if kind is Kind.CLOSED
        else f"one more on the open connection costs {size(talk)} for {size(useful)} of content."
    )
    detail += senders_only(found.only_sending(kind), len(found.lives[kind].connection))
    values = {
        "messages": cost.messages, "wire_bytes_each": round(each, 1), "packets_each": round(packets, 2),
        "useful_bytes_each": round(useful, 1), "open_pipe_bytes_each": round(talk, 1),
        "building_bytes": cost.wire_bytes[Phase.BUILDING], "closing_bytes": cost.wire_bytes[Phase.CLOSING],
        "talking_bytes": cost.wire_bytes[Phase.TALKING],
    }  # fmt: skip
    text = f"{size(each)} in {decimal(packets)} packets"
    return Cell(text, detail, values, *_said(found, kind))


def news_to_delivery(found: Findings, kind: Kind) -> Cell:
    """The answer to: How long did delivery take?"""
    mine = [delivery for delivery in found.deliveries if delivery.kind is kind]
    chosen = [delivery for delivery in mine if delivery.is_exact] or mine
    pace = poll_pace(found) if kind is Kind.POLLING else None
    values: dict[str, int | float | None] = {"deliveries": len(chosen), "poll_every_ns": pace}
    waits = f" It polled every {duration(pace)}: news waits half of that on average." if pace else ""
    if kind in (Kind.CLOSED, Kind.KEPT):
        waits = " News arrives only when requested; the time includes the wait for that request."
    if not chosen:
        reason = (
            "No client was seen sending this text to the server, and no connection carried it earlier: the packets do "
            "not show the delay."
        )
        return Cell("cannot be known", reason + (waits if pace else ""), values)
    took = np.sort([delivery.took_ns for delivery in chosen])
    middle, longest = median(took), int(took[-1])
    values |= {"median_ns": middle, "longest_ns": longest, "exact": int(chosen[0].is_exact)}
    since = (
        "after a client sent it to the server"
        if chosen[0].is_exact
        else "after the server first pushed the same text to any client; it may be older"
    )
    most = f", at most {duration(longest)}" if len(took) > 1 else ""
    text = ("" if chosen[0].is_exact else "at least ") + duration(middle)
    detail = f"{count(len(took), 'delivery', 'deliveries')}{most}, {since}.{waits}"
    return Cell(text, detail, values, _deliveries(chosen), 2 * len(chosen))


def _deliveries(chosen: list[Delivery]) -> list[Proof]:
    """The packets with which the slowest deliveries began and ended."""
    slowest = sorted(chosen, key=lambda delivery: -delivery.took_ns)[:3]
    return [proof for delivery in slowest for proof in (
        Proof(delivery.known, delivery.known_on, "the server has the news"),
        Proof(delivery.packet, delivery.connection, f"delivered {duration(delivery.took_ns)} later"),
    )]  # fmt: skip


def poll_pace(found: Findings) -> int | None:
    """The median interval between consecutive polls of a series, in ns; None if there are no such polls."""
    polls, times = found.polls, found.capture.http_messages["time_ns"]
    order = np.lexsort((times[polls.request], polls.series))
    pauses = np.diff(times[polls.request][order])[np.diff(polls.series[order]) == 0]
    return median(pauses) if len(pauses) else None


def _of_kind(found: Findings, kind: Kind) -> tuple[list[Proof], int]:
    """The largest packets on the connections of a kind, and the number of all packets on them."""
    packets = found.capture.packets
    rows = np.flatnonzero(packets["connection"] >= 0)
    rows = rows[found.kinds[packets["connection"][rows]] == kind]
    heaviest: Ints = rows[np.argsort(-packets["length"][rows].astype(np.int64), kind="stable")[:8]].astype(np.int64)
    lengths = packets["length"]
    proof, _ = found.prove(heaviest, lambda i: f"{int(lengths[heaviest[i]]):,} bytes on the wire")
    return proof, len(rows)


def _said(found: Findings, kind: Kind) -> tuple[list[Proof], int]:
    """The first packets that carried a message of this kind, and the number of all messages."""
    chosen = found.messages(kind)
    useful = found.all_messages.useful
    return found.prove(found.all_messages.packet[chosen], lambda i: f"{count(int(useful[chosen[i]]), 'useful byte')}")


def _per_cent(share: float) -> str:
    return f"{share * 100:.0f} %"
