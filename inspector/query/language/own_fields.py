"""Our own fields: of connections, exchanges, messages, anomalies, file descriptors and kernel sockets."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from functools import partial
from typing import Any

import numpy as np

from inspector.anomalies import ANOMALIES
from inspector.descriptors.history import Role
from inspector.engine.clocks import connects, durations, lifetimes, response_times, transfers
from inspector.query.language.field import Cost, Field, Get, Read, column, of_table
from inspector.query.language.scope import Links
from inspector.query.language.values import Kind, objects
from inspector.query.outcomes import Outcome, outcomes
from inspector.query.wait_causes import CAUSES
from inspector.query.waits import WaitKind, slow_waits
from inspector.tables.addresses import address, endpoint
from inspector.tables.arrays import Mask, Rows, Values
from inspector.tables.table import SIDES, Protocol
from inspector.tcp.states import State
from inspector.tcp.verdicts import Acceptance, ConnState
from inspector.websocket.opcodes import MESSAGE_KINDS


def names_of(values: type[IntEnum], style: Callable[[Any], str] = lambda value: value.name.lower()) -> tuple[str, ...]:
    """The names of an enumeration by number."""
    found = [""] * (max(values) + 1)
    for value in values:
        found[value] = style(value)
    return tuple(found)


STATES = names_of(State, lambda state: state.rfc_name.lower())
KINDS = tuple(MESSAGE_KINDS.get(number, "") for number in range(16))
CODES = tuple(anomaly.code for anomaly in ANOMALIES)
SEVERITIES = ("note", "warning", "violation")
_SEVERITY = np.array([SEVERITIES.index(anomaly.severity) for anomaly in ANOMALIES])


def _own(name: str, kind: Kind, doc: str, table: str, read: Read, cost: Cost = Cost.COLUMN,
         names: tuple[str, ...] = ()) -> Field:  # fmt: skip
    return Field(name, kind, doc, table, read, False, names, cost)


def _known(values: Values) -> tuple[Values, Mask | None]:
    """The values, known where they are not negative."""
    return values, values >= 0


def _endpoint(side: str, *, has_port: bool) -> Get:
    names = ("family", f"{side}_hi", f"{side}_lo", f"{side}_port")[: 4 if has_port else 3]

    def get(links: Links, rows: Rows) -> tuple[Values, Mask | None]:
        table = links.capture.connections
        parts = zip(*(table[name][rows].tolist() for name in names), strict=True)
        form: Callable[..., str] = endpoint if has_port else address
        return objects([form(*part) for part in parts]), None

    return get


def _sum(name: str, side: int | None = None) -> Get:
    def get(links: Links, rows: Rows) -> tuple[Values, Mask | None]:
        both = links.capture.connections[name][rows].astype(np.int64)
        return (both.sum(axis=1) if side is None else both[:, side]), None

    return get


def _history(links: Links, rows: Rows) -> tuple[Values, Mask | None]:
    letters = links.capture.connections["history"][rows]
    return objects([bytes(row).rstrip(b"\0").decode("ascii") for row in letters]), None


def _row_number(_links: Links, rows: Rows) -> tuple[Values, Mask | None]:
    return rows.astype(np.int64), None


def _state(side: str) -> Read:
    """The state of an end after a packet, or of a connection now."""
    of_connection = column("connections", f"{side}_state")

    def of_packet(links: Links, rows: Rows) -> tuple[Values, Mask | None]:
        packets = links.capture.packets
        settled = np.where(packets["duplicate"][rows] != 0, packets["previous"][rows], rows)
        return packets[f"{side}_state"][settled].astype(np.int64), packets["connection"][rows] >= 0

    read_packets = of_table("packets", of_packet)
    return lambda scope: read_packets(scope) if scope.name == "packets" else of_connection(scope)


# -- exchanges -------------------------------------------------------------------------------------------------------


def _side(name: str, side: str) -> Get:
    """A column of an exchange's request or response."""

    def get(links: Links, rows: Rows) -> tuple[Values, Mask | None]:
        capture = links.capture
        message = capture.exchanges[side][rows]
        if not len(capture.http_messages):
            return np.zeros(len(rows), np.int64), message >= 0
        return capture.http_messages[name][np.maximum(message, 0)].astype(np.int64), message >= 0

    return get


def _status(links: Links, rows: Rows) -> tuple[Values, Mask | None]:
    values, known = _side("status", "response")(links, rows)
    return values, values > 0 if known is None else known & (values > 0)


def _head_text(side: str, of: Callable[[Any], str]) -> Get:
    def get(links: Links, rows: Rows) -> tuple[Values, Mask | None]:
        messages = links.capture.exchanges[side][rows]
        found = objects([of(links.head(row)) if row >= 0 else "" for row in messages.tolist()])
        return found, found != ""

    return get


def _is_complete(links: Links, rows: Rows) -> tuple[Values, Mask | None]:
    capture = links.capture
    sides = np.stack([capture.exchanges[side][rows] for side in ("request", "response")])
    if not len(capture.http_messages):
        return np.zeros(len(rows), np.int64), None
    complete = capture.http_messages["complete"][np.maximum(sides, 0)] * (sides >= 0)
    return complete.min(axis=0, initial=1).astype(np.int64), None


def _timed(get: Callable[[Any, Rows], Values]) -> Read:
    return of_table("exchanges", lambda links, rows: _known(get(links.capture, rows)))


def _transfer(side: str) -> Callable[[Any, Rows], Values]:
    return lambda capture, rows: transfers(capture, capture.exchanges[side][rows])


def _cause(links: Links, rows: Rows) -> tuple[Values, Mask | None]:
    if links.causes is None:
        capture = links.capture
        links.causes = np.full(len(capture.exchanges), -1)
        found, slow = slow_waits(capture)
        slow = slow[found.table["kind"][slow] == WaitKind.EXCHANGE]
        links.causes[found.table["row"][slow]] = found.table["cause"][slow]
    return _known(links.causes[rows])


# -- others ----------------------------------------------------------------------------------------------------------


def _text(links: Links, rows: Rows) -> tuple[Values, Mask | None]:
    known = links.capture.messages["text_address"][rows] >= 0
    found = objects([""] * len(rows))
    found[known] = objects([links.text(row) for row in rows[known].tolist()])
    return found, known


def _duration(links: Links, rows: Rows) -> tuple[Values, Mask | None]:
    table = links.capture.messages
    return _known(table["end_ns"][rows] - table["time_ns"][rows])


def _severity(links: Links, rows: Rows) -> tuple[Values, Mask | None]:
    return _SEVERITY[links.capture.anomalies["code"][rows]], None


def _letters(table: str, name: str) -> Read:
    def get(links: Links, rows: Rows) -> tuple[Values, Mask | None]:
        texts = [bytes(row).rstrip(b"\0").decode("utf-8", "replace") for row in links.table(table)[name][rows]]
        found = objects(texts)
        return found, found != ""

    return of_table(table, get)


def _holder(name: str) -> Get:
    return lambda links, rows: (links.capture.tokens[name][rows].astype(np.int64), None)


def _unacceptable(links: Links, rows: Rows) -> tuple[Values, Mask | None]:
    bits = links.capture.packets["acceptance"][rows]
    dropped = (bits & Acceptance.REASON.value != 0) & (bits & Acceptance.AFTER_ALL.value == 0)
    return dropped.astype(np.int64), None


def _duplicate(links: Links, rows: Rows) -> tuple[Values, Mask | None]:
    return (links.capture.packets["duplicate"][rows] != 0).astype(np.int64), None


def _outcome(links: Links, rows: Rows) -> tuple[Values, Mask | None]:
    return outcomes(links.capture.connections, rows).astype(np.int64), None


def _lifetime(links: Links, rows: Rows) -> tuple[Values, Mask | None]:
    return _known(lifetimes(links.capture, rows))


def _side_of(table: str) -> Read:
    return column(table, "direction", negative_is_unknown=True)


def _figures(name: str, scale: int = 1) -> Get:
    def get(links: Links, rows: Rows) -> tuple[Values, Mask | None]:
        table = links.capture.kernel
        return table[name][rows].astype(np.int64) * scale, table["has_figures"][rows] == 1

    return get


def _connection(
    name: str, kind: Kind, doc: str, read: Read, names: tuple[str, ...] = (), cost: Cost = Cost.COLUMN
) -> Field:
    return _own(f"connection.{name}", kind, doc, "connections", read, cost, names)


def _exchange(
    name: str, kind: Kind, doc: str, read: Read, names: tuple[str, ...] = (), cost: Cost = Cost.COLUMN
) -> Field:
    return _own(f"exchange.{name}", kind, doc, "exchanges", read, cost, names)


def _message(
    name: str, kind: Kind, doc: str, read: Read, names: tuple[str, ...] = (), cost: Cost = Cost.COLUMN
) -> Field:
    return _own(f"message.{name}", kind, doc, "messages", read, cost, names)


def _descriptor(name: str, kind: Kind, doc: str, read: Read, names: tuple[str, ...] = ()) -> Field:
    return _own(name, kind, doc, "tokens", read, Cost.COLUMN, names)


def _kernel(name: str, kind: Kind, doc: str, read: Read, names: tuple[str, ...] = ()) -> Field:
    return _own(f"kernel.{name}", kind, doc, "kernel", read, Cost.COLUMN, names)


_connections, _exchanges, _messages = (partial(of_table, table) for table in ("connections", "exchanges", "messages"))

OWN: tuple[Field, ...] = (
    _own("packet.sender", Kind.NAME, "which end sent the packet", "packets", _side_of("packets"), names=SIDES),
    _own(
        "packet.unacceptable", Kind.BOOLEAN, "its receiver must drop it", "packets", of_table("packets", _unacceptable)
    ),
    _own(
        "packet.duplicate",
        Kind.BOOLEAN,
        "the same packet was captured before",
        "packets",
        of_table("packets", _duplicate),
    ),
    _own(
        "client.state",
        Kind.NAME,
        "TCP state of the client: after the packet, or of the connection now",
        "connections",
        _state("client"),
        names=STATES,
    ),
    _own(
        "server.state",
        Kind.NAME,
        "TCP state of the server: after the packet, or of the connection now",
        "connections",
        _state("server"),
        names=STATES,
    ),
    _connection("id", Kind.NUMBER, "number of the connection", _connections(_row_number)),
    _connection(
        "client",
        Kind.TEXT,
        "socket of the client, such as 127.0.0.1:50001",
        _connections(_endpoint("client", has_port=True)),
        cost=Cost.HEADER,
    ),
    _connection(
        "server",
        Kind.TEXT,
        "socket of the server, such as 127.0.0.1:80",
        _connections(_endpoint("server", has_port=True)),
        cost=Cost.HEADER,
    ),
    _connection(
        "client_address",
        Kind.TEXT,
        "address of the client",
        _connections(_endpoint("client", has_port=False)),
        cost=Cost.HEADER,
    ),
    _connection(
        "server_address",
        Kind.TEXT,
        "address of the server",
        _connections(_endpoint("server", has_port=False)),
        cost=Cost.HEADER,
    ),
    _connection("client_port", Kind.NUMBER, "port of the client", column("connections", "client_port")),
    _connection("server_port", Kind.NUMBER, "port of the server", column("connections", "server_port")),
    _connection("protocol", Kind.NAME, "application protocol", column("connections", "protocol"), names_of(Protocol)),
    _connection("outcome", Kind.NAME, "how it ended, or that it is open", _connections(_outcome), names_of(Outcome)),
    _connection(
        "state",
        Kind.NAME,
        "Zeek's conn_state",
        column("connections", "conn_state"),
        names_of(ConnState, lambda state: state.name),
    ),
    _connection(
        "history",
        Kind.TEXT,
        "Zeek's history; the client's letters are capitals",
        _connections(_history),
        cost=Cost.HEADER,
    ),
    _connection("packets", Kind.NUMBER, "packets of both ends", _connections(_sum("packets"))),
    _connection("bytes", Kind.NUMBER, "bytes of payload of both ends", _connections(_sum("bytes"))),
    _connection("client_bytes", Kind.NUMBER, "bytes of payload of the client", _connections(_sum("bytes", 0))),
    _connection("server_bytes", Kind.NUMBER, "bytes of payload of the server", _connections(_sum("bytes", 1))),
    _connection(
        "missed_bytes", Kind.NUMBER, "bytes that are missing from the capture", _connections(_sum("missed_bytes"))
    ),
    _connection("duration", Kind.DURATION, "time from its first to its last packet", _connections(_lifetime)),
    _connection("start", Kind.TIME, "time of its first packet", column("connections", "start_ns")),
    _connection(
        "handshake",
        Kind.DURATION,
        "time of the handshake",
        column("connections", "handshake_ns", negative_is_unknown=True),
    ),
    _connection(
        "syn_rtt",
        Kind.DURATION,
        "time from the SYN to the SYN-ACK",
        column("connections", "syn_rtt_ns", negative_is_unknown=True),
    ),
    _connection(
        "closed_by",
        Kind.NAME,
        "end that sent the first FIN or RST",
        column("connections", "closed_by", negative_is_unknown=True),
        SIDES,
    ),
    _connection(
        "reset_by",
        Kind.NAME,
        "end that sent the RST",
        column("connections", "reset_by", negative_is_unknown=True),
        SIDES,
    ),
    _exchange("id", Kind.NUMBER, "number of the exchange", _exchanges(_row_number)),
    _exchange("status", Kind.NUMBER, "status code of the response", _exchanges(_status)),
    _exchange(
        "method",
        Kind.TEXT,
        "method of the request",
        _exchanges(_head_text("request", lambda head: head.method)),
        cost=Cost.TEXT,
    ),
    _exchange(
        "target",
        Kind.TEXT,
        "target of the request",
        _exchanges(_head_text("request", lambda head: head.target)),
        cost=Cost.TEXT,
    ),
    _exchange(
        "host",
        Kind.TEXT,
        "Host of the request",
        _exchanges(_head_text("request", lambda head: "".join(head.values("Host")[:1]))),
        cost=Cost.TEXT,
    ),
    _exchange(
        "type",
        Kind.TEXT,
        "media type of the response",
        _exchanges(
            _head_text("response", lambda head: "".join(head.values("Content-Type")[:1]).split(";")[0].strip().lower())
        ),
        cost=Cost.TEXT,
    ),
    _exchange("request_bytes", Kind.NUMBER, "bytes of the request's body", _exchanges(_side("body_bytes", "request"))),
    _exchange(
        "response_bytes", Kind.NUMBER, "bytes of the response's body", _exchanges(_side("body_bytes", "response"))
    ),
    _exchange("complete", Kind.BOOLEAN, "both messages were captured whole", _exchanges(_is_complete)),
    _exchange("connect", Kind.DURATION, "time of the handshake, of a connection's first exchange", _timed(connects)),
    _exchange("send", Kind.DURATION, "time from the request's first byte to its last", _timed(_transfer("request"))),
    _exchange(
        "wait",
        Kind.DURATION,
        "time from the end of the request to the first byte of the response",
        _timed(response_times),
    ),
    _exchange(
        "receive", Kind.DURATION, "time from the response's first byte to its last", _timed(_transfer("response"))
    ),
    _exchange(
        "duration",
        Kind.DURATION,
        "time from the handshake or the request to the end of the response",
        _timed(durations),
    ),
    _exchange("cause", Kind.NAME, "main cause of a slow exchange's wait", _exchanges(_cause), tuple(CAUSES), Cost.TEXT),
    _message("id", Kind.NUMBER, "number of the message", _messages(_row_number)),
    _message("kind", Kind.NAME, "kind of WebSocket message", column("messages", "kind"), KINDS),
    _message("sender", Kind.NAME, "which end sent it", _side_of("messages"), SIDES),
    _message("frames", Kind.NUMBER, "number of its frames", column("messages", "frames")),
    _message("bytes", Kind.NUMBER, "bytes after decompression", column("messages", "bytes")),
    _message("wire_bytes", Kind.NUMBER, "bytes of payload of its frames", column("messages", "wire_bytes")),
    _message("compressed", Kind.BOOLEAN, "compressed by permessage-deflate", column("messages", "compressed")),
    _message("complete", Kind.BOOLEAN, "captured whole", column("messages", "complete")),
    _message("close_code", Kind.NUMBER, "close code", column("messages", "close_code", negative_is_unknown=True)),
    _message("duration", Kind.DURATION, "time from its first byte to its last", _messages(_duration)),
    _message(
        "text", Kind.TEXT, "content, unmasked and decompressed, as much as is kept", _messages(_text), cost=Cost.TEXT
    ),
    _own("anomaly.code", Kind.NAME, "kind of anomaly", "anomalies", column("anomalies", "code"), names=CODES),
    _own(
        "anomaly.severity",
        Kind.NAME,
        "note, warning or violation",
        "anomalies",
        of_table("anomalies", _severity),
        names=SEVERITIES,
    ),
    _own("anomaly.sender", Kind.NAME, "end that sent what is odd", "anomalies", _side_of("anomalies"), names=SIDES),
    _descriptor("fd.number", Kind.NUMBER, "number of a file descriptor", of_table("tokens", _holder("fd"))),
    _descriptor("fd.end", Kind.NAME, "end of the connection that holds it", _side_of("tokens"), SIDES),
    _descriptor("fd.role", Kind.NAME, "what the socket is for", column("tokens", "role"), names_of(Role)),
    _descriptor("fd.opened", Kind.TIME, "when it was opened, or first seen", column("tokens", "opened_ns")),
    _descriptor(
        "fd.closed",
        Kind.TIME,
        "when it was closed, or first missing",
        column("tokens", "closed_ns", negative_is_unknown=True),
    ),
    _descriptor("fd.name", Kind.TEXT, "name by which its process registered it", _letters("tokens", "name")),
    _descriptor("process.name", Kind.TEXT, "name of the process that holds a socket", _letters("tokens", "process")),
    _descriptor(
        "process.pid", Kind.NUMBER, "number of the process that holds a socket", of_table("tokens", _holder("pid"))
    ),
    _kernel("state", Kind.NAME, "state of an end in the kernel", column("kernel", "state"), STATES),
    _kernel("end", Kind.NAME, "end of the connection", _side_of("kernel"), SIDES),
    _kernel("unread", Kind.NUMBER, "bytes received and not read yet", column("kernel", "unread")),
    _kernel("unacknowledged", Kind.NUMBER, "bytes sent and not acknowledged yet", column("kernel", "unacknowledged")),
    _kernel("rtt", Kind.DURATION, "smoothed round trip time", of_table("kernel", _figures("rtt_us", 1000))),
    _kernel(
        "congestion_window",
        Kind.NUMBER,
        "segments that may be in flight",
        of_table("kernel", _figures("congestion_window")),
    ),
    _kernel("retransmissions", Kind.NUMBER, "segments sent again", of_table("kernel", _figures("retransmissions"))),
)
