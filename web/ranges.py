"""The time range of a request: `from` and `to`, ns since the capture's first packet, as `at_ns` counts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from flask import Blueprint, request

from inspector.spans import Span, runs, within
from web.errors import Refused

if TYPE_CHECKING:
    from inspector.capture import Capture
    from web.session import Session

MAX_RUNS = 5000
"""Stretches of rows that one table's answer holds. Rows lie in order of time, so a range is few of them."""

TABLES = ("packets", "connections", "exchanges", "messages")


def add_ranges(api: Blueprint, session: Session) -> None:
    """GET /api/within: which rows of each table lie in a time range."""

    @api.get("/within")
    def rows_within() -> dict[str, Any]:
        with session.reading() as capture:
            span = asked_span(capture)
            if span is None:
                raise Refused(
                    400, "The request names no time range.", "Send from and to, in ns since the first packet."
                )
            found = {name: runs(within(capture, name, span)) for name in TABLES}
        return {
            "rows": {name: stretches[:MAX_RUNS].tolist() for name, stretches in found.items()},
            "is_cut": any(len(stretches) > MAX_RUNS for stretches in found.values()),
        }


def asked_span(capture: Capture) -> Span | None:
    """The time range that the request asks for, None when it names none. Raises Refused."""
    said = request.args.get("from"), request.args.get("to")
    if said == (None, None):
        return None
    start, stop = (_nanoseconds(text) for text in said)
    if start > stop:
        raise Refused(400, "The time range ends before it begins.", "Send from before to.")
    origin = capture.start_ns or 0
    return Span(origin + start, origin + stop)


def _nanoseconds(text: str | None) -> int:
    if text is None or not re.fullmatch(r"-?[0-9]{1,18}", text):
        raise Refused(
            400, "The time range is not a pair of numbers.", "Send from and to, in ns since the first packet."
        )
    return int(text)
