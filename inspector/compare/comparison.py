"""HTTP compared with WebSocket, as many articles do, but measured from the packets of the capture.

This is a view of the tables, computed on demand. Every cell names the packets that prove it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from inspector.compare.costs import Cost, find_costs
from inspector.compare.delivery import Delivery, find_deliveries
from inspector.compare.delivery_methods import NO_KIND, Kind, find_kinds, only_sending
from inspector.compare.lifetimes import Lives, find_lives
from inspector.compare.messages import AllMessages, find_messages
from inspector.compare.polling import Polls
from inspector.compare.round_trips import FirstBytes, find_first_bytes
from inspector.engine.clocks import has_time
from inspector.tables.arrays import Ints, Mask
from inspector.tables.table import MessageKind, Protocol

if TYPE_CHECKING:
    from inspector.engine.capture import Capture

Values = Mapping[str, int | float | None]

MOST_PROOFS = 8
"""Maximum number of packets named as proof; `proofs` is the number of all."""


@dataclass(frozen=True, slots=True)
class Proof:
    """A packet (row) that proves an answer, its connection, and what the packet shows."""

    packet: int
    connection: int
    what: str


@dataclass(frozen=True, slots=True)
class Cell:
    """An answer: the figure as text, a detailed sentence, the values, and the proof."""

    text: str
    detail: str
    values: Values = field(default_factory=dict)
    proof: list[Proof] = field(default_factory=list)
    proofs: int = 0
    """The number of packets that prove it; `proof` contains the first of them."""


@dataclass(frozen=True)
class Findings:
    """The measurements from which the answers are made."""

    capture: Capture
    among: Mask
    """The mask of the connections that are compared."""
    kinds: Ints
    polls: Polls
    all_messages: AllMessages
    costs: dict[Kind, Cost]
    first_bytes: dict[Kind, FirstBytes]
    lives: dict[Kind, Lives]
    deliveries: list[Delivery]

    @property
    def present(self) -> list[Kind]:
        """The kinds that occur in the capture."""
        return [kind for kind in Kind if len(self.lives[kind].connection)]

    @property
    def start_ns(self) -> int:
        """The time of the first packet; if not all connections are compared, of the first packet on those that are."""
        return int(self._times.min()) if len(self._times) else 0

    @property
    def duration_ns(self) -> int:
        return int(self._times.max() - self._times.min()) if len(self._times) else 0

    @cached_property
    def _times(self) -> Ints:
        packets = self.capture.packets
        owners, times = packets["connection"], packets["time_ns"]
        chosen: Ints = times if self.among.all() else times[(owners >= 0) & self.among[owners]]
        return chosen

    def messages(self, kind: Kind) -> Ints:
        """Indices in `all_messages` of the messages of a kind."""
        return np.flatnonzero(self.all_messages.kind == kind).astype(np.int64)

    def http(self, kind: Kind, what: MessageKind) -> Ints:
        """Rows of http_messages that have the kind `what` and are on connections of the delivery method `kind`."""
        table = self.capture.http_messages
        return np.flatnonzero((table["kind"] == what) & (self.kinds[table["connection"]] == kind)).astype(np.int64)

    def left_out(self) -> dict[str, int]:
        """The number of connections that use none of the five methods, by protocol."""
        protocols = self.capture.connections["protocol"][(self.kinds == NO_KIND) & self.among]
        counts = np.bincount(protocols, minlength=len(Protocol))
        return {Protocol(i).name.lower(): int(n) for i, n in enumerate(counts.tolist()) if n}

    def only_sending(self, kind: Kind) -> int:
        """The number of connections of a kind on which the client only sent content and received none."""
        return int(only_sending(self.capture)[self.lives[kind].connection].sum())

    def prove(self, packets: Ints, what: str | Callable[[int], str]) -> tuple[list[Proof], int]:
        """The first of these packets (rows) as proof of `what`, and the number of all.

        Args:
            packets: rows of packets.
            what: what the packets show, or a function that returns it for an index into `packets`.
        """
        connections = self.capture.packets["connection"]
        say = what if callable(what) else lambda _: what
        first = [int(row) for row in packets[:MOST_PROOFS]]
        return [Proof(row, int(connections[row]), say(i)) for i, row in enumerate(first)], len(packets)


def find(capture: Capture, interface: int | None = None) -> Findings:
    """Measure a capture as it is now, or only what was captured on one interface. Connections without timestamps are
    left out.
    """
    connections = capture.connections
    among = has_time(capture, connections["first_packet"]) & has_time(capture, connections["last_packet"])
    if interface is not None:
        among &= interfaces_of(capture) == interface
    kinds, polls = find_kinds(capture, among)
    all_messages = find_messages(capture, kinds, polls)
    return Findings(
        capture,
        among,
        kinds,
        polls,
        all_messages,
        find_costs(capture, kinds, all_messages),
        find_first_bytes(capture, kinds, all_messages),
        {kind: find_lives(capture, np.flatnonzero(kinds == kind).astype(np.int64)) for kind in Kind},
        find_deliveries(capture, all_messages),
    )


def runs(capture: Capture) -> list[int]:
    """The interfaces on which connections of all five kinds were captured, in ascending order, so that the latest comes
    last; none if there are no connections on other interfaces.

    The demo captures each scenario on an interface of its own. Anything else in its recording, such as an idle chat or
    an earlier run, would distort the costs of a run of the five methods.
    """
    interfaces = interfaces_of(capture)
    found = np.unique(interfaces).tolist()
    if len(found) < 2:
        return []
    kinds, _ = find_kinds(capture, np.ones(len(interfaces), bool))
    return [number for number in found if set(kinds[interfaces == number].tolist()) >= set(Kind)]


def interfaces_of(capture: Capture) -> Ints:
    """The interface of each connection's first packet."""
    first = capture.connections["first_packet"].astype(np.int64)
    return capture.packets["interface"][first].astype(np.int64)
