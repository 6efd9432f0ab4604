"""The API of the timeline: the lanes with everything drawn on them, and the activity chart under the brush."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from flask import Blueprint, request

from inspector.query.time_range import Span
from inspector.tables.addresses import endpoint
from inspector.views.timeline import mark_labels
from inspector.views.timeline.activity import activity
from inspector.views.timeline.folds import FOLD_WIDTH, silent_stretches
from inspector.views.timeline.lane_rows import lane_rows
from inspector.views.timeline.lane_states import lane_states
from inspector.views.timeline.lanes import Group, Lanes, Order, Servers, alive, arrange
from inspector.views.timeline.marks import Drawing
from web.api.filtered_rows import selected
from web.api.time_parameters import asked_span
from web.errors import Refused

if TYPE_CHECKING:
    from inspector.engine.capture import Capture
    from web.session.session import Session

MAX_WIDTH = 4096
"""Maximum number of pixel columns of a drawing, which is more than any screen has."""

MAX_LANES = 200
"""Maximum number of lanes in one response."""

WORDED_LANES = 24
"""Up to this many lanes come with the details that only tall lanes show; on a large screen they are tall enough."""


def add_timeline(api: Blueprint, session: Session) -> None:
    """Add GET /api/lanes and GET /api/activity."""
    known: Known | None = None

    @api.get("/lanes")
    def lanes() -> dict[str, Any]:
        nonlocal known
        order, width = _order(), _whole("width", 1000, 1, MAX_WIDTH)
        with session.reading() as capture:
            whole = session.extent()
            if whole is None:
                return {"extent": None, "span": None, "total": 0, "first": 0, "groups": [], "lanes": [], "at": None}
            span = _span(capture, whole)
            if known is None or known.capture is not capture:
                known = Known(capture)
            shown = alive(capture, span)
            found = selected(session, capture, "connections", request.args.get("q", ""))
            if found is not None:
                shown &= np.isin(np.arange(len(shown)), found)
            placed = arrange(capture, known.servers, order, shown)
            folds = _silence(capture, placed, span, width) if request.args.get("fold") else []
            return _drawn(capture, whole, span, placed, width, folds)

    @api.get("/activity")
    def busy() -> dict[str, Any]:
        width = _whole("width", 1000, 1, MAX_WIDTH)
        with session.reading() as capture:
            whole = session.extent()
            if whole is None:
                return {"extent": None, "packets": [], "bytes": [], "trouble": []}
            return {"extent": _since_start(capture, whole), **activity(capture, whole, width)}


class Known:
    """Data about one capture that is cached between requests."""

    def __init__(self, capture: Capture) -> None:
        self.capture = capture
        self.servers = Servers()


def _silence(capture: Capture, placed: Lanes, span: Span, width: int) -> list[Span]:
    """The stretches of `span` to fold: long ones in which no lane, visible or not, has a packet."""
    shown = np.zeros(len(capture.connections) + 1, bool)  # index -1 (no connection) reads the last entry
    shown[placed.connections] = True
    times = capture.packets["time_ns"]
    times = times[shown[capture.packets["connection"]] & span.holds(times)]
    if np.any(times[1:] < times[:-1]):
        times = np.sort(times)
    return silent_stretches(times, span, width)


def _drawn(capture: Capture, whole: Span, span: Span, placed: Lanes, width: int, folds: list[Span]) -> dict[str, Any]:
    """The lanes from `first` to `stop` in the request. If the request names a connection in `at`, the `at` of the
    response is the lane of that connection.
    """
    total = len(placed.connections)
    first = _whole("first", 0, 0, 2**31)
    stop = min(_whole("stop", first + MAX_LANES, 0, 2**31), first + MAX_LANES, total)
    drawing = Drawing(capture, placed.connections[first:stop], span, width, folds)
    anchor = _whole("at", -1, -1, 2**31)
    return {
        "extent": _since_start(capture, whole),
        "span": _since_start(capture, span),
        "folds": [_since_start(capture, fold) for fold in folds],
        "fold_width": FOLD_WIDTH,
        "total": total,
        "first": first,
        "at": placed.lane(anchor) if anchor >= 0 else None,
        "groups": [_group(capture, placed, group) for group in placed.groups(first, stop)],
        "lanes": lane_rows(drawing),
        **_marks(capture, drawing, total),
    }


def _marks(capture: Capture, drawing: Drawing, total: int) -> dict[str, Any]:
    """The ticks, blocks and arrows of the lanes. If there are few lanes, which the page draws tall, their texts, sizes
    and the states of both ends are included.
    """
    ticks, blocks, arrows = drawing.ticks(), drawing.blocks(), drawing.arrows()
    if total > WORDED_LANES:
        return {"ticks": ticks, "blocks": blocks, "arrows": arrows}
    return {
        "ticks": {**ticks, **drawing.sizes()},
        "blocks": {**blocks, "text": mark_labels.exchanges(capture, blocks)},
        "arrows": {**arrows, "text": mark_labels.messages(capture, arrows)},
        "troubles": mark_labels.troubles(capture, ticks),
        "states": lane_states(capture, drawing.connections),
    }


def _group(capture: Capture, placed: Lanes, group: Group) -> dict[str, Any]:
    table, row = capture.connections, int(placed.connections[group.first])
    parts = (int(table[name][row]) for name in ("family", "server_hi", "server_lo", "server_port"))
    return {"server": endpoint(*parts), "first": group.first, "lanes": group.lanes}


def _span(capture: Capture, whole: Span) -> Span:
    """The time range of the request: `from` to `to`, the newest `last` ns, or the whole capture."""
    last = _whole("last", 0, 0, 10**18)
    return asked_span(capture, whole) or (Span(whole.to_ns - last, whole.to_ns) if last else whole)


def _since_start(capture: Capture, span: Span) -> dict[str, int]:
    origin = capture.start_ns or 0
    return {"from": span.from_ns - origin, "to": span.to_ns - origin}


def _order() -> Order:
    text = request.args.get("order", Order.START)
    if text not in list(Order):
        orders = ", ".join(Order)
        raise Refused(400, "There is no such order of lanes.", f"Use one of: {orders}.")
    return Order(text)


def _whole(name: str, default: int, least: int, most: int) -> int:
    """The number in the query parameter `name`, limited to between `least` and `most`. Raises Refused if it is not a
    number.
    """
    text = request.args.get(name)
    if text is None:
        return default
    try:
        if len(text) > 19:
            raise ValueError
        return min(max(int(text), least), most)
    except ValueError:
        raise Refused(400, f"{name} is not a number.", f"Send {name} as a decimal number.") from None
