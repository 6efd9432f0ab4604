"""Finds polling: the same request repeated at regular intervals, where not every response has new content."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from inspector.content.body import coded_content
from inspector.tables.arrays import Ints
from inspector.tables.table import MessageKind

if TYPE_CHECKING:
    from inspector.engine.capture import Capture

Question = tuple[bytes, bytes]

LEAST = 4
"""Minimum number of requests in a series: three intervals of equal length are hardly a coincidence."""

SHORTEST_PACE_NS = 20_000_000
"""Minimum median interval: a client that sends requests faster than this is not waiting for news."""

EVEN_SHARE = 0.75
"""Minimum share of the intervals in a series that must lie within a factor of two of the median."""

MOST_REQUESTS = 20_000
"""Maximum number of requests examined, the latest, since their headers are read one by one."""

MOST_ANSWERS = 4096
"""Maximum number of responses whose bodies are compared with the previous one."""

HEAD_BYTES = 4096
BODY_BYTES = 64 * 1024

_AGENT = re.compile(rb"\r?\nuser-agent:([^\r\n]*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Polls:
    """Polls in the order of their requests; all arrays have the same length.

    Attributes:
        request: row of the request in http_messages.
        response: row of the response in http_messages; -1 if there is none.
        series: number of the series to which the poll belongs.
        is_new: whether the response has content that differs from the previous one in the series.
    """

    request: Ints
    response: Ints
    series: Ints
    is_new: npt.NDArray[np.bool_]


def find_polls(capture: Capture, among: npt.NDArray[np.bool_]) -> Polls:
    """The polls on the connections that the mask `among` selects."""
    found: list[tuple[int, int, int, bool]] = []
    budget = MOST_ANSWERS
    for number, series in enumerate(_candidates(capture, among)):
        requests = series[:budget]
        budget -= len(requests)
        responses = _responses(capture, requests)
        news = _brings_news(capture, responses)
        if not all(news):
            found += zip(requests, responses, [number] * len(requests), news, strict=True)
    found.sort()
    rows: Ints = np.array([poll[:3] for poll in found], np.int64).reshape(-1, 3)
    return Polls(rows[:, 0], rows[:, 1], rows[:, 2], np.array([poll[3] for poll in found], bool))


def _candidates(capture: Capture, among: npt.NDArray[np.bool_]) -> list[list[int]]:
    """Series of equal requests at regular intervals, as rows of http_messages in order of time."""
    messages = capture.http_messages
    rows = np.flatnonzero(messages["kind"] == MessageKind.REQUEST)
    rows = rows[among[messages["connection"][rows]]][-MOST_REQUESTS:]
    times = messages["time_ns"]
    series = (sorted(group, key=lambda row: int(times[row])) for group in _series(capture, rows.tolist()))
    return [group for group in series if len(group) >= LEAST and is_paced(times[group])]


def is_paced(time_ns: npt.NDArray[np.int64]) -> bool:
    """Whether requests at these times were sent at regular intervals."""
    pauses = np.diff(time_ns)
    middle = int(np.median(pauses))
    even = (pauses * 2 >= middle) & (pauses <= middle * 2)
    return middle >= SHORTEST_PACE_NS and bool(even.mean() >= EVEN_SHARE)


def _series(capture: Capture, requests: list[int]) -> list[list[int]]:
    """Groups of equal requests: those on one connection if it carries at least LEAST of them, otherwise those between
    one client address and one server socket.

    Several clients on one machine cannot be distinguished by their address, but they can by the connection if they keep
    it open.
    """
    on_pipe: dict[tuple[int, Question], list[int]] = defaultdict(list)
    for row in requests:
        question = _question(capture, row)
        if question:
            on_pipe[int(capture.http_messages["connection"][row]), question].append(row)
    by_client: dict[tuple[int, ...], dict[Question, list[int]]] = defaultdict(lambda: defaultdict(list))
    whole: list[list[int]] = []
    for (connection, question), rows in on_pipe.items():
        if len(rows) >= LEAST:
            whole.append(rows)
        else:
            by_client[_ends(capture, connection)][question] += rows
    return whole + [rows for asked in by_client.values() for rows in asked.values()]


def _question(capture: Capture, row: int) -> Question | None:
    """The path (without the query) and the User-Agent of a GET request; None for other methods."""
    messages = capture.http_messages
    head = capture.bytes_at(int(messages["head_address"][row]), min(int(messages["head_bytes"][row]), HEAD_BYTES))
    if not head.startswith(b"GET "):
        return None
    agent = _AGENT.search(head)
    return head[4:].split(b" ", 1)[0].partition(b"?")[0], agent[1].strip() if agent else b""


def _ends(capture: Capture, connection: int) -> tuple[int, ...]:
    parts = ("client_hi", "client_lo", "server_hi", "server_lo", "server_port")
    return tuple(int(capture.connections[part][connection]) for part in parts)


def _responses(capture: Capture, requests: list[int]) -> list[int]:
    exchanges = capture.exchanges["response"]
    of = capture.http_messages["exchange"][requests]
    return [int(exchanges[row]) for row in of.tolist()]


def _brings_news(capture: Capture, responses: list[int]) -> list[bool]:
    """For each response, whether it has content that differs from the last content before it. A 204 or 304 has none
    (RFC 9110 §15.3.5, §15.4.5).
    """
    news: list[bool] = []
    before: bytes | None = None
    for row in responses:
        holds = row >= 0 and capture.http_messages["body_bytes"][row] > 0
        body = coded_content(capture, row, BODY_BYTES)[0] if holds else b""
        news.append(bool(body) and body != before)
        before = body or before
    return news
