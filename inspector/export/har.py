"""HTTP exchanges and WebSocket messages as HAR 1.2, which browsers' developer tools and many other programs read.

The format: http://www.softwareishard.com/blog/har-12-spec/. WebSocket messages are written as Chrome writes them.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import numpy as np

from inspector.content.body import content
from inspector.content.charsets import decode
from inspector.export.secrets import masked_fields, masked_text
from inspector.tables.arrays import Rows
from inspector.views import rows
from inspector.websocket.opcodes import Opcode

if TYPE_CHECKING:
    from inspector.engine.capture import Capture

BLOCK = 256
"""The number of exchanges that are in memory at a time."""

BODY_LIMIT = 16 << 20
"""The most bytes of a body that are written; a longer one is cut, and its entry has a comment."""

UNKNOWN_SIZE = -1

SWITCHING_PROTOCOLS = 101

JSON = dict[str, Any]


def write_har(capture: Capture, exchanges: Rows, out: IO[bytes], with_secrets: bool = False) -> int:
    """Write these exchanges; returns the number of those left out because their request is not in the capture."""
    kept = exchanges[capture.exchanges["request"][exchanges] >= 0]
    from importlib.metadata import version

    creator = {"name": "Wireglass", "version": version("wireglass")}
    out.write(b'{"log": {"version": "1.2", "creator": %s, "pages": [], "entries": [' % json.dumps(creator).encode())
    comma = b"\n"
    for entry in entries(capture, kept, with_secrets):
        out.write(comma + json.dumps(entry).encode())
        comma = b",\n"
    out.write(b"\n]}}\n")
    return len(exchanges) - len(kept)


def entries(capture: Capture, exchanges: Rows, with_secrets: bool = False) -> Iterator[JSON]:
    """The entries of exchanges that have a request."""
    for first in range(0, len(exchanges), BLOCK):
        block = exchanges[first : first + BLOCK]
        for number, row in zip(block.tolist(), rows.exchange_rows(capture, block), strict=True):
            yield _entry(capture, number, row, with_secrets)


def _entry(capture: Capture, number: int, row: JSON, with_secrets: bool) -> JSON:
    connection = row["connection"]
    request, response = (_masked(row[side], with_secrets) for side in ("request", "response"))
    timing = row["timing_ns"]
    started = request["time_ns"] and request["time_ns"] - (timing["connect"] or 0)
    is_websocket = response is not None and response["status"] == SWITCHING_PROTOCOLS
    messages = _websocket_messages(capture, connection) if is_websocket else []
    server = rows.connection_rows(capture, [connection])[0]["server"]
    request_row, response_row = (int(capture.exchanges[side][number]) for side in ("request", "response"))
    timings = {
        "blocked": UNKNOWN_SIZE,
        "dns": UNKNOWN_SIZE,
        "connect": _ms(timing["connect"], UNKNOWN_SIZE),
        "send": _ms(timing["send"]),
        "wait": _ms(timing["wait"]),
        "receive": _ms(timing["receive"]),
        "ssl": UNKNOWN_SIZE,
    }
    sent, sent_notes = content(capture, request_row, BODY_LIMIT)
    got, got_notes = content(capture, response_row, BODY_LIMIT) if response else (b"", [])
    remarks = [*row["notes"], *sent_notes, *got_notes]
    if started is None or None in (timing["send"], timing["wait"], timing["receive"]):
        remarks.append("not all times are known; unknown ones are 0")
    entry: JSON = {
        "startedDateTime": _date(started or 0),
        "time": sum(value for value in timings.values() if value >= 0),
        "request": _request(request, server, is_websocket, sent, _head_bytes(capture, request_row)),
        "response": _response(response, got, _head_bytes(capture, response_row) if response else UNKNOWN_SIZE),
        "cache": {},
        "timings": timings,
        "serverIPAddress": server.rpartition(":")[0].strip("[]"),
        "connection": str(connection),
    }
    if remarks:
        entry["comment"] = "; ".join(remarks)
    if response is None:
        entry["response"]["_error"] = "no response in the capture"
    if is_websocket:
        entry |= {"_resourceType": "websocket", "_webSocketMessages": messages}
    return entry


def _masked(message: JSON | None, with_secrets: bool) -> Any:
    if message is None or with_secrets:
        return message
    masked: JSON = {"headers": masked_fields(message["headers"])}
    if "target" in message:
        masked["target"] = masked_text(message["target"])
    return message | masked


def _request(message: JSON, server: str, is_websocket: bool, body: bytes, head_bytes: int) -> JSON:
    url = _url(message, server, is_websocket)
    mime = _value(message, "content-type")
    found: JSON = {
        "method": message["method"],
        "url": url,
        "httpVersion": message["version"] or "HTTP/0.9",
        "cookies": _cookies(message, "cookie"),
        "headers": _fields(message),
        "queryString": _pairs(url.partition("#")[0].partition("?")[2]),
        "headersSize": head_bytes,
        "bodySize": message["body_bytes"],
    }
    if body or message["body_bytes"]:
        text, encoding = _text(body, mime)
        found["postData"] = {"mimeType": mime, "text": text, "params": []}
        if encoding:
            found["postData"]["_encoding"] = encoding
        if mime.startswith("application/x-www-form-urlencoded"):
            found["postData"]["params"] = _pairs(text)
    return found


def _response(message: JSON | None, body: bytes, head_bytes: int) -> JSON:
    if message is None:
        return {
            "status": 0, "statusText": "", "httpVersion": "", "cookies": [], "headers": [],
            "content": {"size": 0, "mimeType": "x-unknown"},
            "redirectURL": "", "headersSize": UNKNOWN_SIZE, "bodySize": UNKNOWN_SIZE,
        }  # fmt: skip
    mime = _value(message, "content-type") or "x-unknown"
    text, encoding = _text(body, mime)
    shown: JSON = {"size": len(body), "mimeType": mime, "text": text}
    if encoding:
        shown["encoding"] = encoding
    if len(body) > message["body_bytes"]:
        shown["compression"] = len(body) - message["body_bytes"]
    return {
        "status": message["status"] or 0,
        "statusText": message["reason"],
        "httpVersion": message["version"] or "HTTP/0.9",
        "cookies": _cookies(message, "set-cookie"),
        "headers": _fields(message),
        "content": shown,
        "redirectURL": _value(message, "location"),
        "headersSize": head_bytes,
        "bodySize": message["body_bytes"],
    }


def _websocket_messages(capture: Capture, connection: int) -> list[JSON]:
    """Text and binary messages of a connection, as Chrome writes them; pings, pongs and closes are not among them."""
    table = capture.messages
    own = np.flatnonzero(
        (table["connection"] == connection)
        & np.isin(table["kind"], (Opcode.TEXT, Opcode.BINARY))
        & (table["text_address"] >= 0)
    )
    found: list[JSON] = []
    for i in own.tolist():
        data = capture.bytes_at(int(table["text_address"][i]), int(table["text_bytes"][i]))
        is_text = table["kind"][i] == Opcode.TEXT
        message: JSON = {
            "type": "receive" if table["direction"][i] else "send",
            "time": int(table["time_ns"][i]) / 1e9,
            "opcode": int(table["kind"][i]),
            "data": data.decode("utf-8", "replace") if is_text else base64.b64encode(data).decode(),
        }
        if table["bytes"][i] > table["text_bytes"][i] or not table["complete"][i]:
            message["_truncated"] = True
        found.append(message)
    return found


def _url(message: JSON, server: str, is_websocket: bool) -> str:
    target = message["target"]
    if "://" in target.partition("?")[0]:
        return str(target)
    host = _value(message, "host") or server
    path = target if target.startswith("/") else f"/{target}" if target not in ("*", "") else "/"
    return f"{'ws' if is_websocket else 'http'}://{host}{path}"


def _value(message: JSON, name: str) -> str:
    return next((value for field, value in message["headers"] if field.lower() == name), "")


def _fields(message: JSON) -> list[JSON]:
    return [{"name": name, "value": value} for name, value in message["headers"]]


def _cookies(message: JSON, field: str) -> list[JSON]:
    values = [value for name, value in message["headers"] if name.lower() == field]
    pairs = [value.partition(";")[0] for value in values] if field == "set-cookie" else ";".join(values).split(";")
    cut = [pair.strip().partition("=") for pair in pairs if pair.strip()]
    return [{"name": name, "value": value} for name, _, value in cut]


def _pairs(text: str) -> list[JSON]:
    return [{"name": name, "value": value} for name, value in parse_qsl(text, keep_blank_values=True)]


def _text(body: bytes, mime: str) -> tuple[str, str]:
    """The content as text, and the encoding of that: "", or base64 where it is no text."""
    found = decode(body, mime, is_whole=True)
    if found.misfits or "\0" in found.text:
        return base64.b64encode(body).decode(), "base64"
    return found.text, ""


def _head_bytes(capture: Capture, row: int) -> int:
    return int(capture.http_messages["head_bytes"][row])


def _ms(ns: int | None, unknown: float = 0) -> float:
    return unknown if ns is None else ns / 1e6


def _date(time_ns: int) -> str:
    seconds, ns = divmod(time_ns, 1_000_000_000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{ns // 1_000_000:03}Z"
