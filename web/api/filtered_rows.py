"""Selects the table rows that a request lists: those that match its search words, connection and time range, sorted by
a column.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from flask import request

from inspector.query.language.errors import FilterError
from inspector.query.row_order import COLUMNS
from inspector.query.time_range import within
from inspector.tables.arrays import Rows
from web.api.parameters import asked_number, asked_range
from web.api.time_parameters import asked_span
from web.errors import Refused

if TYPE_CHECKING:
    from inspector.engine.capture import Capture
    from web.session.session import Session


LONGEST_TEXT = 1000
"""Maximum number of characters of a filter."""

FOUND_BY_WORDS = ("packets", "connections", "exchanges", "messages")
"""The tables to which the words of a filter apply; other tables ignore them."""


def listed(session: Session, capture: Capture, name: str) -> Rows | None:
    """The rows that match `q`, `connection`, `from` and `to`, in ascending order; None means all rows. Raises
    Refused.
    """
    text = request.args.get("q", "")
    if len(text) > LONGEST_TEXT:
        raise Refused(400, f"A filter has up to {LONGEST_TEXT} characters.", "Make it shorter.")
    found = selected(session, capture, name, text) if name in FOUND_BY_WORDS else None
    if "connection" in request.args:
        if name == "connections":
            raise Refused(
                400,
                "Connections cannot be filtered by connection.",
                "Use start and stop, or the number of the connection.",
            )
        found = _also(found, getattr(capture, name)["connection"] == asked_number("connection", -1))
    span = asked_span(capture)
    return found if span is None else _also(found, within(capture, name, span))


def selected(session: Session, capture: Capture, name: str, text: str) -> Rows | None:
    """The rows that a display filter selects; None means all. Raises Refused, with the position of what is wrong."""
    try:
        return session.display_filter(capture).matching(name, text)
    except FilterError as error:
        where = {"position": error.position, "length": error.length}
        advice = f"Change the filter at character {error.position + 1}."
        raise Refused(400, error.sentence, advice, details=where) from error


def chosen(session: Session, capture: Capture, name: str) -> tuple[Rows, int]:
    """The listed rows between `start` and `stop` in the order that `order` names, and the total number of listed rows.
    Raises Refused.
    """
    found, size = _arranged(session, capture, name), len(getattr(capture, name))
    wanted = asked_range(size if found is None else len(found))
    return (np.arange(wanted.start, wanted.stop), size) if found is None else (found[wanted], len(found))


def prepare(session: Session, name: str) -> None:
    """Prepare for the order that the request asks for, in steps between which others can read the capture."""
    column = request.args.get("order", "").removeprefix("-")
    is_done = not column
    while not is_done:
        with session.reading() as capture:
            is_done = session.row_order(capture).prepare(name, column)


def place(session: Session, capture: Capture, name: str, row: int) -> dict[str, Any]:
    """The position of a row among the listed rows, and their number; `index` is null if the row is not listed."""
    found, size = _arranged(session, capture, name), len(getattr(capture, name))
    if found is None:
        return {"index": row if 0 <= row < size else None, "total": size}
    at = np.flatnonzero(found == row)
    return {"index": int(at[0]) if len(at) else None, "total": len(found)}


def _arranged(session: Session, capture: Capture, name: str) -> Rows | None:
    """The listed rows, sorted by the column in `order`, descending if a `-` precedes it. None means all rows in the
    order of the file. A sorted list is cached until the capture changes. Raises Refused.
    """
    order = request.args.get("order", "")
    if not order:
        return listed(session, capture, name)
    column = order.removeprefix("-")
    if column not in COLUMNS.get(name, ()):
        columns = ", ".join(COLUMNS.get(name, ())) or "nothing"
        raise Refused(400, f"The {name} cannot be sorted by {column!r}.", f"Sort them by one of: {columns}.")
    row_order, total = session.row_order(capture), len(getattr(capture, name))
    asked = (name, order, *map(request.args.get, ("q", "connection", "from", "to")))

    def make() -> Rows:
        rows, extent = listed(session, capture, name), session.extent()
        rows = np.arange(total) if rows is None else rows
        now_ns = extent.to_ns if extent else 0
        return row_order.sorted(name, rows, column, descending=order != column, now_ns=now_ns)

    return row_order.kept((asked, total, len(capture.packets), session.deltas.rev), make)


def _also(found: Rows | None, mask: npt.NDArray[np.bool_]) -> Rows:
    return np.flatnonzero(mask) if found is None else found[mask[found]]
