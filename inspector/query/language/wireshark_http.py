"""Wireshark's fields of HTTP and WebSocket. In packets, a message is in the packet in which its last byte came."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from inspector.engine.clocks import elapsed
from inspector.http.head import Head
from inspector.query.language.field import Cost, Field, Get, Read, column, of_table
from inspector.query.language.scope import Links, Part, Scope, layered
from inspector.query.language.values import Kind, objects
from inspector.tables.arrays import Mask, Rows, Values
from inspector.tables.table import MessageKind
from inspector.websocket.opcodes import Opcode

MAX_BODY = 1 << 20
"""Maximum number of bytes of a body in which is searched."""

MEDIUM_FRAME, LARGE_FRAME = 126, 0x10000
"""Payloads from this many bytes on have an extended length (RFC 6455 §5.2)."""

HEADER_FIELDS = {
    "accept": "Accept", "accept_encoding": "Accept-Encoding", "accept_language": "Accept-Language",
    "authorization": "Authorization", "cache_control": "Cache-Control", "connection": "Connection",
    "content_encoding": "Content-Encoding", "content_type": "Content-Type", "cookie": "Cookie", "date": "Date",
    "host": "Host", "last_modified": "Last-Modified", "location": "Location",
    "proxy_authenticate": "Proxy-Authenticate", "proxy_authorization": "Proxy-Authorization", "referer": "Referer",
    "sec_websocket_accept": "Sec-WebSocket-Accept", "sec_websocket_extensions": "Sec-WebSocket-Extensions",
    "sec_websocket_key": "Sec-WebSocket-Key", "sec_websocket_protocol": "Sec-WebSocket-Protocol",
    "sec_websocket_version": "Sec-WebSocket-Version", "server": "Server", "set_cookie": "Set-Cookie",
    "transfer_encoding": "Transfer-Encoding", "upgrade": "Upgrade", "user_agent": "User-Agent",
    "www_authenticate": "WWW-Authenticate", "x_forwarded_for": "X-Forwarded-For",
}  # fmt: skip
"""Wireshark's names of header fields: `http.` and these."""


def _kinds(*kinds: MessageKind) -> Callable[[Links, Rows], Mask]:
    return lambda links, rows: np.isin(links.capture.http_messages["kind"][rows], kinds)


_is_request = _kinds(MessageKind.REQUEST)
_is_response = _kinds(MessageKind.RESPONSE, MessageKind.INFORMATIONAL)


def _any_kind(_links: Links, rows: Rows) -> Mask:
    return np.ones(len(rows), bool)


def _texts(of: Callable[[Head], str], only: Callable[[Links, Rows], Mask]) -> Read:
    """Reads a text of each message's header; "" counts as not there."""

    def get(links: Links, rows: Rows) -> tuple[Values, Mask | None]:
        wanted = only(links, rows)
        found = objects([""] * len(rows))
        found[wanted] = objects([of(links.head(row)) for row in rows[wanted].tolist()])
        return found, found != ""

    return of_table("http_messages", get)


def _many(of: Callable[[Head], list[str]], only: Callable[[Links, Rows], Mask]) -> Read:
    """Reads several texts of each message's header."""

    def read(scope: Scope) -> list[Part]:
        rows, at = scope.related("http_messages")
        wanted = np.flatnonzero(only(scope.links, rows))
        texts = [of(scope.links.head(row)) for row in rows[wanted].tolist()]
        places = wanted if at is None else at[wanted]
        values = objects([text for some in texts for text in some])
        return layered(values, np.repeat(places, [len(some) for some in texts]))

    return read


def _values_of(title: str) -> Callable[[Head], list[str]]:
    return lambda head: head.values(title)


def _ones(only: Callable[[Links, Rows], Mask]) -> Get:
    return lambda links, rows: (np.ones(len(rows), np.int64), only(links, rows))


def _status(links: Links, rows: Rows) -> tuple[Values, Mask | None]:
    values = links.capture.http_messages["status"][rows].astype(np.int64)
    return values, _is_response(links, rows) & (values > 0)


def _content_length(links: Links, rows: Rows) -> tuple[Values, Mask | None]:
    values = np.full(len(rows), -1)
    for i, row in enumerate(rows.tolist()):
        text = "".join(links.head(row).values("Content-Length")[:1]).strip()
        if text.isascii() and text.isdigit() and len(text) < 19:
            values[i] = int(text)
    return values, values >= 0


def _body(links: Links, rows: Rows) -> tuple[Values, Mask | None]:
    table = links.capture.http_messages
    bodies = _stream(links, rows, "body_offset")
    found = objects([body.decode("utf-8", "surrogateescape") for body in bodies])
    return found, table["body_bytes"][rows] > 0


def _messages_bytes(links: Links, rows: Rows) -> tuple[Values, Mask | None]:
    return objects(_stream(links, rows, "stream_offset")), None


def _stream(links: Links, rows: Rows, begin: str) -> list[bytes]:
    """The bytes of each message from a stream offset on, at most MAX_BODY of them."""
    table, read = links.capture.http_messages, links.capture.stream_bytes
    columns = (table[name][rows].tolist() for name in ("connection", "direction", begin, "body_end"))
    return [read(of, side, start, stop, MAX_BODY) for of, side, start, stop in zip(*columns, strict=True)]


def _full_uri(links: Links, row: int) -> str:
    head = links.head(row)
    if head.target.startswith("/") and (host := head.values("Host")[:1]):
        return f"http://{host[0].strip()}{head.target}"
    return "" if head.target.startswith("/") else head.target


def _full_uris(links: Links, rows: Rows) -> tuple[Values, Mask | None]:
    wanted = _is_request(links, rows)
    found = objects([""] * len(rows))
    found[wanted] = objects([_full_uri(links, row) for row in rows[wanted].tolist()])
    return found, found != ""


def _times(links: Links, rows: Rows) -> tuple[Values, Mask | None]:
    """The time from the packet that ends the request to the one that ends the response."""
    capture = links.capture
    messages, exchanges = capture.http_messages, capture.exchanges
    if not len(exchanges):
        return np.zeros(len(rows), np.int64), np.zeros(len(rows), bool)
    request = exchanges["request"][messages["exchange"][rows]]
    known = _is_response(links, rows) & (request >= 0)
    start = messages["last_packet"][np.maximum(request, 0)]
    values = elapsed(capture.packets, start, messages["last_packet"][rows])
    return values, known & (values >= 0)


def _frame_bits(links: Links, rows: Rows) -> tuple[Values, Mask | None]:
    return np.ones(len(rows), np.int64), None


def _masking_keys(links: Links, rows: Rows) -> tuple[Values, Mask | None]:
    table = links.capture.frames
    keys = objects([key.to_bytes(4, "big") for key in table["mask"][rows].tolist()])
    return keys, table["masked"][rows] != 0


def _short_length(links: Links, rows: Rows) -> tuple[Values, Mask | None]:
    length = links.capture.frames["length"][rows]
    short = np.where(length < MEDIUM_FRAME, length, np.where(length < LARGE_FRAME, 126, 127))
    return short.astype(np.int64), None


def _extended(low: int, high: int) -> Get:
    def get(links: Links, rows: Rows) -> tuple[Values, Mask | None]:
        length = links.capture.frames["length"][rows].astype(np.int64)
        return length, (length >= low) & (length < high)

    return get


def _ends_message(links: Links, rows: Rows, kind: Opcode) -> Mask:
    frames, messages = links.capture.frames, links.capture.messages
    message = frames["message"][rows]
    found = (message >= 0) & (frames["fin"][rows] == 1) & (frames["opcode"][rows] < Opcode.CLOSE)
    if kind == Opcode.CLOSE:
        found = (message >= 0) & (frames["opcode"][rows] == Opcode.CLOSE)
    if len(messages):
        found &= messages["kind"][np.maximum(message, 0)] == kind
    return np.asarray(found)


def _frame_text(links: Links, rows: Rows) -> tuple[Values, Mask | None]:
    wanted = _ends_message(links, rows, Opcode.TEXT)
    found = objects([""] * len(rows))
    found[wanted] = objects([links.text(row) for row in links.capture.frames["message"][rows[wanted]].tolist()])
    return found, wanted


def _close_code(links: Links, rows: Rows) -> tuple[Values, Mask | None]:
    wanted = _ends_message(links, rows, Opcode.CLOSE)
    if not len(links.capture.messages):
        return np.zeros(len(rows), np.int64), wanted
    codes = links.capture.messages["close_code"][np.maximum(links.capture.frames["message"][rows], 0)].astype(np.int64)
    return codes, wanted & (codes >= 0)


def _http(name: str, kind: Kind, doc: str, read: Read, cost: Cost = Cost.TEXT, **more: object) -> Field:
    return Field(f"http.{name}", kind, doc, "http_messages", read, cost=cost, **more)  # type: ignore[arg-type]


def _websocket(
    name: str, kind: Kind, doc: str, read: Read, cost: Cost = Cost.COLUMN, largest: int = 0, names: tuple[str, ...] = ()
) -> Field:
    return Field(f"websocket.{name}", kind, doc, "frames", read, cost=cost, largest=largest, names=names)


def _of_messages(get: Get) -> Read:
    return of_table("http_messages", get)


OPCODES = tuple(next((code.name.lower() for code in Opcode if code == number), "") for number in range(16))

HTTP: tuple[Field, ...] = (
    Field(
        "http",
        Kind.PROTOCOL,
        "HTTP; in packets, the one in which a message ends",
        "http_messages",
        _of_messages(_messages_bytes),
        cost=Cost.TEXT,
        presence=_of_messages(_ones(_any_kind)),
    ),
    _http("request", Kind.BOOLEAN, "is a request", _of_messages(_ones(_is_request)), Cost.COLUMN),
    _http("response", Kind.BOOLEAN, "is a response", _of_messages(_ones(_is_response)), Cost.COLUMN),
    _http("request.method", Kind.TEXT, "method", _texts(lambda head: head.method, _is_request)),
    _http("request.uri", Kind.TEXT, "request target, as sent", _texts(lambda head: head.target, _is_request)),
    _http("request.full_uri", Kind.TEXT, "http://, host and request target", _of_messages(_full_uris)),
    _http("request.version", Kind.TEXT, "version of a request", _texts(lambda head: head.version, _is_request)),
    _http(
        "request.line",
        Kind.TEXT,
        "a header field of a request, with its line end",
        _many(lambda head: [f"{name}: {value}\r\n" for name, value in head.fields], _is_request),
    ),
    _http("response.code", Kind.NUMBER, "status code", _of_messages(_status), Cost.COLUMN, largest=0xFFFF),
    _http("response.phrase", Kind.TEXT, "reason phrase", _texts(lambda head: head.reason, _is_response)),
    _http("response.version", Kind.TEXT, "version of a response", _texts(lambda head: head.version, _is_response)),
    _http(
        "response.line",
        Kind.TEXT,
        "a header field of a response, with its line end",
        _many(lambda head: [f"{name}: {value}\r\n" for name, value in head.fields], _is_response),
    ),
    *(
        _http(name, Kind.TEXT, f"{title}, the header field", _many(_values_of(title), _any_kind))
        for name, title in HEADER_FIELDS.items()
    ),
    _http(
        "content_length_header",
        Kind.TEXT,
        "Content-Length, as sent",
        _many(lambda head: head.values("Content-Length"), _any_kind),
    ),
    _http("content_length", Kind.NUMBER, "Content-Length, as a number", _of_messages(_content_length)),
    _http("file_data", Kind.TEXT, "body as sent, its first MiB", _of_messages(_body)),
    _http(
        "time",
        Kind.DURATION,
        "time from the end of the request to the end of this response",
        _of_messages(_times),
        Cost.COLUMN,
    ),
    Field(
        "websocket",
        Kind.PROTOCOL,
        "WebSocket; in packets, the one in which a frame ends",
        "frames",
        of_table("frames", _frame_bits),
    ),
    _websocket("fin", Kind.BOOLEAN, "last frame of a message", column("frames", "fin")),
    _websocket("rsv", Kind.NUMBER, "reserved bits: RSV1 4, RSV2 2, RSV3 1", column("frames", "rsv"), largest=255),
    _websocket(
        "opcode", Kind.NUMBER, "opcode, by number or name", column("frames", "opcode"), largest=255, names=OPCODES
    ),
    _websocket("mask", Kind.BOOLEAN, "masked", column("frames", "masked")),
    _websocket("masking_key", Kind.BYTES, "masking key", of_table("frames", _masking_keys), Cost.TEXT),
    _websocket(
        "payload_length",
        Kind.NUMBER,
        "length in the first bytes: 126 or 127 if it follows",
        of_table("frames", _short_length),
        largest=255,
    ),
    _websocket(
        "payload_length_ext_16",
        Kind.NUMBER,
        "length of 126 bytes or more",
        of_table("frames", _extended(MEDIUM_FRAME, LARGE_FRAME)),
        largest=0xFFFF,
    ),
    _websocket(
        "payload_length_ext_64",
        Kind.NUMBER,
        "length of 65 536 bytes or more",
        of_table("frames", _extended(LARGE_FRAME, 1 << 62)),
    ),
    _websocket(
        "payload.text",
        Kind.TEXT,
        "text of the message that this frame ends, unmasked and decompressed",
        of_table("frames", _frame_text),
        Cost.TEXT,
    ),
    _websocket("payload.close.status_code", Kind.NUMBER, "close code", of_table("frames", _close_code), largest=0xFFFF),
)
