"""The API of one HTTP exchange: its request and response, their content, and its anomalies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from flask import Blueprint

from inspector.content.body import coded_content
from inspector.content.curl import curl
from inspector.content.preview import body_preview, message_preview
from inspector.http.head import head
from inspector.tables.addresses import socket_of
from inspector.tcp.verdicts import TROUBLE, verdict_names
from inspector.views import rows
from inspector.views.wait_rows import exchange_sentence
from web.errors import Refused

if TYPE_CHECKING:
    from inspector.engine.capture import Capture
    from web.session.session import Session

MAX_TROUBLE = 8
"""Maximum number of troubled packets listed for one exchange; all are counted."""

CURL_BODY = 64 * 1024
"""Maximum size in bytes of a body in a curl command; a longer body does not fit into a command line."""


def add_exchanges(api: Blueprint, session: Session) -> None:
    """Add GET /api/exchanges/ID and GET /api/exchanges/ID/body/SIDE."""

    @api.get("/exchanges/<int:number>")
    def exchange(number: int) -> dict[str, Any]:
        with session.reading() as capture:
            request, response = _messages(capture, number)
            return {
                "exchange": rows.exchange_rows(capture, [number])[0],
                "request": message_preview(capture, request) if request >= 0 else None,
                "response": message_preview(capture, response) if response >= 0 else None,
                "connection": _connection(capture, number),
                "anomalies": _anomalies(capture, number),
                "packets": {"request": _packets(capture, request), "response": _packets(capture, response)},
                "trouble": _trouble(capture, number),
                "cause": exchange_sentence(capture, number),
                "curl": _curl(capture, number, request) if request >= 0 else None,
            }

    @api.get("/exchanges/<int:number>/body/<any(request, response):side>")
    def body(number: int, side: str) -> dict[str, Any]:
        with session.reading() as capture:
            row = _messages(capture, number)[side == "response"]
            if row < 0:
                raise Refused(404, f"Exchange {number} has no {side}.", "It is not in the capture.")
            return body_preview(capture, row)


def _messages(capture: Capture, number: int) -> tuple[int, int]:
    """The rows of the request and the response in http_messages, each -1 if there is none. Raises Refused if there is
    no such exchange.
    """
    if number >= len(capture.exchanges):
        raise Refused(404, f"There is no exchange {number}.", "Choose one from the list.")
    return int(capture.exchanges["request"][number]), int(capture.exchanges["response"][number])


def _connection(capture: Capture, number: int) -> dict[str, Any]:
    row = int(capture.exchanges["connection"][number])
    return rows.connection_rows(capture, [row])[0]


def _anomalies(capture: Capture, number: int) -> list[rows.Row]:
    """The HTTP anomalies in the packets of this exchange."""
    table, span = capture.anomalies, _span(capture, number)
    of_it = table["connection"] == capture.exchanges["connection"][number]
    found = np.flatnonzero(of_it & (table["packet"] >= span.start) & (table["packet"] < span.stop))
    return [row for row in rows.anomaly_rows(capture, found) if row["code"].startswith("http-")]


def _packets(capture: Capture, row: int) -> list[int] | None:
    """The numbers of the packets with the first and the last byte of a message so far; None if there is no message."""
    if row < 0:
        return None
    return [int(capture.http_messages[name][row]) + 1 for name in ("packet", "last_packet")]


def _trouble(capture: Capture, number: int) -> dict[str, Any]:
    """The packets with a verdict of trouble from the first packet of the exchange to its last, and their number."""
    packets = capture.packets
    span = _span(capture, number)
    here = packets["connection"][span] == capture.exchanges["connection"][number]
    found = span.start + np.flatnonzero(here & (packets["analysis"][span] & TROUBLE.value != 0))
    shown = found[:MAX_TROUBLE].tolist()
    verdicts = (packets["analysis"][shown] & TROUBLE.value).tolist()
    return {
        "packets": [
            {"packet": row + 1, "verdicts": list(verdict_names(bits))}
            for row, bits in zip(shown, verdicts, strict=True)
        ],
        "total": len(found),
    }


def _span(capture: Capture, number: int) -> slice:
    """The packets from the first of an exchange to its last so far, with those of other connections among them."""
    messages = capture.http_messages
    parts = np.flatnonzero(messages["exchange"] == number)
    if not len(parts):
        return slice(0, 0)
    return slice(int(messages["packet"][parts].min()), int(messages["last_packet"][parts].max()) + 1)


def _curl(capture: Capture, number: int, request: int) -> str | None:
    """The request as a curl command; None if it cannot be expressed, or its body is incomplete."""
    request_head = head(capture, request)
    content, missing = coded_content(capture, request, CURL_BODY)
    if missing:
        return None
    return curl(request_head, socket_of(capture.connections, int(capture.exchanges["connection"][number]), 1), content)
