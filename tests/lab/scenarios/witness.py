"""What the engine makes of a scenario's packets, in the words that the expectations are written in."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import accumulate
from typing import Any

from inspector.compare import Kind, find
from inspector.compare.delivery_methods import NAMES
from inspector.engine.capture import Capture
from inspector.views.rows import anomaly_rows, connection_rows, exchange_rows, frame_rows, message_rows, packet_rows
from inspector.views.sockets.descriptor_rows import process_of
from inspector.views.story import EventKind, events

Row = dict[str, Any]


class Witness:
    """The rows of a capture, and the phrases of the scenario's text that were checked against them."""

    def __init__(self, capture: Capture) -> None:
        self.held: list[str] = []
        """Phrases of the text."""
        self.packets: list[Row] = [row for row in packet_rows(capture) if row["connection"] is not None]
        self.connections: list[Row] = connection_rows(capture)
        self.exchanges: list[Row] = exchange_rows(capture)
        self.frames: list[Row] = frame_rows(capture)
        self.messages: list[Row] = message_rows(capture)
        tokens = capture.tokens
        joined = [row for row in range(len(tokens)) if tokens["connection"][row] >= 0]
        self._tokens = [
            (process_of(tokens, row), int(tokens["opened_ns"][row]), int(tokens["closed_ns"][row])) for row in joined
        ]
        self.anomalies: list[str] = [row["code"] for row in anomaly_rows(capture)]
        self.ways = [NAMES[kind] for kind in Kind if kind in find(capture).kinds]
        """The ways of delivering news that the comparison finds."""
        self.kinds: list[str] = [EventKind(kind).name.lower() for kind in events(capture)["kind"]]

    def says(self, phrase: str, is_so: bool) -> None:
        """Check a phrase of the text: `is_so` says whether the packets show it."""
        assert is_so, f"“{phrase}”: not in these packets"
        self.held.append(phrase)

    def knows(self, *phrases: str) -> None:
        """Accept phrases that no packet of one recording can show: a rule, a default, a reason."""
        self.held += phrases

    def with_payload(self, direction: str, connection: int = 0) -> list[Row]:
        """The segments of one direction that carry bytes."""
        rows = (row for row in self.packets if row["connection"] == connection and row["payload"])
        return [row for row in rows if row["direction"] == direction]

    def tokens_at_once(self, process: str) -> int:
        """Maximum number of connections that a process held by file descriptors at the same time."""
        lives = [(opened, closed) for holder, opened, closed in self._tokens if holder == process]
        steps = [(opened, 1) for opened, _ in lives] + [(closed, -1) for _, closed in lives if closed >= 0]
        return max(accumulate(step for _, step in sorted(steps)), default=0)

    @property
    def lives(self) -> list[str]:
        """How each connection went: what it spoke, and Zeek's word for its life."""
        return [f"{row['protocol']} {row['conn_state']}" for row in self.connections]

    @property
    def asked(self) -> list[str]:
        """Every exchange as "GET / 200"."""
        return [f"{_question(row['request'])} {_answer(row['response'])}" for row in self.exchanges]

    def verdicts(self, verdict: str, direction: str | None = None) -> list[Row]:
        """The packets with this verdict."""
        return [row for row in self.packets if verdict in row["analysis"] and direction in (None, row["direction"])]

    def flagged(self, *flags: str) -> list[Row]:
        """The packets with exactly these flags."""
        return [row for row in self.packets if set(row["flags"]) == set(flags)]

    def states(self, side: str, connection: int = 0) -> list[str]:
        """The states that one end went through."""
        found: list[str] = []
        for row in self.packets:
            if row["connection"] == connection and row[f"{side}_state"] not in found[-1:]:
                found.append(row[f"{side}_state"])
        return found

    def seconds(self, first: Row, last: Row) -> float:
        """From one packet to another."""
        return float(last["at_ns"] - first["at_ns"]) / 1e9


def _question(request: Row | None) -> str:
    return f"{request['method']} {request['target']}" if request else "?"


def _answer(response: Row | None) -> str:
    return str(response["status"]) if response else "?"


Expectation = Callable[[Witness], None]

EXPECTATIONS: dict[str, Expectation] = {}
"""What must be seen of each scenario, by its name."""


def expects(function: Expectation) -> Expectation:
    """The function holds what must be seen of the scenario that it is named after."""
    EXPECTATIONS[re.sub("_", "-", function.__name__)] = function
    return function
