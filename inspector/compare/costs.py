"""The cost of messages: packets and bytes on the wire, by purpose."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np

from inspector.compare.delivery_methods import FIN_OR_RST, Kind, first_of, first_packets
from inspector.compare.messages import AllMessages
from inspector.http.message_notes import Note
from inspector.http.status_codes import SWITCHING_PROTOCOLS
from inspector.tables.arrays import Ints
from inspector.tables.table import MessageKind
from inspector.websocket.opcodes import Opcode

if TYPE_CHECKING:
    from inspector.engine.capture import Capture


class Phase(IntEnum):
    """The purpose of a packet."""

    BUILDING = 0
    """Before the first byte that the program itself sends; for WebSocket and event streams, up to the response that
    opens them."""
    TALKING = 1
    CLOSING = 2
    """From the first FIN, RST or close frame onwards."""


@dataclass(frozen=True, slots=True)
class Cost:
    """The numbers of packets, and of their bytes on the wire including all headers, by `Phase`; and the numbers of
    messages and useful bytes that they carried.
    """

    packets: tuple[int, ...]
    wire_bytes: tuple[int, ...]
    messages: int
    useful: int

    @property
    def all_packets(self) -> int:
        return sum(self.packets)

    @property
    def all_bytes(self) -> int:
        return sum(self.wire_bytes)


def find_costs(capture: Capture, kinds: Ints, all_messages: AllMessages) -> dict[Kind, Cost]:
    """The cost of each kind, summed over its connections."""
    packets = capture.packets
    rows = np.flatnonzero(packets["connection"] >= 0)
    rows = rows[kinds[packets["connection"][rows]] >= 0]
    connection = packets["connection"][rows]
    phase = np.full(len(rows), int(Phase.TALKING))
    phase[rows < _talk_begins(capture, kinds, all_messages)[connection]] = Phase.BUILDING
    phase[rows >= _close_begins(capture)[connection]] = Phase.CLOSING
    cell = kinds[connection] * len(Phase) + phase
    size = len(Kind) * len(Phase)
    counts = np.bincount(cell, minlength=size).reshape(-1, len(Phase))
    weights = np.bincount(cell, packets["length"][rows], minlength=size).reshape(-1, len(Phase))
    messages = np.bincount(all_messages.kind, minlength=len(Kind))
    useful = np.bincount(all_messages.kind, all_messages.useful, minlength=len(Kind))
    return {
        kind: Cost(tuple(counts[kind].tolist()), tuple(map(int, weights[kind])), int(messages[kind]), int(useful[kind]))
        for kind in Kind
    }


def _talk_begins(capture: Capture, kinds: Ints, all_messages: AllMessages) -> Ints:
    """For every connection, the packets row at which the building phase is over; beyond the last row if it never is."""
    packets, messages = capture.packets, capture.http_messages
    count = len(kinds)
    loaded = np.flatnonzero((packets["payload"] > 0) & (packets["connection"] >= 0))
    begins = first_of(loaded, packets["connection"][loaded], count)
    is_opener = (messages["status"] == SWITCHING_PROTOCOLS) | (messages["notes"] & Note.EVENT_STREAM.value != 0)
    rows = np.flatnonzero(is_opener & (messages["kind"] == MessageKind.RESPONSE))[::-1]
    begins[messages["connection"][rows]] = messages["packet"][rows] + 1
    is_long = np.isin(kinds, (Kind.STREAM, Kind.WEBSOCKET))
    message = _first_message(all_messages, count)
    begins[is_long & (message >= 0)] = np.minimum(begins, message)[is_long & (message >= 0)]
    begins[begins < 0] = len(packets)
    return begins


def _first_message(all_messages: AllMessages, count: int) -> Ints:
    """For every connection, the first packet that carried a message; -1 if there is none."""
    return first_of(all_messages.packet, all_messages.connection, count)


def _close_begins(capture: Capture) -> Ints:
    """For every connection, the packets row at which the closing phase begins; beyond the last row if it never does."""
    never = len(capture.packets)
    messages = capture.messages
    ends = first_packets(capture, FIN_OR_RST)
    byes = np.flatnonzero(messages["kind"] == Opcode.CLOSE)
    said_bye = first_of(messages["first_packet"][byes], messages["connection"][byes], len(ends))
    return np.minimum(np.where(ends < 0, never, ends), np.where(said_bye < 0, never, said_bye))
