"""Table rows as columns of values, and as JSON-ready dictionaries: the only forms in which rows leave the engine.

The command line, `analyze --json`, the dashboard's API and its feed all show these. Names and meanings are a contract
(docs/guide.md): keys may be added, never renamed. Packets are numbered from 1; every other row is numbered by its
index in its table. Each time is given twice: `time_ns` counts from 1970, and `at_ns` from the capture's first packet,
so that it is small enough for a program that has only doubles.

`chosen` is a slice or an array of row numbers. All functions work on whole columns, so ask for many rows at once.
"""

from __future__ import annotations

import codecs
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec

import numpy as np
import numpy.typing as npt

from inspector.anomalies import ANOMALIES, describe
from inspector.engine.clocks import connects, durations, has_time, lifetimes, response_times, transfers
from inspector.http.message_notes import note_names
from inspector.query.outcomes import Outcome, outcomes, silent_ends
from inspector.query.wait_causes import Cause
from inspector.query.waits import WaitKind, are_slow
from inspector.query.waits import waits as waits_of
from inspector.tables.addresses import endpoint
from inspector.tables.arrays import Integers, Ints, Rows
from inspector.tables.table import SIDES, MessageKind, Protocol, Table
from inspector.tcp.flags_and_seq import ACK
from inspector.tcp.states import State
from inspector.tcp.verdicts import ConnState, drop_reason_name, flag_names, tshark_names, verdict_names
from inspector.units import count
from inspector.views.columns import (
    Column,
    Columns,
    Nested,
    Numbers,
    Records,
    Texts,
    Words,
    booleans,
    known,
    pairs,
    records,
    words_of,
)
from inspector.views.head_columns import Heads
from inspector.views.sockets.descriptor_rows import holder_columns, kernel_columns, token_columns
from inspector.views.wait_rows import cause_columns
from inspector.websocket.opcodes import MESSAGE_KINDS, Opcode, close_meaning
from inspector.wire.network_keys import network_text, vlans_and_tunnel

if TYPE_CHECKING:
    from inspector.engine.capture import Capture

Row = dict[str, Any]
Chosen = slice | Sequence[int] | npt.NDArray[Any]

_Arguments = ParamSpec("_Arguments")

EVERYTHING = slice(None)

TEXT_LIMIT = 64 * 1024
"""Maximum number of bytes of a message's content shown as text or hex: as many as the engine keeps."""

HEX_LIMIT = 256
"""Maximum number of bytes of a binary message shown as hex: enough to recognise it."""

MAX_INFO = 160
"""Maximum number of characters of a message's one-line summary: more than fits in a line of a table."""

NO_IP = 255

SENDERS = (*SIDES, None)
"""Names by Direction; -1 (no sender) indexes the last entry, None."""

STATES = tuple(state.rfc_name for state in sorted(State))
OUTCOMES = tuple(outcome.name.lower() for outcome in sorted(Outcome))
CONN_STATES = tuple(state.name for state in sorted(ConnState))
PROTOCOLS = tuple(protocol.name.lower() for protocol in sorted(Protocol))


def packet_columns(capture: Capture, chosen: Chosen = EVERYTHING) -> Columns:
    """Packets with their TCP fields and analysis; fields that only TCP has are null for other packets."""
    table, ids = capture.packets, _ids(capture.packets, chosen)
    numbers = capture.numbers(ids)
    has_tcp = table["connection"][chosen] >= 0
    settled = np.where(table["duplicate"][chosen], table["previous"][chosen], ids)
    acknowledges = has_tcp & (table["flags"][chosen] & ACK != 0)
    only = {name: Numbers(table[name][chosen], has_tcp) for name in ("connection", "window", "in_flight")}
    return {
        "number": Numbers(numbers),
        **_times(capture, table["time_ns"][chosen], ids),
        "captured": Numbers(table["captured"][chosen]),
        "length": Numbers(table["length"][chosen]),
        "connection": only["connection"],
        "direction": _sender(table["direction"][chosen]),
        "ip_protocol": Numbers(table["ip_protocol"][chosen], table["ip_protocol"][chosen] != NO_IP),
        "flags": words_of(table["flags"][chosen], flag_names, "texts"),
        "seq": Numbers(_relative(capture, chosen, "seq", of_peer=False), has_tcp),
        "ack": Numbers(_relative(capture, chosen, "ack", of_peer=True), acknowledges),
        "window": only["window"],
        "payload": Numbers(table["payload"][chosen]),
        "analysis": words_of(table["analysis"][chosen], tshark_names, "texts"),
        "verdicts": words_of(table["analysis"][chosen], verdict_names, "texts"),
        "client_state": Words(table["client_state"][settled], STATES).where(has_tcp),
        "server_state": Words(table["server_state"][settled], STATES).where(has_tcp),
        "client_state_assumed": booleans(table["assumed"][settled] & 1).where(has_tcp),
        "server_state_assumed": booleans(table["assumed"][settled] & 2).where(has_tcp),
        "unacceptable": words_of(table["acceptance"][chosen], drop_reason_name),
        "duplicate": booleans(table["duplicate"][chosen]),
        "ack_rtt_ns": known(table["ack_rtt_ns"][chosen]),
        "in_flight": only["in_flight"],
        "interface": _interfaces(capture, table["interface"][chosen]),
        "comment": _comments(capture, numbers),
    }


def connection_columns(capture: Capture, chosen: Chosen = EVERYTHING) -> Columns:
    """Connections; values that exist for both ends are given as pairs: client, server."""
    table = capture.connections
    starts = _times(capture, table["start_ns"][chosen], table["first_packet"][chosen])
    networks = table["network"][chosen]
    return {
        "id": Numbers(_ids(table, chosen)),
        "client": _endpoints(table, chosen, "client"),
        "server": _endpoints(table, chosen, "server"),
        "start_ns": starts["time_ns"],
        "end_ns": _times(capture, table["end_ns"][chosen], table["last_packet"][chosen])["time_ns"],
        "at_ns": starts["at_ns"],
        "duration_ns": known(lifetimes(capture, chosen)),
        "protocol": Words(table["protocol"][chosen], PROTOCOLS),
        "inside": Words(table["inside"][chosen], PROTOCOLS).where(table["inside"][chosen] != Protocol.UNKNOWN),
        "packets": pairs(table["packets"][chosen]),
        "bytes": pairs(table["bytes"][chosen]),
        "missed_bytes": pairs(table["missed_bytes"][chosen]),
        "retransmissions": pairs(table["retransmissions"][chosen]),
        "outcome": Words(outcomes(table, chosen), OUTCOMES),
        "conn_state": Words(table["conn_state"][chosen], CONN_STATES),
        "history": Texts(_padded(table["history"][chosen])),
        "client_state": Words(table["client_state"][chosen], STATES),
        "server_state": Words(table["server_state"][chosen], STATES),
        "client_state_assumed": booleans(table["assumed"][chosen] & 1),
        "server_state_assumed": booleans(table["assumed"][chosen] & 2),
        "silent": _sender(silent_ends(table, chosen)),
        "handshake_ns": known(table["handshake_ns"][chosen]),
        "syn_rtt_ns": known(table["syn_rtt_ns"][chosen]),
        "closed_by": _sender(table["closed_by"][chosen]),
        "reset_by": _sender(table["reset_by"][chosen]),
        "vlan": words_of(networks, lambda network: [*vlans_and_tunnel(network)[0]] or None, "numbers"),
        "tunnel": words_of(networks, lambda network: vlans_and_tunnel(network)[1]),
        "network": words_of(networks, lambda network: network_text(*vlans_and_tunnel(network))),
        "interface": _interfaces(capture, capture.packets["interface"][table["first_packet"][chosen]]),
        "first_packet": _numbers(capture, table["first_packet"][chosen]),
        "last_packet": _numbers(capture, table["last_packet"][chosen]),
        **holder_columns(capture, chosen),
    }


def exchange_columns(capture: Capture, chosen: Chosen = EVERYTHING) -> Columns:
    """HTTP exchanges: the request, its response (null where there is none), and the 1xx responses before it."""
    table = capture.exchanges
    return {
        "id": Numbers(_ids(table, chosen)),
        "connection": Numbers(table["connection"][chosen]),
        "request": _http_messages(capture, table["request"][chosen], "method", "target"),
        "response": _http_messages(capture, table["response"][chosen], "status", "reason"),
        "informational": _informational(capture, chosen),
        "timing_ns": _timings(capture, chosen),
        "took_ns": known(durations(capture, chosen)),
        **_causes(capture, chosen),
        "notes": _notes(capture, chosen),
    }


def frame_columns(capture: Capture, chosen: Chosen = EVERYTHING) -> Columns:
    """WebSocket frames (RFC 6455 §5.2)."""
    table = capture.frames
    return {
        "id": Numbers(_ids(table, chosen)),
        "connection": Numbers(table["connection"][chosen]),
        "direction": _sender(table["direction"][chosen]),
        "packet": _numbers(capture, table["packet"][chosen]),
        **_times(capture, table["time_ns"][chosen], table["packet"][chosen]),
        "opcode": Numbers(table["opcode"][chosen]),
        "fin": booleans(table["fin"][chosen]),
        "rsv": Numbers(table["rsv"][chosen]),
        "masked": booleans(table["masked"][chosen]),
        "length": Numbers(table["length"][chosen]),
        "message": known(table["message"][chosen]),
        "damaged": booleans(table["damaged"][chosen]),
    }


def message_columns(capture: Capture, chosen: Chosen = EVERYTHING) -> Columns:
    """WebSocket messages; if the content is not text, `text` is null and `hex` holds its beginning."""
    table = capture.messages
    contents = _contents(capture, chosen)
    kinds = words_of(table["kind"][chosen], lambda opcode: MESSAGE_KINDS.get(opcode, str(opcode)))
    names, codes = kinds.tolist(), known(table["close_code"][chosen])
    are_cut = ((table["complete"][chosen] == 0) | (table["bytes"][chosen] > table["text_bytes"][chosen])).tolist()
    texts = [_text(*each) for each in zip(names, contents, are_cut, strict=True)]
    lines = zip(names, texts, table["bytes"][chosen].tolist(), codes.tolist(), strict=True)
    return {
        "id": Numbers(_ids(table, chosen)),
        "connection": Numbers(table["connection"][chosen]),
        "direction": _sender(table["direction"][chosen]),
        "kind": kinds,
        "first_packet": _numbers(capture, table["first_packet"][chosen]),
        "last_packet": _numbers(capture, table["last_packet"][chosen]),
        **_times(capture, table["time_ns"][chosen], table["first_packet"][chosen]),
        "frames": Numbers(table["frames"][chosen]),
        "compressed": booleans(table["compressed"][chosen]),
        "bytes": Numbers(table["bytes"][chosen]),
        "wire_bytes": Numbers(table["wire_bytes"][chosen]),
        "text": Texts(texts),
        "hex": Texts([_hex(*each) for each in zip(names, contents, are_cut, strict=True)]),
        "close_code": codes,
        "complete": booleans(table["complete"][chosen]),
        "info": Texts([_info(*line)[:MAX_INFO] for line in lines]),
    }


def anomaly_columns(capture: Capture, chosen: Chosen = EVERYTHING) -> Columns:
    """Anomalies: the rule that was broken, and a sentence with the values that were compared."""
    table = capture.anomalies
    codes = table["code"][chosen]
    details = zip(codes.tolist(), *capture.compared(chosen), strict=True)
    return {
        "id": Numbers(_ids(table, chosen)),
        "code": words_of(codes, lambda code: ANOMALIES[code].code),
        "packet": _numbers(capture, table["packet"][chosen]),
        "connection": known(table["connection"][chosen]),
        "direction": _sender(table["direction"][chosen]),
        "severity": words_of(codes, lambda code: ANOMALIES[code].severity),
        "title": words_of(codes, lambda code: ANOMALIES[code].title),
        "detail": Texts([describe(*numbers) for numbers in details]),
        "reference": words_of(codes, lambda code: ANOMALIES[code].reference),
    }


def event_columns(capture: Capture, events: Table, chosen: Chosen = EVERYTHING) -> Columns:
    """Events with their sentences; `events` is the result of `story.events`, which is computed on demand."""
    from inspector.views.story import EventKind, sentence  # slow to import, and not needed unless events are shown

    ids = _ids(events, chosen)
    return {
        "id": Numbers(ids),
        **_times(capture, events["time_ns"][chosen], events["packet"][chosen]),
        "kind": words_of(events["kind"][chosen], lambda kind: EventKind(kind).name.lower()),
        "connection": Numbers(events["connection"][chosen]),
        "direction": _sender(events["direction"][chosen]),
        "packet": _numbers(capture, events["packet"][chosen]),
        "row": known(events["row"][chosen]),
        "since": _numbers(capture, events["since"][chosen]),
        "count": known(events["count"][chosen]),
        "bytes": known(events["bytes"][chosen]),
        "sentence": Texts([sentence(capture, events, i) for i in ids.tolist()]),
    }


COLUMNS: dict[str, Callable[..., Columns]] = {
    "packets": packet_columns,
    "connections": connection_columns,
    "exchanges": exchange_columns,
    "frames": frame_columns,
    "messages": message_columns,
    "anomalies": anomaly_columns,
    "tokens": token_columns,
    "kernel": kernel_columns,
}
"""The column functions, by the name of the table. Events have no stored table: see `event_columns`."""


def _as_rows(columns: Callable[_Arguments, Columns]) -> Callable[_Arguments, list[Row]]:
    """A function with the same arguments as `columns` that returns rows instead of columns."""

    @wraps(columns)
    def builder(*arguments: _Arguments.args, **named: _Arguments.kwargs) -> list[Row]:
        return records(columns(*arguments, **named))

    return builder


packet_rows = _as_rows(packet_columns)
connection_rows = _as_rows(connection_columns)
exchange_rows = _as_rows(exchange_columns)
frame_rows = _as_rows(frame_columns)
message_rows = _as_rows(message_columns)
anomaly_rows = _as_rows(anomaly_columns)
event_rows = _as_rows(event_columns)

BUILDERS: dict[str, Callable[..., list[Row]]] = {name: _as_rows(columns) for name, columns in COLUMNS.items()}


def _ids(table: Table, chosen: Chosen) -> Rows:
    if isinstance(chosen, slice):
        return np.arange(*chosen.indices(len(table)))
    return np.array(chosen, np.intp).reshape(-1)


def _sender(sides: Integers) -> Words:
    """Names by `Direction`; null for -1, no sender."""
    return Words(sides, SENDERS)


def _numbers(capture: Capture, packets: Integers) -> Numbers:
    """Packet rows as the packet numbers that users see; null where there is no packet."""
    numbers = capture.numbers(packets)
    return Numbers(numbers, numbers > 0)


def _interfaces(capture: Capture, numbers: Integers) -> Words:
    """Names of the interfaces that packets were captured on; null if the file names none."""
    return Words(numbers, [*(interface.name or None for interface in capture.interfaces), None])


def _comments(capture: Capture, numbers: Ints) -> Column:
    comments = capture.source.comments
    if not comments:
        return Words(np.zeros(len(numbers), np.intp), (None,))
    return Texts([comments.get(number - 1) for number in numbers.tolist()])


def _times(capture: Capture, time_ns: Integers, packets: Integers) -> dict[str, Numbers]:
    """The times in `time_ns`, each belonging to the packet row in `packets`; null where the file gives that packet no
    timestamp.
    """
    is_told = has_time(capture, packets)
    return {"time_ns": Numbers(time_ns, is_told), "at_ns": Numbers(time_ns - _origin(capture), is_told)}


def _origin(capture: Capture) -> int:
    """The time from which `at_ns` is counted; 0 in a capture without packets, where it does not matter."""
    return capture.start_ns or 0


def _relative(capture: Capture, chosen: Chosen, name: str, *, of_peer: bool) -> Integers:
    """Sequence numbers relative to the initial sequence number of their stream: the sender's, or its peer's."""
    packets = capture.packets
    absolute = packets[name][chosen].astype(np.int64)
    connection = packets["connection"][chosen]
    if not len(capture.connections):
        return absolute
    side = packets["direction"][chosen] ^ of_peer
    # Packets that are not TCP read an arbitrary connection's number here; the caller masks them out.
    first = capture.connections["isn"][connection, side].astype(np.int64)
    relative: Integers = (absolute - first) & 0xFFFF_FFFF
    return relative


def _endpoints(table: Table, chosen: Chosen, side: str) -> Texts:
    parts = ("family", f"{side}_hi", f"{side}_lo", f"{side}_port")
    return Texts([endpoint(*row) for row in zip(*(table[part][chosen].tolist() for part in parts), strict=True)])


def _padded(letters: npt.NDArray[np.uint8]) -> list[str | None]:
    """ASCII texts that are padded with zero bytes; shape (n, width)."""
    texts: list[str | None] = np.ascontiguousarray(letters).view(f"S{letters.shape[1]}")[:, 0].astype(str).tolist()
    return texts


def _http_messages(capture: Capture, rows: Rows, first: str, second: str) -> Records:
    """HTTP messages in these rows of http_messages, null for -1; `first` and `second` name the parts of a start line
    that a request or a response has.
    """
    table, heads = capture.http_messages, Heads(capture, rows)
    held = np.where(rows >= 0, rows, 0)
    column = {
        name: table[name][held] if len(table) else np.zeros(len(rows), np.int64)
        for name in ("packet", "time_ns", "body_bytes", "complete")
    }
    parts: dict[str, Column] = {
        "packet": _numbers(capture, column["packet"]),
        **_times(capture, column["time_ns"], column["packet"]),
        "version": heads.part("version"),
        first: heads.part(first),
        second: heads.part(second),
        "headers": heads.part("headers"),
        "body_bytes": Numbers(column["body_bytes"]),
        "complete": booleans(column["complete"]),
    }
    return Records(parts, rows >= 0)


def _informational(capture: Capture, chosen: Chosen) -> Column:
    """The 1xx responses of each exchange."""
    exchanges, messages = capture.exchanges, capture.http_messages
    if not exchanges["informational"][chosen].any():
        return Nested([[] for _ in range(len(exchanges["informational"][chosen]))])
    found: dict[int, list[int]] = defaultdict(list)
    for row in np.flatnonzero(messages["kind"] == MessageKind.INFORMATIONAL).tolist():
        found[int(messages["exchange"][row])].append(row)
    mine = [found[i] for i in _ids(exchanges, chosen).tolist()]
    flat = np.array([row for some in mine for row in some], np.intp)
    each = iter(_http_messages(capture, flat, "status", "reason").tolist())
    return Nested([[next(each) for _ in some] for some in mine])


def _timings(capture: Capture, chosen: Chosen) -> Records:
    """For each exchange, how long its parts took: the handshake, sending the request, waiting for the response, and
    receiving it. A time is null if its beginning or end is missing, or if the clock was set in between.

    The handshake is attributed to the first request of a connection. If the sender of a response began it before it
    had the whole request, the wait is 0.
    """
    requests, responses = (capture.exchanges[side][chosen] for side in ("request", "response"))
    return Records(
        {
            "connect": known(connects(capture, chosen)),
            "send": known(transfers(capture, requests)),
            "wait": known(response_times(capture, chosen)),
            "receive": known(transfers(capture, responses)),
        }
    )


def _notes(capture: Capture, chosen: Chosen) -> Words:
    """The notes on the request and on the response of each exchange, together."""
    noted = np.append(capture.http_messages["notes"], np.uint32(0))  # index -1 (no message) reads the last entry
    requests, responses = (capture.exchanges[side][chosen] for side in ("request", "response"))
    return words_of(noted[requests] | noted[responses], note_names, "texts")


def _causes(capture: Capture, chosen: Chosen) -> Columns:
    """What slow exchanges waited for, as in the rows of waits; others, and those without a request, have no cause.

    All packets of a connection are looked at, which costs too much for the rows of a busy live capture if nothing in
    them is slow.
    """
    table = capture.exchanges
    rows = np.arange(len(table))[chosen]
    cause, bits = np.full(len(rows), -1), np.zeros(len(rows), np.int64)
    shares = np.zeros((len(rows), len(Cause)), np.int64)
    if len(rows) and len(slow := np.flatnonzero(are_slow(capture, rows))):
        found = waits_of(capture, np.unique(table["connection"][rows[slow]])).table
        place = np.full(len(table), -1)
        of_exchange = np.flatnonzero(found["kind"] == WaitKind.EXCHANGE)
        place[found["row"][of_exchange]] = of_exchange
        slow = slow[place[rows[slow]] >= 0]
        places = place[rows[slow]]
        cause[slow], bits[slow], shares[slow] = (found[name][places] for name in ("cause", "alternatives", "shares"))
    return cause_columns(cause, bits, shares)


def _contents(capture: Capture, chosen: Chosen) -> list[bytes]:
    """The part of each message's content that the engine kept; for a close frame, the reason that follows the status
    code (RFC 6455 §5.5.1).
    """
    table = capture.messages
    lengths = np.where(table["text_address"][chosen] >= 0, np.minimum(table["text_bytes"][chosen], TEXT_LIMIT), 0)
    data, starts, ends = capture.cells_at(table["text_address"][chosen], lengths)
    starts = np.minimum(starts + np.where(table["kind"][chosen] == Opcode.CLOSE, 2, 0), ends)
    content = data.tobytes()
    return [content[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]


def _text(kind: str, content: bytes, is_cut: bool = False) -> str | None:
    """The content as text. In text messages and close reasons, invalid UTF-8 is replaced; for pings, pongs and binary
    messages the result is None unless they are printable. If the content is cut off (`is_cut`), an incomplete
    character at its end is left out.
    """
    is_text = kind in ("text", "close")
    try:
        text = codecs.getincrementaldecoder("utf-8")("replace" if is_text else "strict").decode(content, not is_cut)
    except UnicodeDecodeError:
        return None
    return text if is_text or text.isprintable() else None


def _info(kind: str, text: str | None, length: int, code: int | None) -> str:
    """A message on one line: “Hi”, or its kind and what is known of its content."""
    if kind == "text":
        return f"“{text or ''}”"
    if kind == "close":
        meaning = "close" if code is None else f"close {code}, {close_meaning(code)}"
        return f"{meaning}: “{text}”" if text else meaning
    return f"{kind} “{text}”" if text else f"{kind}, {count(length, 'byte')}"


def _hex(kind: str, content: bytes, is_cut: bool = False) -> str | None:
    return content[:HEX_LIMIT].hex() if content and _text(kind, content, is_cut) is None else None
