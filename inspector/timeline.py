"""What happened, in order: the story that the dashboard and the lessons tell.

Events are a view: they are found in the tables when somebody asks, for one connection or for all, and never kept.
Every kind has one plain sentence for a reader who has never seen TCP.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from inspector import anomalies
from inspector.addresses import socket_of
from inspector.http.fields import head
from inspector.tables import ChunkKind, Direction, MessageKind, Table
from inspector.tcp.header import ACK, FIN, RST, SYN
from inspector.tcp.states import State
from inspector.tcp.verdicts import ConnState, Verdict

if TYPE_CHECKING:
    from inspector.capture import Capture

Rows = npt.NDArray[Any]


class EventKind(IntEnum):
    """Kinds of event; of those that one packet shows, the order here is the order in the story."""

    BEGINS_OPEN = 0
    ASKED = 1
    ANSWERED = 2
    ESTABLISHED = 3
    REPEATED = 4
    REORDERED = 5
    MISSING = 6
    WINDOW_CLOSED = 7
    PROBED = 8
    KEPT_ALIVE = 9
    GAP = 10
    REQUEST = 11
    INFORMATIONAL = 12
    RESPONSE = 13
    UPGRADED = 14
    MESSAGE = 15
    PING = 16
    PONG = 17
    CLOSE_FRAME = 18
    ANOMALY = 19
    FINISHED = 20
    REFUSED = 21
    RESET = 22
    CLOSED = 23


SENTENCES: dict[EventKind, str] = {
    EventKind.BEGINS_OPEN: "{client} and {server} are already connected when the capture begins.",
    EventKind.ASKED: "SYN: {client} asks {server} to open a connection.",
    EventKind.ANSWERED: "SYN-ACK: the server at {server} agrees, and asks to be heard in turn.",
    EventKind.ESTABLISHED: "ACK: the server's answer arrived. The pipe between {client} and {server} is built.",
    EventKind.REPEATED: "{Who} sends bytes again that it had sent before ({verdict}).",
    EventKind.REORDERED: "A segment of {who} arrives later than one sent after it.",
    EventKind.MISSING: "Something {whose} is missing here: the capture did not see it ({verdict}).",
    EventKind.WINDOW_CLOSED: "{Who} has no room for more: its receive window is 0.",
    EventKind.PROBED: "{Who} asks whether there is room again (window probe).",
    EventKind.KEPT_ALIVE: "{Who} asks whether the other end is still there (keep-alive).",
    EventKind.GAP: "{count} bytes of {who} are not in the capture.",
    EventKind.REQUEST: "{Who} asks: {text}",
    EventKind.INFORMATIONAL: "{Who} says in advance: {text}",
    EventKind.RESPONSE: "{Who} answers: {text}",
    EventKind.UPGRADED: "{Who} agrees to switch ({text}): from here on either side may speak at any time.",
    EventKind.MESSAGE: "{Who} says: {text}",
    EventKind.PING: "{Who} sends a ping: are you there?",
    EventKind.PONG: "{Who} sends a pong: I am.",
    EventKind.CLOSE_FRAME: "{Who} says goodbye{text}.",
    EventKind.ANOMALY: "Odd: {text}",
    EventKind.FINISHED: "FIN: {who} has nothing more to say.",
    EventKind.REFUSED: "RST: nobody listens at {server}; the connection is refused.",
    EventKind.RESET: "RST: {who} breaks the connection off.",
    EventKind.CLOSED: "Both ends have closed: the pipe is gone.{wait}",
}

WEBSOCKET_KINDS = {
    1: EventKind.MESSAGE,
    2: EventKind.MESSAGE,
    8: EventKind.CLOSE_FRAME,
    9: EventKind.PING,
    10: EventKind.PONG,
}

HTTP_KINDS = {
    MessageKind.REQUEST: EventKind.REQUEST,
    MessageKind.INFORMATIONAL: EventKind.INFORMATIONAL,
    MessageKind.RESPONSE: EventKind.RESPONSE,
}

VERDICT_EVENTS: tuple[tuple[int, EventKind], ...] = (
    (Verdict.RETRANSMISSION | Verdict.FAST_RETRANSMISSION | Verdict.SPURIOUS_RETRANSMISSION, EventKind.REPEATED),
    (Verdict.OUT_OF_ORDER, EventKind.REORDERED),
    (Verdict.LOST_SEGMENT | Verdict.ACK_LOST_SEGMENT, EventKind.MISSING),
    (Verdict.ZERO_WINDOW, EventKind.WINDOW_CLOSED),
    (Verdict.ZERO_WINDOW_PROBE | Verdict.EMPTY_WINDOW_PROBE, EventKind.PROBED),
    (Verdict.KEEP_ALIVE, EventKind.KEPT_ALIVE),
)

TEXT_LIMIT = 80
"""Characters of a message or a target that a sentence quotes."""


def events(capture: Capture, connection: int | None = None) -> Table:
    """The story of one connection, or of all of them, in order of packets.

    Returns:
        A fresh table of schema `tables.EVENTS`.
    """
    pieces = list(_pieces(capture, connection))
    kind = np.concatenate([np.full(len(packet), k, np.uint8) for k, packet, _ in pieces])
    packet = np.concatenate([packet for _, packet, _ in pieces])
    row = np.concatenate([row for _, _, row in pieces])
    order = np.lexsort((row, kind, packet))
    kind, packet, row = kind[order], packet[order], row[order]
    table = Table("events")
    table.reserve(len(kind))
    table.rows = len(kind)
    table["kind"][:] = kind
    table["packet"][:] = packet
    table["row"][:] = row
    for column in ("time_ns", "connection", "direction"):
        table[column][:] = capture.packets[column][packet]
    return table


def _pieces(capture: Capture, connection: int | None) -> Iterator[tuple[EventKind, Rows, Rows]]:
    """Kind, packet rows and table rows of every sort of event."""
    yield from _tcp_pieces(capture, connection)
    yield from _stream_pieces(capture, connection)
    yield from _http_pieces(capture, connection)
    yield from _websocket_pieces(capture, connection)
    rows = _rows_of(capture.anomalies, connection)
    yield EventKind.ANOMALY, capture.anomalies["packet"][rows], rows


def _rows_of(table: Table, connection: int | None) -> Rows:
    """Rows of a table that belong to the connection; all that belong to any, when it is None."""
    column = table["connection"]
    return np.flatnonzero(column >= 0 if connection is None else column == connection)


def _tcp_pieces(capture: Capture, connection: int | None) -> Iterator[tuple[EventKind, Rows, Rows]]:
    packets, connections = capture.packets, capture.connections
    rows = _rows_of(packets, connection)
    rows = rows[np.argsort(packets["connection"][rows], kind="stable")]
    of = packets["connection"][rows]
    flags, verdicts = packets["flags"][rows], packets["analysis"][rows]
    client, server = packets["client_state"][rows], packets["server_state"][rows]
    begins = np.ones(len(rows), bool)
    begins[1:] = of[1:] != of[:-1]
    fresh = verdicts & VERDICT_EVENTS[0][0] == 0
    resets = flags & RST != 0
    refused = resets & (connections["conn_state"][of] == ConnState.REJ)
    opened = (client == State.ESTABLISHED) & (server == State.ESTABLISHED)
    shaken = opened & ~_before(opened, begins) & ~begins & (_before(server, begins) == State.SYN_RECEIVED)
    over = np.isin(client, (State.CLOSED, State.TIME_WAIT)) & np.isin(server, (State.CLOSED, State.TIME_WAIT))
    found = (
        (EventKind.BEGINS_OPEN, begins & (flags & (SYN | RST) == 0)),
        (EventKind.ASKED, fresh & (flags & (SYN | ACK) == SYN)),
        (EventKind.ANSWERED, fresh & (flags & (SYN | ACK) == SYN | ACK)),
        (EventKind.ESTABLISHED, shaken),
        (EventKind.FINISHED, fresh & (flags & FIN != 0) & ~resets),
        (EventKind.REFUSED, refused),
        (EventKind.RESET, resets & ~refused),
        (EventKind.CLOSED, over & ~_before(over, begins) & ~resets & ~begins),
        *((kind, verdicts & bits != 0) for bits, kind in VERDICT_EVENTS),
    )
    for kind, where in found:
        yield kind, rows[where], np.full(int(where.sum()), -1)


def _before(values: Rows, begins: Rows) -> Rows:
    """Each value's predecessor in the same connection; the zero of its type at a connection's first packet."""
    previous = np.zeros_like(values)
    previous[1:] = values[:-1]
    previous[begins] = 0
    return previous


def _stream_pieces(capture: Capture, connection: int | None) -> Iterator[tuple[EventKind, Rows, Rows]]:
    chunks = capture.chunks
    rows = _rows_of(chunks, connection)
    rows = rows[chunks["kind"][rows] == ChunkKind.GAP]
    yield EventKind.GAP, chunks["packet"][rows], rows


def _http_pieces(capture: Capture, connection: int | None) -> Iterator[tuple[EventKind, Rows, Rows]]:
    table = capture.http_messages
    rows = _rows_of(table, connection)
    switches = table["status"][rows] == 101
    for message_kind, kind in HTTP_KINDS.items():
        chosen = rows[(table["kind"][rows] == message_kind) & ~switches]
        yield kind, table["packet"][chosen], chosen
    yield EventKind.UPGRADED, table["packet"][rows[switches]], rows[switches]


def _websocket_pieces(capture: Capture, connection: int | None) -> Iterator[tuple[EventKind, Rows, Rows]]:
    table = capture.messages
    rows = _rows_of(table, connection)
    for opcode, kind in WEBSOCKET_KINDS.items():
        chosen = rows[table["kind"][rows] == opcode]
        yield kind, table["last_packet"][chosen], chosen


def sentence(capture: Capture, table: Table, i: int) -> str:
    """What event `i` of an events table means, in one plain sentence. Quoted bytes of the capture are text,
    shortened.
    """
    kind = EventKind(int(table["kind"][i]))
    packet, row = int(table["packet"][i]), int(table["row"][i])
    connection = int(table["connection"][i])
    client, server = (socket_of(capture.connections, connection, side) for side in (0, 1))
    is_client = int(table["direction"][i]) == Direction.CLIENT
    return SENTENCES[kind].format(
        client=client,
        server=server,
        who="the client" if is_client else "the server",
        Who="The client" if is_client else "The server",
        whose=_whose(capture, packet, is_client),
        verdict=_verdict_words(int(capture.packets["analysis"][packet])),
        count=int(capture.chunks["length"][row]) if kind is EventKind.GAP else 0,
        text=_quoted(capture, kind, row),
        wait=_wait_words(capture, packet) if kind is EventKind.CLOSED else "",
    )


def _whose(capture: Capture, packet: int, is_client: bool) -> str:
    """Who sent what is missing: the sender of a segment beyond a hole, the peer of one that acknowledges unseen
    bytes.
    """
    from_sender = bool(int(capture.packets["analysis"][packet]) & Verdict.LOST_SEGMENT)
    return "the client sent" if from_sender == is_client else "the server sent"


def _verdict_words(bits: int) -> str:
    words = {
        Verdict.FAST_RETRANSMISSION: "fast retransmission",
        Verdict.SPURIOUS_RETRANSMISSION: "the other end already had them",
        Verdict.RETRANSMISSION: "retransmission",
        Verdict.LOST_SEGMENT: "the bytes before this segment",
        Verdict.ACK_LOST_SEGMENT: "this packet acknowledges it",
    }
    return ", ".join(text for verdict, text in words.items() if bits & verdict)


def _wait_words(capture: Capture, packet: int) -> str:
    """Which end keeps its port in TIME-WAIT (RFC 9293 §3.6)."""
    for side, column in (("client", "client_state"), ("server", "server_state")):
        if capture.packets[column][packet] == State.TIME_WAIT:
            return f" The {side} waits a while (TIME-WAIT), so that late packets find no wrong owner."
    return ""


def _quoted(capture: Capture, kind: EventKind, row: int) -> str:
    """The words of an event that has any: a start line, a message's text, an anomaly's detail."""
    if kind in (EventKind.REQUEST, EventKind.RESPONSE, EventKind.INFORMATIONAL, EventKind.UPGRADED):
        start = head(capture, row)
        if not start.method and not start.status:
            return "a body without a head (HTTP/0.9)"
        text = f"{start.method} {start.target}" if start.method else f"{start.status} {start.reason}"
        return _shorten(text.strip())
    if kind is EventKind.MESSAGE:
        return _message_words(capture, row)
    if kind is EventKind.CLOSE_FRAME:
        code = int(capture.messages["close_code"][row])
        return f" (close code {code})" if code >= 0 else ""
    if kind is EventKind.ANOMALY:
        table = capture.anomalies
        return anomalies.describe(*(int(table[column][row]) for column in ("code", "a", "b", "c")))
    return ""


def _message_words(capture: Capture, row: int) -> str:
    table = capture.messages
    size = int(table["bytes"][row])
    if table["kind"][row] != 1:
        return f"{size} bytes of binary data"
    text = capture.bytes_at(int(table["text_address"][row]), int(table["text_bytes"][row])).decode("utf-8", "replace")
    return f"“{_shorten(text)}”" if text else f"{size} bytes of text"


def _shorten(text: str) -> str:
    return text if len(text) <= TEXT_LIMIT else text[: TEXT_LIMIT - 1] + "…"


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of a connection's life, for the bracket beside its packets; packet rows, both included."""

    name: str
    first_packet: int
    last_packet: int


def phases(capture: Capture, connection: int, first: int = 0, last: int | None = None) -> list[Phase]:
    """The phases of one connection: handshake, exchanges, upgrade, conversation, close; they may overlap.

    Of the exchanges, which may be many, only those that begin in packets rows `first` to `last`, both included, and the
    one that began last before them.
    """
    found: list[Phase] = []
    packets = capture.packets
    rows = _rows_of(packets, connection)
    if not len(rows):
        return found
    opening = rows[packets["flags"][rows] & SYN != 0]
    if len(opening):
        story = events(capture, connection)
        built = story["packet"][story["kind"] == EventKind.ESTABLISHED]
        shaken = int(built[0]) if len(built) else int(opening[-1])
        found.append(Phase("handshake", int(opening[0]), shaken))
    found += _exchange_phases(capture, connection, first, int(rows[-1]) if last is None else last)
    messages = _rows_of(capture.messages, connection)
    if len(messages):
        table = capture.messages
        found.append(
            Phase("conversation", int(table["first_packet"][messages].min()), int(table["last_packet"][messages].max()))
        )
    closing = rows[packets["flags"][rows] & (FIN | RST) != 0]
    if len(closing):
        found.append(Phase("close", int(closing[0]), int(rows[-1])))
    return found


def _exchange_phases(capture: Capture, connection: int, first: int, last: int) -> Iterator[Phase]:
    table = capture.http_messages
    names = {MessageKind.REQUEST: "request", MessageKind.RESPONSE: "response", MessageKind.INFORMATIONAL: "response"}
    rows = _rows_of(table, connection)
    begins = table["packet"][rows]
    before = begins[begins < first]
    if len(before):
        first = int(before.max())
    for row in rows[(begins >= first) & (begins <= last)].tolist():
        name = "upgrade" if table["status"][row] == 101 else names[MessageKind(int(table["kind"][row]))]
        yield Phase(name, int(table["packet"][row]), int(table["last_packet"][row]))
