"""Which of five methods of delivering news each connection uses, decided from its packets alone.

Port numbers and names of programs play no role. Each connection uses exactly one method, or none.
"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from inspector.compare.polling import Polls, find_polls
from inspector.http.message_notes import Note
from inspector.tables.arrays import Ints, Mask
from inspector.tables.table import MessageKind, Protocol

if TYPE_CHECKING:
    from inspector.engine.capture import Capture


class Kind(IntEnum):
    """A method of delivering news, in the order of the columns."""

    CLOSED = 0
    KEPT = 1
    POLLING = 2
    STREAM = 3
    WEBSOCKET = 4


NAMES = {
    Kind.CLOSED: "closed",
    Kind.KEPT: "kept_alive",
    Kind.POLLING: "polling",
    Kind.STREAM: "server_sent_events",
    Kind.WEBSOCKET: "websocket",
}
"""Names in JSON and CSV."""

TITLES = {
    Kind.CLOSED: "HTTP, closed each time",
    Kind.KEPT: "HTTP, kept alive",
    Kind.POLLING: "Polling",
    Kind.STREAM: "Server-Sent Events",
    Kind.WEBSOCKET: "WebSocket",
}
"""Titles on the page and in the terminal."""

RULES = {
    Kind.CLOSED: "A connection that carried one request and was closed without a response, or within half a second "
    "after the response.",
    Kind.KEPT: "A connection with two or more requests, or one that stayed open for half a second after its response.",
    Kind.POLLING: "The same GET from the same client at least four times, at regular intervals, with at least one "
    "response that contained nothing new.",
    Kind.STREAM: "A connection with a response of type text/event-stream.",
    Kind.WEBSOCKET: "A connection that was upgraded to WebSocket, or was already open when the capture began and "
    "carries WebSocket frames.",
}
"""The rule by which each method is recognised, as in docs/compare.md."""

NO_KIND = -1

LINGER_NS = 500_000_000
"""A connection that is still open this long after its response counts as kept alive; one that closes earlier counts as
closed at once."""

FIN_OR_RST = 5


def find_kinds(capture: Capture, among: Mask) -> tuple[Ints, Polls]:
    """The `Kind` of every connection, and the polls.

    A connection has NO_KIND if it uses none of the five methods, if its method cannot be decided yet, or if the mask
    `among` excludes it.
    """
    connections, messages = capture.connections, capture.http_messages
    count = len(connections)
    kinds: Ints = np.full(count, NO_KIND)
    is_http = (connections["protocol"] == Protocol.HTTP) & among
    requesting = messages["connection"][messages["kind"] == MessageKind.REQUEST]
    requests = np.bincount(requesting, minlength=count)
    is_stream = np.zeros(count, bool)
    announces = (messages["kind"] == MessageKind.RESPONSE) & (messages["notes"] & Note.EVENT_STREAM.value != 0)
    is_stream[messages["connection"][announces]] = True
    responded = last_responses(capture)
    closed = first_packets(capture, FIN_OR_RST)
    times = capture.packets["time_ns"]
    end_ns = int(times.max()) if len(times) else 0
    is_closed = closed >= 0
    over_ns = np.where(is_closed, times[closed] if len(times) else 0, end_ns)
    lingered = (responded >= 0) & (over_ns - responded > LINGER_NS)
    kinds[is_http & (requests == 1) & is_closed & ~lingered] = Kind.CLOSED
    kinds[is_http & ((requests > 1) | ((requests == 1) & lingered))] = Kind.KEPT
    polls = find_polls(capture, is_http & ~is_stream)
    polled = np.bincount(messages["connection"][polls.request], minlength=count)
    kinds[is_http & (polled * 2 > requests)] = Kind.POLLING
    kinds[is_http & is_stream] = Kind.STREAM
    kinds[(connections["protocol"] == Protocol.WEBSOCKET) & among] = Kind.WEBSOCKET
    return kinds, polls


def only_sending(capture: Capture) -> Mask:
    """The connections on which every request had content and no response did: the client only sent something, and
    received no content.
    """
    messages, count = capture.http_messages, len(capture.connections)
    is_request, has_content = messages["kind"] == MessageKind.REQUEST, messages["body_bytes"] > 0
    sends, requests, receives = (
        np.bincount(messages["connection"][which], minlength=count) > 0
        for which in (
            is_request & has_content,
            is_request & ~has_content,
            (messages["kind"] == MessageKind.RESPONSE) & has_content,
        )
    )
    return sends & ~requests & ~receives


def first_packets(capture: Capture, flags: int) -> Ints:
    """For every connection, the row of its first packet with any of these TCP flags; -1 if there is none."""
    packets = capture.packets
    rows = np.flatnonzero((packets["flags"] & flags != 0) & (packets["connection"] >= 0))
    return first_of(rows, packets["connection"][rows], len(capture.connections))


def first_of(rows: npt.NDArray[np.integer], groups: npt.NDArray[np.integer], count: int) -> Ints:
    """For each of `count` groups, the first of `rows` that belongs to it; -1 for an empty group.

    Args:
        rows: row numbers, ascending.
        groups: the group of each row.
    """
    first: Ints = np.full(count, -1)
    first[groups[::-1]] = rows[::-1]
    return first


def last_responses(capture: Capture) -> Ints:
    """For every connection, the time in ns of the last byte captured so far of a response to a request; -1 without a
    response.
    """
    messages, exchanges = capture.http_messages, capture.exchanges
    rows = exchanges["response"][(exchanges["request"] >= 0) & (exchanges["response"] >= 0)]
    last: Ints = np.full(len(capture.connections), -1)
    np.maximum.at(last, messages["connection"][rows], messages["end_ns"][rows])
    return last
