"""Which rows of a table a request lists: those that its words, its connection and its time range leave."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from flask import request

from inspector.query.time_range import within
from inspector.tables.arrays import Rows
from web.api.parameters import asked_number, asked_range
from web.api.time_parameters import asked_span
from web.errors import Refused

if TYPE_CHECKING:
    from inspector.engine.capture import Capture
    from web.session.session import Session


LONGEST_TEXT = 1000
"""Characters of a filter."""

FOUND_BY_WORDS = ("packets", "connections", "exchanges", "messages")
"""The tables that a filter's words find rows of; of others they leave all."""


def listed(session: Session, capture: Capture, name: str) -> Rows | None:
    """The rows that `q`, `connection`, `from` and `to` leave, ascending; None for all. Raises Refused."""
    text = request.args.get("q", "")
    if len(text) > LONGEST_TEXT:
        raise Refused(400, f"A filter has up to {LONGEST_TEXT} characters.", "Make it shorter.")
    found = session.finder(capture).matching(name, text) if name in FOUND_BY_WORDS else None
    if "connection" in request.args:
        if name == "connections":
            raise Refused(400, "A connection belongs to no other.", "Ask for it by start and stop, or by its number.")
        found = _also(found, getattr(capture, name)["connection"] == asked_number("connection", -1))
    span = asked_span(capture)
    return found if span is None else _also(found, within(capture, name, span))


def chosen(session: Session, capture: Capture, name: str) -> tuple[Rows, int]:
    """Of the listed rows those that `start` and `stop` ask for, and how many are listed."""
    found, size = listed(session, capture, name), len(getattr(capture, name))
    wanted = asked_range(size if found is None else len(found))
    return (np.arange(wanted.start, wanted.stop), size) if found is None else (found[wanted], len(found))


def place(session: Session, capture: Capture, name: str, row: int) -> dict[str, Any]:
    """Position of a row among the filtered ones, and their number; `index` is null if it is not among them."""
    found, size = listed(session, capture, name), len(getattr(capture, name))
    if found is None:
        return {"index": row if 0 <= row < size else None, "total": size}
    at = int(np.searchsorted(found, row))
    return {"index": at if at < len(found) and found[at] == row else None, "total": len(found)}


def _also(found: Rows | None, mask: npt.NDArray[np.bool_]) -> Rows:
    return np.flatnonzero(mask) if found is None else found[mask[found]]
