"""The JSON API, from which all views of the page get their rows. It only handles arguments and errors; the rows come
from `inspector.views.rows`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from flask import Blueprint, request

from inspector.errors import LabError
from inspector.views import rows
from inspector.views.story import events, phases
from web.api.compare import add_compare
from web.api.connection import add_connection
from web.api.exchanges import add_exchanges
from web.api.filtered_rows import chosen, place, prepare
from web.api.overview import add_overview
from web.api.parameters import asked_number, asked_range
from web.api.sockets import add_sockets
from web.api.sources import Sources, add_sources
from web.api.timeline import add_timeline
from web.api.websocket import add_websocket
from web.errors import Refused
from web.session.session import Session

if TYPE_CHECKING:
    from inspector.engine.capture import Capture
    from inspector.tables.table import Table

MAX_EVENTS = 2000
STORY_ROWS = {"packets": 500, "exchanges": 500, "messages": 500, "anomalies": 500}
"""Maximum numbers of events and rows in the story of a connection; pages request the rest by range."""

TABLES = ("connections", "exchanges", "frames", "messages", "anomalies")
"""Tables that are served as the engine has them. The packet table has additional columns (see `web.api.packets`)."""


def make_api(session: Session, sources: Sources) -> Blueprint:
    """The API of a session, under /api."""
    api = Blueprint("api", __name__, url_prefix="/api")
    add_connection(api, session)
    add_timeline(api, session)
    add_overview(api, session)
    add_exchanges(api, session)
    add_websocket(api, session)
    add_sockets(api, session)
    add_compare(api, session)
    add_sources(api, session, sources)

    @api.get("/snapshot")
    def snapshot() -> dict[str, Any]:
        return session.snapshot()

    @api.get(f"/<any({', '.join(TABLES)}):name>")
    def table(name: str) -> dict[str, Any]:
        prepare(session, name)
        with session.reading() as capture:
            found, total = chosen(session, capture, name)
            return _page(session, rows.BUILDERS[name](capture, found), total)

    @api.get(f"/<any({', '.join(TABLES)}):name>/<int:row>/place")
    def where(name: str, row: int) -> dict[str, Any]:
        prepare(session, name)
        with session.reading() as capture:
            return place(session, capture, name, row)

    @api.get("/events")
    def event_table() -> dict[str, Any]:
        with session.reading() as capture:
            story = events(capture, asked_number("connection", -1) if "connection" in request.args else None)
            chosen = asked_range(len(story))
            return _page(session, rows.event_rows(capture, story, chosen), len(story))

    @api.get("/connections/<int:number>")
    def connection(number: int) -> dict[str, Any]:
        with session.reading() as capture:
            if number >= len(capture.connections):
                raise Refused(404, f"There is no connection {number}.", "Choose one from the list.")
            return _story(capture, number)

    @api.post("/demo/<name>")
    def act(name: str) -> dict[str, Any]:
        lab = session.lab
        if lab is None or name not in {action.name for action in lab.actions}:
            raise Refused(404, f"The demo has no action {name!r}.", "Start `wireglass demo` and use its buttons.")
        try:
            done = lab.run(name)
        except LabError as error:
            raise Refused(502, str(error), "Try again; if the problem persists, restart `wireglass demo`.") from error
        return {"ok": True, **done}

    @api.post("/capture/<any(pause, resume):wish>")
    def steer(wish: str) -> dict[str, Any]:
        if not (session.pause() if wish == "pause" else session.resume()):
            raise Refused(409, f"There is nothing to {wish}.", "Look at the capture's state.")
        return {"ok": True}

    return api


def _page(session: Session, found: list[rows.Row], total: int) -> dict[str, Any]:
    return {"rows": found, "total": total, "rev": session.deltas.rev}


def _of_connection(table: Table, number: int) -> npt.NDArray[np.intp]:
    return np.flatnonzero(table["connection"] == number)


def _story(capture: Capture, number: int) -> dict[str, Any]:
    """Everything about one connection, up to the limits above."""
    all_events = events(capture, number)
    story: dict[str, Any] = {
        "connection": rows.connection_rows(capture, slice(number, number + 1))[0],
        "phases": [
            {"name": phase.name, "first_packet": phase.first_packet + 1, "last_packet": phase.last_packet + 1}
            for phase in phases(capture, number)
        ],
        "events": rows.event_rows(capture, all_events, slice(0, MAX_EVENTS)),
    }
    for name, limit in STORY_ROWS.items():
        found = _of_connection(getattr(capture, name), number)
        story[name] = rows.BUILDERS[name](capture, found[:limit])
    return story
