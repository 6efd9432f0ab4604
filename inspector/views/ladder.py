"""The ladder diagram of one connection, by range of packets, so that the page can draw a connection of any length.

Here, packets are counted from 0 within the connection; `number` in the rows is the packet's number in the capture.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from inspector.engine.clocks import elapsed
from inspector.query.connection_packets import packets_of
from inspector.tables.arrays import Rows
from inspector.tables.table import MessageKind
from inspector.tcp.flags_and_seq import RST
from inspector.tcp.verdicts import TROUBLE
from inspector.views import rows
from inspector.views.packet_info import cargo
from inspector.views.story import events, phases

if TYPE_CHECKING:
    from inspector.engine.capture import Capture


def stretch(capture: Capture, connection: int, start: int, stop: int) -> dict[str, Any]:
    """Packets [start, stop) of the connection, with their events, exchanges, messages and phases.

    Each packet is a row of the packets table, with `elapsed_ns`, the time since the connection's first packet, and
    `quiet_ns`, the time since its previous one; both are null where timestamps go back; and with `carries` and
    `carries_more`, the messages that begin in it and the number of further ones (see `packet_info`). `before` and
    `after` are the packets next to the range, null at the connection's ends. Events, exchanges, messages and phases are
    those of the packets in the range and of these two.
    """
    of_connection = packets_of(capture, connection)
    total = len(of_connection)
    start, stop = max(0, min(start, total)), max(0, min(stop, total))
    low, high = max(start - 1, 0), min(stop + 1, total)
    chosen = of_connection[low:high]
    shown = _timed(capture, of_connection, low, high)
    return {
        "connection": rows.connection_rows(capture, slice(connection, connection + 1))[0],
        "total": total,
        "start": start,
        "packets": shown[start - low : stop - low],
        "before": shown[0] if low < start and shown else None,
        "after": shown[-1] if high > stop and shown else None,
        **_beside(capture, connection, chosen),
    }


def _timed(capture: Capture, of_connection: Rows, low: int, high: int) -> list[rows.Row]:
    """Rows of the connection's packets [low, high), with what begins in them, and their time since its first packet
    and since the previous one.
    """
    chosen = of_connection[low:high]
    before = of_connection[np.maximum(np.arange(low, high) - 1, 0)]
    since = {"elapsed_ns": np.broadcast_to(of_connection[:1], len(chosen)), "quiet_ns": before}
    found = rows.packet_rows(capture, chosen)
    for row, (carries, more) in zip(found, cargo(capture, chosen), strict=True):
        row.update(carries=carries, carries_more=more)
    for name, start in since.items():
        for row, took in zip(found, elapsed(capture.packets, start, chosen).tolist(), strict=True):
            row[name] = took if took >= 0 else None
    return found


def _beside(capture: Capture, connection: int, packets: Rows) -> dict[str, Any]:
    """The events, exchanges, messages and phases of these packets, which are consecutive in the connection."""
    if not len(packets):
        return {"events": [], "exchanges": [], "messages": [], "phases": []}
    first, last = int(packets[0]), int(packets[-1])
    story = events(capture, connection)
    messages = _within(capture.messages["connection"], capture.messages["first_packet"], connection, first, last)
    return {
        "events": rows.event_rows(capture, story, _between(story["packet"], first, last)),
        "exchanges": rows.exchange_rows(capture, _exchanges(capture, connection, first, last)),
        "messages": rows.message_rows(capture, messages),
        "phases": [
            {"name": phase.name, "first_packet": phase.first_packet + 1, "last_packet": phase.last_packet + 1}
            for phase in phases(capture, connection, first, last)
        ],
    }


def _exchanges(capture: Capture, connection: int, first: int, last: int) -> Rows:
    """The exchanges with a message that begins in these packets."""
    table = capture.http_messages
    found = _within(table["connection"], table["packet"], connection, first, last)
    exchanges: Rows = np.unique(table["exchange"][found]).astype(np.intp)
    return exchanges[exchanges >= 0]


def _within(connections: Rows, packets: Rows, connection: int, first: int, last: int) -> Rows:
    return np.flatnonzero((connections == connection) & (packets >= first) & (packets <= last))


def _between(packets: Rows, first: int, last: int) -> Rows:
    return np.flatnonzero((packets >= first) & (packets <= last))


def place(capture: Capture, row: int) -> int:
    """The position of packets row `row` within its connection, counted from 0."""
    connection = int(capture.packets["connection"][row])
    return int(np.searchsorted(packets_of(capture, connection), row))


def gaps(capture: Capture, connection: int) -> list[int | None]:
    """The time in ns from each packet of the connection to the next, for a drawing to scale. None where timestamps go
    back; 0 for the last packet.
    """
    packets = packets_of(capture, connection)
    took = elapsed(capture.packets, packets[:-1], packets[1:]).tolist()
    return [*(ns if ns >= 0 else None for ns in took), 0]


def strip(capture: Capture, connection: int, buckets: int) -> dict[str, Any]:
    """The whole connection in at most `buckets` buckets of about equally many packets.

    Each bucket has the payload bytes of each side, the number of packets with trouble (a verdict that means trouble, or
    a RST), and the number of packets in which a message (HTTP or WebSocket) begins.
    """
    packets = capture.packets
    of_connection = packets_of(capture, connection)
    total = len(of_connection)
    buckets = max(1, min(buckets, total))
    bucket = np.arange(total) * buckets // max(total, 1)
    payload, server = packets["payload"][of_connection], packets["direction"][of_connection] == 1
    verdicts, flags = packets["analysis"][of_connection], packets["flags"][of_connection]
    troubled = (verdicts & int(TROUBLE) != 0) | (flags & RST != 0)

    def summed(weights: npt.NDArray[Any]) -> list[int]:
        counted: list[int] = np.bincount(bucket, weights, buckets).astype(np.int64).tolist()
        return counted

    return {
        "total": total,
        "client": summed(np.where(server, 0, payload)),
        "server": summed(np.where(server, payload, 0)),
        "trouble": summed(troubled),
        "messages": summed(np.isin(of_connection, _message_packets(capture, connection))),
    }


def _message_packets(capture: Capture, connection: int) -> Rows:
    http, messages = capture.http_messages, capture.messages
    of_http = (http["connection"] == connection) & (http["kind"] != MessageKind.INFORMATIONAL)
    found: Rows = np.concatenate(
        [http["packet"][of_http], messages["first_packet"][messages["connection"] == connection]]
    )
    return found
