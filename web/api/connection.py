"""The API of one connection: its ladder, facts, streams and figures, in parts of limited size, and the reasons for a
packet's verdicts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from flask import Blueprint, request

from inspector.tcp.explain.explain import Explanation, explain
from inspector.tcp.option_values import sack_blocks
from inspector.views import ladder, streams
from inspector.views.connection_stats import facts
from inspector.views.figures.connection_figures import FIGURES, connection_figure
from inspector.views.figures.palette import PALETTES
from inspector.views.rows import anomaly_rows
from web.api.packets import MAX_ANOMALIES
from web.api.parameters import asked_number
from web.errors import Refused

if TYPE_CHECKING:
    from inspector.engine.capture import Capture
    from web.session.session import Session

MAX_STRETCH = 500
"""Maximum number of packets of a ladder in one response."""

MAX_GAPS = 200_000
"""Maximum number of packets of a connection that is drawn to scale: about 1 MB of numbers."""

MAX_CONTENT = 100
"""Maximum number of pieces or messages of a dialogue in one response: at most half a megabyte."""

MAX_BUCKETS = 1000
"""Maximum number of buckets of a connection's strip, which is more than fit on a screen."""


def add_connection(api: Blueprint, session: Session) -> None:
    """Add the routes of one connection."""

    @api.get("/connections/<int:connection>/ladder")
    def stretch(connection: int) -> dict[str, Any]:
        with session.reading() as capture:
            _check(capture, connection)
            start = asked_number("start", 0)
            if "packet" in request.args:
                start = _around(capture, connection, asked_number("packet", 0), max(asked_number("page", 100), 1))
            stop = min(asked_number("stop", start + MAX_STRETCH), start + MAX_STRETCH)
            return ladder.stretch(capture, connection, start, stop)

    @api.get("/connections/<int:connection>/gaps")
    def gaps(connection: int) -> dict[str, Any]:
        with session.reading() as capture:
            _check(capture, connection)
            found = ladder.gaps(capture, connection)
        if len(found) > MAX_GAPS:
            raise Refused(413, f"{len(found)} packets are too many to draw to scale.", "Look at its graphs instead.")
        return {"gaps_ns": found}

    @api.get("/connections/<int:connection>/strip")
    def strip(connection: int) -> dict[str, Any]:
        with session.reading() as capture:
            _check(capture, connection)
            return ladder.strip(capture, connection, min(max(asked_number("buckets", 300), 1), MAX_BUCKETS))

    @api.get("/connections/<int:connection>/facts")
    def known(connection: int) -> dict[str, Any]:
        with session.reading() as capture:
            _check(capture, connection)
            return facts(capture, connection)

    @api.get("/connections/<int:connection>/figures/<name>")
    def drawn(connection: int, name: str) -> dict[str, Any]:
        side, theme = asked_number("side", -1), request.args.get("theme", "light")
        if name not in FIGURES or side not in (-1, 0, 1) or theme not in PALETTES:
            raise Refused(404, "There is no such figure.", f"Choose one of: {', '.join(FIGURES)}.")
        with session.reading() as capture:
            _check(capture, connection)
            return connection_figure(capture, connection, name, None if side < 0 else side, theme)

    @api.get("/connections/<int:connection>/<any(pieces, messages):what>")
    def content(connection: int, what: str) -> dict[str, Any]:
        with session.reading() as capture:
            _check(capture, connection)
            start = asked_number("start", 0)
            if "packet" in request.args:
                row, of_messages = asked_number("packet", 1) - 1, what == "messages"
                start = streams.place_of(capture, connection, row, of_messages=of_messages)
            stop = min(asked_number("stop", start + MAX_CONTENT), start + MAX_CONTENT)
            find = streams.messages if what == "messages" else streams.pieces
            return find(capture, connection, start, stop)

    @api.get("/packets/<int:packet>/why")
    def why(packet: int) -> dict[str, Any]:
        with session.reading() as capture:
            if not 1 <= packet <= len(capture.packets):
                raise Refused(404, f"There is no packet {packet}.", "Choose one from the list.")
            found = explain(capture.packets, capture.connections, packet - 1, sack_blocks(capture, packet - 1))
            anomalies = np.flatnonzero(capture.anomalies["packet"] == packet - 1)[:MAX_ANOMALIES]
            return {
                "packet": packet,
                "verdicts": [_row(explanation) for explanation in found],
                "anomalies": anomaly_rows(capture, anomalies),
            }


def _check(capture: Capture, connection: int) -> None:
    if connection >= len(capture.connections):
        raise Refused(404, f"There is no connection {connection}.", "Choose one from the list.")


def _around(capture: Capture, connection: int, packet: int, page: int) -> int:
    """The first row of the page that contains packet `packet`; 0 if the packet does not belong to this connection."""
    row = packet - 1
    if not 0 <= row < len(capture.packets) or int(capture.packets["connection"][row]) != connection:
        return 0
    return ladder.place(capture, row) // page * page


def _row(explanation: Explanation) -> dict[str, Any]:
    """An explanation as a JSON object, with packets given by their numbers."""
    return {
        "verdict": str(explanation.verdict.name).lower(),
        "why": explanation.why,
        "compared": [
            {"text": check.text, "packet": check.packet + 1 if check.packet >= 0 else None}
            for check in explanation.checks
        ],
        "ruled_out": [
            {"verdict": str(verdict.name).lower(), "text": check.text} for verdict, check in explanation.ruled_out
        ],
        "instead": explanation.instead,
        "reference": explanation.reference,
    }
