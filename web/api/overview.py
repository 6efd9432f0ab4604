"""The API of the overview: its numbers, and the figures made from the same tables."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Any

from flask import Blueprint, request

from inspector.query.time_range import extent
from inspector.views.figures.overview_figures import FIGURES
from inspector.views.figures.palette import LIGHT, PALETTES
from inspector.views.overview import Overview
from web.api.time_parameters import asked_span

if TYPE_CHECKING:
    from inspector.engine.capture import Capture
    from web.session.session import Session


def add_overview(api: Blueprint, session: Session) -> None:
    """Add GET /api/overview, for a time range or for the whole capture; `theme` selects the figures' colours."""

    last: dict[Any, dict[str, Any]] = {}  # the last answer, which holds while the capture does not change

    @api.get("/overview")
    def numbers() -> dict[str, Any]:
        with session.reading() as capture:
            key = weakref.ref(capture), len(capture.packets), session.deltas.rev, request.query_string
            if key not in last:
                answer = overview(capture)
                last.clear()
                last[key] = answer
            return last[key]

    def overview(capture: Capture) -> dict[str, Any]:
        palette = PALETTES.get(request.args.get("theme", ""), LIGHT)
        span = asked_span(capture) or extent(capture)
        if span is None:
            lists: dict[str, list[Any]] = {name: [] for name in ("servers", "connections", "troubles", "causes")}
            return {"counters": None, **lists, "times": {}, "figures": {}}
        seen = Overview(capture, span)
        return {
            "counters": seen.counters(),
            "servers": seen.servers(),
            "connections": seen.connections(),
            "troubles": seen.troubles(),
            "causes": seen.causes(),
            "times": seen.times(),
            "figures": {name: draw(seen, palette) for name, draw in FIGURES.items()},
        }
