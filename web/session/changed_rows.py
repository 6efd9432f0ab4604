"""Finds the rows that changed since the last call, by comparing whole columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from inspector.tables.arrays import Rows

if TYPE_CHECKING:
    from inspector.engine.capture import Capture


WATCHED = ("connections", "exchanges", "messages")
"""The tables whose rows can change after they were added; the feed therefore sends their changed rows."""


class Watch:
    """Remembers how long the tables of a capture were at the last call, and which rows were still incomplete."""

    def __init__(self, capture: Capture) -> None:
        self._capture = capture
        self._packets = 0
        self._rows = dict.fromkeys(WATCHED, 0)
        self._open = {name: np.empty(0, np.intp) for name in ("exchanges", "messages")}

    def changes(self) -> dict[str, Rows]:
        """Return, for each watched table, the rows in ascending order that are new or may have changed since the last
        call.

        A connection has changed if it has new packets. An exchange or message has changed if it was incomplete and its
        connection has changed. Packet numbers alone would not be enough: a segment that was held back until a gap was
        filled may have been captured before the last call.
        """
        capture = self._capture
        connections = np.flatnonzero(capture.connections["last_packet"] >= self._packets)
        is_changed = np.zeros(len(capture.connections), bool)
        is_changed[connections] = True
        found = {"connections": connections}
        for name, complete in (("exchanges", _answered), ("messages", _whole)):
            table = getattr(capture, name)
            old = self._open[name]
            old_changed = old[is_changed[table["connection"][old]]]
            new = np.arange(self._rows[name], len(table))
            found[name] = np.concatenate((old_changed, new))
            candidates = np.concatenate((old, new))
            self._open[name] = candidates[~complete(capture, candidates)]
        self._packets = len(capture.packets)
        self._rows = {name: len(getattr(capture, name)) for name in WATCHED}
        return found


def _answered(capture: Capture, rows: Rows) -> npt.NDArray[np.bool_]:
    """A mask of the exchanges whose request and response are both complete."""
    complete = capture.http_messages["complete"]
    request, response = capture.exchanges["request"][rows], capture.exchanges["response"][rows]
    return _complete_at(complete, request) & _complete_at(complete, response)


def _complete_at(complete: npt.NDArray[np.uint8], rows: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """A mask of the rows that exist (are not negative) and are complete."""
    found: npt.NDArray[np.bool_] = (rows >= 0) & (complete[rows] != 0) if len(complete) else rows >= 0
    return found


def _whole(capture: Capture, rows: Rows) -> npt.NDArray[np.bool_]:
    """A mask of the messages that are complete."""
    whole: npt.NDArray[np.bool_] = capture.messages["complete"][rows] != 0
    return whole
