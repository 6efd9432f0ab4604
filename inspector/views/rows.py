"""Table rows as JSON-ready dictionaries: the only form in which rows leave the engine.

The command line, `analyze --json`, the dashboard's API and its feed all show these. Names and meanings are a contract
(docs/guide.md): keys may be added, never renamed. Packets are numbered from 1; every other row is numbered by its
index in its table. Each time is given twice: `time_ns` counts from 1970, and `at_ns` from the capture's first packet,
so that it is small enough for a program that has only doubles.

`chosen` is a slice or an array of row numbers. All functions work on whole columns, so ask for many rows at once.
"""

from __future__ import annotations

import codecs
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache, wraps
from typing import TYPE_CHECKING, Any, ParamSpec

import numpy as np
import numpy.typing as npt

from inspector.anomalies import ANOMALIES, describe
from inspector.engine.clocks import connects, durations, has_time, lifetimes, transfers, waits
from inspector.http.head import head
from inspector.http.message_notes import note_names
from inspector.query.outcomes import Outcome, outcomes, silent_ends
from inspector.query.wait_causes import Cause, alternatives_of, cause_code, shares_of
from inspector.query.waits import WaitKind, are_slow
from inspector.query.waits import waits as waits_of
from inspector.tables.addresses import endpoint
from inspector.tables.arrays import Integers
from inspector.tables.table import SIDES, MessageKind, Protocol, Table
from inspector.tcp.header import ACK
from inspector.tcp.states import State
from inspector.tcp.verdicts import ConnState, drop_reason_name, flag_names, tshark_names, verdict_names
from inspector.units import count
from inspector.views.sockets.descriptor_rows import kernel_columns, token_columns
from inspector.websocket.opcodes import MESSAGE_KINDS, Opcode, close_meaning
from inspector.wire.network_keys import network_text, vlans_and_tunnel

if TYPE_CHECKING:
    from inspector.engine.capture import Capture

Row = dict[str, Any]
Columns = dict[str, list[Any]]
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

SENDERS = np.array([*SIDES, None], object)
"""Names by Direction; -1 (no sender) indexes the last entry, None."""

STATES = np.array([state.rfc_name for state in sorted(State)], object)
OUTCOMES = np.array([outcome.name.lower() for outcome in sorted(Outcome)], object)
CONN_STATES = np.array([state.name for state in sorted(ConnState)], object)
PROTOCOLS = np.array([protocol.name.lower() for protocol in sorted(Protocol)], object)


def packet_columns(capture: Capture, chosen: Chosen = EVERYTHING) -> Columns:
    """Packets with their TCP fields and analysis; fields that only TCP has are null for other packets."""
    table = capture.packets
    numbers = capture.numbers(np.array(_ids(table, chosen), np.int64)).tolist()
    has_tcp = table["connection"][chosen] >= 0
    settled = np.where(table["duplicate"][chosen], table["previous"][chosen], np.array(_ids(table, chosen), np.int64))
    acknowledges = has_tcp & (table["flags"][chosen] & ACK != 0)
    only = {name: _known(table[name][chosen], has_tcp) for name in ("connection", "window", "in_flight")}
    return {
        "number": numbers,
        **_times(capture, table["time_ns"][chosen], np.array(_ids(table, chosen), np.intp)),
        "captured": table["captured"][chosen].tolist(),
        "length": table["length"][chosen].tolist(),
        "connection": only["connection"],
        "direction": SENDERS[table["direction"][chosen]].tolist(),
        "ip_protocol": _known(table["ip_protocol"][chosen], table["ip_protocol"][chosen] != NO_IP),
        "flags": [[*_flags(bits)] for bits in table["flags"][chosen].tolist()],
        "seq": _known(_relative(capture, chosen, "seq", of_peer=False), has_tcp),
        "ack": _known(_relative(capture, chosen, "ack", of_peer=True), acknowledges),
        "window": only["window"],
        "payload": table["payload"][chosen].tolist(),
        "analysis": [[*_tshark_names(bits)] for bits in table["analysis"][chosen].tolist()],
        "verdicts": [[*_verdicts(bits)] for bits in table["analysis"][chosen].tolist()],
        "client_state": _known(STATES[table["client_state"][settled]], has_tcp),
        "server_state": _known(STATES[table["server_state"][settled]], has_tcp),
        "client_state_assumed": _known(table["assumed"][settled] & 1 != 0, has_tcp),
        "server_state_assumed": _known(table["assumed"][settled] & 2 != 0, has_tcp),
        "unacceptable": [drop_reason_name(bits) for bits in table["acceptance"][chosen].tolist()],
        "duplicate": table["duplicate"][chosen].astype(bool).tolist(),
        "ack_rtt_ns": _known(table["ack_rtt_ns"][chosen]),
        "in_flight": only["in_flight"],
        "interface": _interfaces(capture, table["interface"][chosen]),
        "comment": [capture.source.comments.get(number - 1) for number in numbers],
    }


def connection_columns(capture: Capture, chosen: Chosen = EVERYTHING) -> Columns:
    """Connections; values that exist for both ends are given as pairs: client, server."""
    table = capture.connections
    starts = _times(capture, table["start_ns"][chosen], table["first_packet"][chosen])
    networks = [vlans_and_tunnel(network) for network in table["network"][chosen].tolist()]
    return {
        "id": _ids(table, chosen),
        "client": _endpoints(table, chosen, "client"),
        "server": _endpoints(table, chosen, "server"),
        "start_ns": starts["time_ns"],
        "end_ns": _times(capture, table["end_ns"][chosen], table["last_packet"][chosen])["time_ns"],
        "at_ns": starts["at_ns"],
        "duration_ns": _known(lifetimes(capture, chosen)),
        "protocol": PROTOCOLS[table["protocol"][chosen]].tolist(),
        "inside": _known(PROTOCOLS[table["inside"][chosen]], table["inside"][chosen] != Protocol.UNKNOWN),
        "packets": table["packets"][chosen].tolist(),
        "bytes": table["bytes"][chosen].tolist(),
        "missed_bytes": table["missed_bytes"][chosen].tolist(),
        "outcome": OUTCOMES[outcomes(table, chosen)].tolist(),
        "conn_state": CONN_STATES[table["conn_state"][chosen]].tolist(),
        "history": [bytes(letters).rstrip(b"\0").decode("ascii") for letters in table["history"][chosen]],
        "client_state": STATES[table["client_state"][chosen]].tolist(),
        "server_state": STATES[table["server_state"][chosen]].tolist(),
        "client_state_assumed": (table["assumed"][chosen] & 1 != 0).tolist(),
        "server_state_assumed": (table["assumed"][chosen] & 2 != 0).tolist(),
        "silent": SENDERS[silent_ends(table, chosen)].tolist(),
        "handshake_ns": _known(table["handshake_ns"][chosen]),
        "syn_rtt_ns": _known(table["syn_rtt_ns"][chosen]),
        "closed_by": SENDERS[table["closed_by"][chosen]].tolist(),
        "reset_by": SENDERS[table["reset_by"][chosen]].tolist(),
        "vlan": [[*vlans] or None for vlans, _ in networks],
        "tunnel": [tunnel for _, tunnel in networks],
        "network": [network_text(*network) for network in networks],
        "interface": _interfaces(capture, capture.packets["interface"][table["first_packet"][chosen]]),
        "first_packet": _numbers(capture, table["first_packet"][chosen]),
        "last_packet": _numbers(capture, table["last_packet"][chosen]),
    }


def exchange_columns(capture: Capture, chosen: Chosen = EVERYTHING) -> Columns:
    """HTTP exchanges: the request, its response (null where there is none), and the 1xx responses before it."""
    table, messages = capture.exchanges, capture.http_messages
    requests, responses = table["request"][chosen].tolist(), table["response"][chosen].tolist()
    interim = _informational(capture, chosen)
    pairs = list(zip(requests, responses, strict=True))
    noted = messages["notes"]
    return {
        "id": _ids(table, chosen),
        "connection": table["connection"][chosen].tolist(),
        "request": [_http_message(capture, row) for row in requests],
        "response": [_http_message(capture, row) for row in responses],
        "informational": [[_http_message(capture, row) for row in interim[i]] for i in _ids(table, chosen)],
        "timing_ns": _timings(capture, chosen),
        "took_ns": _known(durations(capture, chosen)),
        **_causes(capture, chosen),
        "notes": [note_names(_or_all(noted[row] for row in pair if row >= 0)) for pair in pairs],
    }


def frame_columns(capture: Capture, chosen: Chosen = EVERYTHING) -> Columns:
    """WebSocket frames (RFC 6455 §5.2)."""
    table = capture.frames
    return {
        "id": _ids(table, chosen),
        "connection": table["connection"][chosen].tolist(),
        "direction": SENDERS[table["direction"][chosen]].tolist(),
        "packet": _numbers(capture, table["packet"][chosen]),
        **_times(capture, table["time_ns"][chosen], table["packet"][chosen]),
        "opcode": table["opcode"][chosen].tolist(),
        "fin": table["fin"][chosen].astype(bool).tolist(),
        "rsv": table["rsv"][chosen].tolist(),
        "masked": table["masked"][chosen].astype(bool).tolist(),
        "length": table["length"][chosen].tolist(),
        "message": _known(table["message"][chosen]),
        "damaged": table["damaged"][chosen].astype(bool).tolist(),
    }


def message_columns(capture: Capture, chosen: Chosen = EVERYTHING) -> Columns:
    """WebSocket messages; if the content is not text, `text` is null and `hex` holds its beginning."""
    table = capture.messages
    contents = [_content(capture, row) for row in _ids(table, chosen)]
    kinds = [MESSAGE_KINDS.get(opcode, str(opcode)) for opcode in table["kind"][chosen].tolist()]
    codes, lengths = _known(table["close_code"][chosen]), table["bytes"][chosen].tolist()
    are_cut = ((table["complete"][chosen] == 0) | (table["bytes"][chosen] > table["text_bytes"][chosen])).tolist()
    texts = [_text(*each) for each in zip(kinds, contents, are_cut, strict=True)]
    return {
        "id": _ids(table, chosen),
        "connection": table["connection"][chosen].tolist(),
        "direction": SENDERS[table["direction"][chosen]].tolist(),
        "kind": kinds,
        "first_packet": _numbers(capture, table["first_packet"][chosen]),
        "last_packet": _numbers(capture, table["last_packet"][chosen]),
        **_times(capture, table["time_ns"][chosen], table["first_packet"][chosen]),
        "frames": table["frames"][chosen].tolist(),
        "compressed": table["compressed"][chosen].astype(bool).tolist(),
        "bytes": lengths,
        "wire_bytes": table["wire_bytes"][chosen].tolist(),
        "text": texts,
        "hex": [_hex(*each) for each in zip(kinds, contents, are_cut, strict=True)],
        "close_code": codes,
        "complete": table["complete"][chosen].astype(bool).tolist(),
        "info": [_info(*each)[:MAX_INFO] for each in zip(kinds, texts, lengths, codes, strict=True)],
    }


def anomaly_columns(capture: Capture, chosen: Chosen = EVERYTHING) -> Columns:
    """Anomalies: the rule that was broken, and a sentence with the values that were compared."""
    table = capture.anomalies
    codes = table["code"][chosen].tolist()
    details = zip(codes, *capture.compared(chosen), strict=True)
    return {
        "id": _ids(table, chosen),
        "code": [ANOMALIES[code].code for code in codes],
        "packet": _numbers(capture, table["packet"][chosen]),
        "connection": _known(table["connection"][chosen]),
        "direction": SENDERS[table["direction"][chosen]].tolist(),
        "severity": [ANOMALIES[code].severity for code in codes],
        "title": [ANOMALIES[code].title for code in codes],
        "detail": [describe(*numbers) for numbers in details],
        "reference": [ANOMALIES[code].reference for code in codes],
    }


def event_columns(capture: Capture, events: Table, chosen: Chosen = EVERYTHING) -> Columns:
    """Events with their sentences; `events` is the result of `story.events`, which is computed on demand."""
    from inspector.views.story import EventKind, sentence  # slow to import, and not needed unless events are shown

    return {
        "id": _ids(events, chosen),
        **_times(capture, events["time_ns"][chosen], events["packet"][chosen]),
        "kind": [EventKind(kind).name.lower() for kind in events["kind"][chosen].tolist()],
        "connection": events["connection"][chosen].tolist(),
        "direction": SENDERS[events["direction"][chosen]].tolist(),
        "packet": _numbers(capture, events["packet"][chosen]),
        "row": _known(events["row"][chosen]),
        "since": _numbers(capture, events["since"][chosen]),
        "count": _known(events["count"][chosen]),
        "bytes": _known(events["bytes"][chosen]),
        "sentence": [sentence(capture, events, i) for i in _ids(events, chosen)],
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


def rows(columns: Columns) -> list[Row]:
    """The same values as one dictionary per row."""
    names = tuple(columns)
    return [dict(zip(names, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def _as_rows(columns: Callable[_Arguments, Columns]) -> Callable[_Arguments, list[Row]]:
    """A function with the same arguments as `columns` that returns rows instead of columns."""

    @wraps(columns)
    def builder(*arguments: _Arguments.args, **named: _Arguments.kwargs) -> list[Row]:
        return rows(columns(*arguments, **named))

    return builder


packet_rows = _as_rows(packet_columns)
connection_rows = _as_rows(connection_columns)
exchange_rows = _as_rows(exchange_columns)
frame_rows = _as_rows(frame_columns)
message_rows = _as_rows(message_columns)
anomaly_rows = _as_rows(anomaly_columns)
event_rows = _as_rows(event_columns)

BUILDERS: dict[str, Callable[..., list[Row]]] = {name: _as_rows(columns) for name, columns in COLUMNS.items()}


def _ids(table: Table, chosen: Chosen) -> list[int]:
    return list(range(*chosen.indices(len(table)))) if isinstance(chosen, slice) else [int(row) for row in chosen]


def _known(values: npt.NDArray[Any], where: npt.NDArray[np.bool_] | None = None) -> list[Any]:
    """The values, with None for unknown ones: where the mask is false or, without a mask, where a value is negative."""
    mask = values >= 0 if where is None else where
    known: list[Any] = values.tolist()
    return (
        known
        if mask.all()
        else [value if is_known else None for value, is_known in zip(known, mask.tolist(), strict=True)]
    )


def _numbers(capture: Capture, packets: Integers) -> list[Any]:
    """Packet rows as the packet numbers that users see; None where there is no packet."""
    return [number or None for number in capture.numbers(packets).tolist()]


def _interfaces(capture: Capture, numbers: Integers) -> list[str | None]:
    """Names of the interfaces that packets were captured on; None if the file names none."""
    names = [interface.name or None for interface in capture.interfaces]
    return [names[number] for number in numbers.tolist()]


def _times(capture: Capture, time_ns: Integers, packets: Integers) -> Columns:
    """The times in `time_ns`, each belonging to the packet row in `packets`; None where the file gives that packet no
    timestamp.
    """
    is_told = has_time(capture, packets)
    return {"time_ns": _known(time_ns, is_told), "at_ns": _known(time_ns - _origin(capture), is_told)}


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


def _endpoints(table: Table, chosen: Chosen, side: str) -> list[str]:
    parts = ("family", f"{side}_hi", f"{side}_lo", f"{side}_port")
    return [endpoint(*row) for row in zip(*(table[part][chosen].tolist() for part in parts), strict=True)]


def _http_message(capture: Capture, row: int) -> Row | None:
    if row < 0:
        return None
    table = capture.http_messages
    message_head = head(capture, row)
    is_request = table["kind"][row] == MessageKind.REQUEST
    time_ns, is_timed = int(table["time_ns"][row]), bool(has_time(capture, table["packet"][row : row + 1])[0])
    start_line = (
        {"method": message_head.method, "target": message_head.target}
        if is_request
        else {"status": message_head.status, "reason": message_head.reason}
    )
    return {
        "packet": int(capture.numbers(np.array(table["packet"][row]))),
        "time_ns": time_ns if is_timed else None,
        "at_ns": time_ns - _origin(capture) if is_timed else None,
        "version": message_head.version,
        **start_line,
        "headers": [list(field) for field in message_head.fields],
        "body_bytes": int(table["body_bytes"][row]),
        "complete": bool(table["complete"][row]),
    }


def _informational(capture: Capture, chosen: Chosen) -> dict[int, list[int]]:
    """Rows of the 1xx responses of each exchange that has any."""
    found: dict[int, list[int]] = defaultdict(list)
    if capture.exchanges["informational"][chosen].any():
        messages = capture.http_messages
        for row in np.flatnonzero(messages["kind"] == MessageKind.INFORMATIONAL).tolist():
            found[int(messages["exchange"][row])].append(row)
    return found


def _timings(capture: Capture, chosen: Chosen) -> list[Row]:
    """For each exchange, how long its parts took: the handshake, sending the request, waiting for the response, and
    receiving it. A time is null if its beginning or end is missing, or if the clock was set in between.

    The handshake is attributed to the first request of a connection. If the sender of a response began it before it
    had the whole request, the wait is 0.
    """
    requests, responses = (capture.exchanges[side][chosen] for side in ("request", "response"))
    parts = (
        connects(capture, chosen),
        transfers(capture, requests),
        waits(capture, chosen),
        transfers(capture, responses),
    )
    names = ("connect", "send", "wait", "receive")
    return [dict(zip(names, times, strict=True)) for times in zip(*map(_known, parts), strict=True)]


def _or_all(bits: Iterable[Any]) -> int:
    together = 0
    for some in bits:
        together |= int(some)
    return together


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
    return {
        "cause": [cause_code(one) if one >= 0 else None for one in cause.tolist()],
        "alternatives": [alternatives_of(some) for some in bits.tolist()],
        "shares_ns": [shares_of(own) for own in shares.tolist()],
    }


def _content(capture: Capture, row: int) -> bytes:
    """The part of a message's content that the engine kept; for a close frame, the reason that follows the status code
    (RFC 6455 §5.5.1).
    """
    table = capture.messages
    address, length = int(table["text_address"][row]), int(table["text_bytes"][row])
    kept = capture.bytes_at(address, min(length, TEXT_LIMIT)) if address >= 0 else b""
    return kept[2:] if table["kind"][row] == Opcode.CLOSE else kept


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


@lru_cache(maxsize=4096)
def _flags(bits: int) -> tuple[str, ...]:
    return tuple(flag_names(bits))


@lru_cache(maxsize=4096)
def _tshark_names(bits: int) -> tuple[str, ...]:
    return tuple(tshark_names(bits))


@lru_cache(maxsize=4096)
def _verdicts(bits: int) -> tuple[str, ...]:
    return tuple(verdict_names(bits))
