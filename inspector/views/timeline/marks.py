"""The marks on the lanes of the timeline, reduced to the resolution of the drawing.

A drawing has a cell for each lane and pixel column. However many packets fall into a cell, it gets one mark, so that
the size of the result depends on the size of the drawing and not on that of the capture.
"""

from __future__ import annotations

from enum import IntFlag
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from inspector.http.status_codes import FIRST_ERROR
from inspector.query.time_range import Span, exchange_times, gets_no_response, is_cut_off
from inspector.query.troubles import SERIOUS
from inspector.tables.arrays import Rows
from inspector.tcp.flags_and_seq import FIN, RST, SYN
from inspector.tcp.verdicts import TROUBLE
from inspector.views.timeline.folds import columns
from inspector.websocket.opcodes import FIRST_CONTROL

if TYPE_CHECKING:
    from inspector.engine.capture import Capture

Columns = dict[str, list[int]]


class Tick(IntFlag):
    """Bits of a cell: each is set if it applies to at least one of the cell's packets."""

    CLIENT = 1
    SERVER = 2
    PAYLOAD = 4
    SYN = 8
    FIN = 16
    RESET = 32
    TROUBLE = 64


class Drawing:
    """A drawing of the lanes of `connections` (rows, from top to bottom) over the time range `span`, `width` pixels
    wide, in which the stretches `folds` are folded.
    """

    def __init__(
        self, capture: Capture, connections: Rows, span: Span, width: int, folds: list[Span] | None = None
    ) -> None:
        self.capture = capture
        self.folds = folds or []
        self.connections = connections
        self.span = span
        self.width = width
        # One entry more than there are connections, for index -1 (no connection).
        self._lane = np.full(len(capture.connections) + 1, -1, np.int32)
        self._lane[connections] = np.arange(len(connections))
        self._first, self._stop = self._packets()

    def ticks(self) -> Columns:
        """Marks of packets, one per cell: `lane`, `column`, `bits` of Tick, `count`, and `packet`, the number of the
        cell's first packet or, if the cell contains packets with problems, the first of those.
        """
        rows, cell = self._cells
        bits = np.zeros(len(self.connections) * self.width, np.uint8)
        shown = np.zeros(len(bits), np.int64)
        shown[cell[::-1]] = rows[::-1]  # the last assignment to an index wins: the cell's first packet
        is_troubled = self._is_troubled(rows)
        shown[cell[is_troubled][::-1]] = rows[is_troubled][::-1]
        for bit, is_so in (*self._facts(rows), (Tick.TROUBLE, is_troubled)):
            is_there = np.zeros(len(bits), bool)
            is_there[cell[is_so]] = True  # one write per packet, then one read per cell
            bits[is_there] |= bit.value
        used = np.flatnonzero(bits)
        counts = np.bincount(cell, minlength=len(bits))[used] if len(cell) else used
        return _columns(
            lane=used // self.width, column=used % self.width, bits=bits[used], count=counts, packet=shown[used] + 1
        )

    def sizes(self) -> Columns:
        """For each tick, the largest payload of a packet in its cell, in bytes, from the `client` and the `server`."""
        packets, (rows, cell) = self.capture.packets, self._cells
        payload = packets["payload"][rows]
        carries = payload > 0
        cells = len(self.connections) * self.width
        largest = np.zeros(2 * cells, np.int64)
        np.maximum.at(largest, packets["direction"][rows[carries]] * np.int64(cells) + cell[carries], payload[carries])
        used = np.flatnonzero(np.bincount(cell, minlength=cells)) if len(cell) else cell
        return _columns(client=largest[used], server=largest[cells + used])

    def blocks(self) -> Columns:
        """Marks of exchanges: the `lane`, and the pixel columns of their `begin`, of the first byte of the response
        (`answer`) and of their `end`.

        Where an exchange lies partly outside the drawing, a column is -1 (to the left) or the width (to the right).
        Exchanges that begin in the same column form one block of `count` exchanges. It ends when the last of them does,
        and has the highest `status` (0 without a response), the `exchange` row of the first, and `failed`: whether any
        got an error, got a response that was cut off, or will get no response.
        """
        exchanges, messages = self.capture.exchanges, self.capture.http_messages
        rows = np.flatnonzero(self._lane[exchanges["connection"]] >= 0)
        begins, ends = exchange_times(self.capture, rows)
        seen = self.span.touches(begins, ends)
        rows, begins, ends = rows[seen], begins[seen], ends[seen]
        response = exchanges["response"][rows]
        answers = np.where(response >= 0, messages["time_ns"][response], ends) if len(messages) else ends
        status = np.where(response >= 0, messages["status"][response], 0) if len(messages) else response
        failed = (status >= FIRST_ERROR) | gets_no_response(self.capture, rows) | is_cut_off(self.capture, rows)
        begin = self.column(begins)
        cell = self._lane[exchanges["connection"][rows]].astype(np.int64) * (self.width + 2) + begin + 1
        firsts, order, counts = _groups(cell)
        first = order[firsts]
        return _columns(
            lane=self._lane[exchanges["connection"][rows[first]]],
            begin=begin[first],
            answer=self.column(answers[first]),
            end=np.maximum.reduceat(self.column(ends)[order], firsts) if len(firsts) else begin[first],
            count=counts,
            status=np.maximum.reduceat(status[order], firsts) if len(firsts) else status,
            failed=np.maximum.reduceat(failed[order].astype(np.int64), firsts) if len(firsts) else status,
            exchange=rows[first],
        )

    def arrows(self) -> Columns:
        """Marks of WebSocket messages: `lane`, `column`, `direction`, `control` (1 for close, ping and pong), `count`,
        and the row of the first `message`.
        """
        table = self.capture.messages
        lane = self._lane[table["connection"]]
        rows = np.flatnonzero((lane >= 0) & self.span.holds(table["time_ns"]))
        direction = table["direction"][rows].astype(np.int64)
        control = (table["kind"][rows] >= FIRST_CONTROL).astype(np.int64)
        column = self.column(table["time_ns"][rows])
        cell = ((lane[rows].astype(np.int64) * self.width + column) * 2 + direction) * 2 + control
        # Counting is cheaper than sorting, since there are fewer cells than messages.
        counts = np.bincount(cell, minlength=4 * self.width * len(self.connections)) if len(cell) else cell
        shown = np.zeros(len(counts), np.int64)
        shown[cell[::-1]] = rows[::-1]
        used = np.flatnonzero(counts)
        return _columns(
            lane=used // 4 // self.width,
            column=used // 4 % self.width,
            direction=used // 2 % 2,
            control=used % 2,
            count=counts[used],
            message=shown[used],
        )

    def closings(self) -> npt.NDArray[np.int64]:
        """For each lane, the time of its connection's first FIN or RST, in ns since 1970; -1 if there is none."""
        packets, first = self.capture.packets, self._first
        ends = np.flatnonzero(packets["flags"][first : self._stop] & (FIN | RST)) + first
        lane = self._lane[packets["connection"][ends]]
        found = np.full(len(self.connections), -1, np.int64)
        known = lane >= 0
        found[lane[known][::-1]] = packets["time_ns"][ends[known]][::-1]
        return found

    def column(self, times: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """The pixel column of each time: -1 for times before the span, and the width for times after it."""
        return columns(times, self.span, self.width, self.folds)

    @cached_property
    def _cells(self) -> tuple[Rows, npt.NDArray[np.int64]]:
        """The rows of the packets on these lanes in the span, and the cell of each packet."""
        packets, first = self.capture.packets, self._first
        times = packets["time_ns"][first : self._stop]
        lane = self._lane[packets["connection"][first : self._stop]]
        rows = np.flatnonzero((lane >= 0) & self.span.holds(times))
        cell = lane[rows].astype(np.int64) * self.width + self.column(times[rows])
        return rows + first, cell

    def _packets(self) -> tuple[int, int]:
        """The range of packet rows [first, stop) that contains all packets of these lanes."""
        if not len(self.connections):
            return 0, 0
        table = self.capture.connections
        return int(table["first_packet"][self.connections].min()), int(table["last_packet"][self.connections].max()) + 1

    def _facts(self, rows: Rows) -> list[tuple[Tick, npt.NDArray[np.bool_]]]:
        packets = self.capture.packets
        direction, flags = packets["direction"][rows], packets["flags"][rows]
        return [
            (Tick.CLIENT, direction == 0),
            (Tick.SERVER, direction == 1),
            (Tick.PAYLOAD, packets["payload"][rows] > 0),
            (Tick.SYN, flags & SYN != 0),
            (Tick.FIN, flags & FIN != 0),
            (Tick.RESET, flags & RST != 0),
        ]

    def _is_troubled(self, rows: Rows) -> npt.NDArray[np.bool_]:
        anomalies = self.capture.anomalies
        is_odd = np.zeros(self._stop - self._first, bool)
        odd = anomalies["packet"][SERIOUS[anomalies["code"]]] - self._first
        is_odd[odd[(odd >= 0) & (odd < len(is_odd))]] = True
        troubled: npt.NDArray[np.bool_] = self.capture.packets["analysis"][rows] & TROUBLE.value != 0
        return troubled | is_odd[rows - self._first]


def _groups(cells: npt.NDArray[np.int64]) -> tuple[Rows, Rows, Rows]:
    """Group equal cells.

    Returns:
        The index in `order` at which each group begins, `order` (indices that sort the cells), and the group sizes.
    """
    order = np.argsort(cells, kind="stable")
    ordered = cells[order]
    firsts = np.flatnonzero(np.diff(ordered, prepend=ordered[0] - 1)) if len(ordered) else np.empty(0, np.intp)
    return firsts, order, np.diff(firsts, append=len(cells))


def _columns(**columns: npt.NDArray[Any]) -> Columns:
    return {name: values.tolist() for name, values in columns.items()}
