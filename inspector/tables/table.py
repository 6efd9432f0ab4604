"""The tables of a capture: their columns, dtypes and units, and a table that grows.

Every fact the engine finds is a row here; the command line, the dashboard, exports and lessons are views of these rows.
Payload bytes are never copied in: a row holds *addresses* (see `arena.py`) into the mapped file.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
import numpy.typing as npt


class Direction(IntEnum):
    """Which end of a connection sent something. The client is the end that opened the connection."""

    CLIENT = 0
    SERVER = 1


SIDES = tuple(direction.name.lower() for direction in Direction)
"""The names of the two ends, indexed by `Direction`."""


class ChunkKind(IntEnum):
    """The kinds of piece that make up a byte stream."""

    DATA = 0
    GAP = 1
    """Bytes that were sent but are not in the capture."""
    END = 2
    """FIN: the sender will send no more."""
    ABORT = 3
    """RST: the sender aborted the connection; both directions end."""


class Duplicate(IntEnum):
    """Whether a packet had been captured before, and where (tcp.duplicate_packets)."""

    NONE = 0
    SAME_PLACE = 1
    """The copy is identical to the last bit; tshark cannot distinguish it from a retransmission."""
    ELSEWHERE = 2
    """On another interface, in another VLAN or tunnel, or on the other side of a router."""


class Protocol(IntEnum):
    """The application protocol of a connection, above TCP."""

    UNKNOWN = 0
    HTTP = 1
    WEBSOCKET = 2
    TLS = 3
    TUNNEL = 4
    """After an HTTP CONNECT with a 2xx response, or an Upgrade to a protocol that is not dissected."""
    HTTP2 = 5
    """Recognised by its preface (RFC 9113 §3.4) or by an Upgrade to h2c; it is named but not dissected."""


PROTOCOL_NAMES: dict[int, str] = {
    Protocol.HTTP: "HTTP",
    Protocol.WEBSOCKET: "WebSocket",
    Protocol.HTTP2: "HTTP/2",
    Protocol.TLS: "TLS",
    Protocol.TUNNEL: "tunnel",
    Protocol.UNKNOWN: "TCP",
}
"""The names under which protocols are shown. For an unknown protocol, only the TCP below it can be named."""


class MessageKind(IntEnum):
    """Kinds of HTTP message (RFC 9112 §2.1); informational means any 1xx response except 101 (RFC 9110 §15.2)."""

    REQUEST = 0
    RESPONSE = 1
    INFORMATIONAL = 2


class BodyFraming(IntEnum):
    """How the end of an HTTP body is determined (RFC 9112 §6.3)."""

    NONE = 0
    LENGTH = 1
    CHUNKED = 2
    CLOSE = 3
    TUNNEL = 4


class Checksum(IntEnum):
    """Whether a segment's checksum is right.

    It is not known if the segment was not captured whole or was reassembled from fragments, or if the checksum had not
    been computed yet (by the sender's network card) or was no longer computed (by the receiver's kernel).
    """

    NOT_KNOWN = 0
    RIGHT = 1
    WRONG = 2


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name (including the unit, if it has one), dtype, meaning and default value.

    `width` is the number of items per row in a wide column, 0 otherwise.
    """

    name: str
    dtype: str
    doc: str
    default: int = 0
    width: int = 0


def _c(name: str, dtype: str, doc: str, default: int = 0, width: int = 0) -> Column:
    return Column(name, dtype, doc, default, width)


PACKETS = (
    _c("time_ns", "i8", "capture time, ns since 1970-01-01 UTC"),
    _c("address", "i8", "address of the first captured byte"),
    _c("captured", "u4", "bytes of the packet that are in the file"),
    _c("length", "u4", "bytes the packet had on the wire"),
    _c("interface", "u2", "index in Capture.interfaces"),
    _c("clock", "u2", "inspector.engine.clocks: times of the same clock can be compared"),
    _c("ip_protocol", "u1", "IP protocol number of the innermost IP header; 255 when there is none"),
    _c("connection", "i4", "row in connections, -1 when the packet is not TCP"),
    _c("direction", "i1", "Direction of the sender, -1 when the packet is not TCP"),
    _c("flags", "u2", "the TCP header's 12 flag bits (RFC 9293 §3.1): FIN 1, SYN 2, RST 4, PSH 8, ACK 16, …"),
    _c("seq", "u4", "sequence number as sent"),
    _c("ack", "u4", "acknowledgment number as sent"),
    _c("window", "u4", "receive window in bytes, scaled once both ends' scale is known (RFC 7323 §2)"),
    _c(
        "window_shift",
        "i1",
        "by how many bits that was scaled; -1 when it is the field as sent and its scale not known",
    ),
    _c(
        "peer_scale",
        "i1",
        "internal: what was known of the receiver's window scale when the segment was sent: -1 nothing, -2 none",
        -1,
    ),
    _c("payload_address", "i8", "address of the first byte of TCP payload"),
    _c("payload", "u4", "bytes of TCP payload by the IP header's length"),
    _c("payload_captured", "u4", "bytes of that payload that are in the file"),
    _c("analysis", "u4", "bits of tcp.verdicts.Verdict"),
    _c("client_state", "u1", "tcp.states.State of the client after this packet"),
    _c("server_state", "u1", "tcp.states.State of the server after this packet"),
    _c("assumed", "u1", "which of both states is only assumed: the client's 1, the server's 2"),
    _c("acceptance", "u1", "tcp.verdicts.DropReason of its receiver, and bits of tcp.verdicts.Acceptance"),
    _c("duplicate", "u1", "Duplicate: whether the same packet was captured before, and where"),
    _c("ack_rtt_ns", "i8", "time since the segment whose last byte this packet acknowledges; -1 not known"),
    _c("in_flight", "u4", "bytes of this sender not yet acknowledged, after this packet"),
    _c("previous", "i4", "internal: the connection's packet before this one, -1 none"),
    _c("next_unacked", "i4", "internal: next packet of this sender that waits for its ACK, -1 last"),
    _c("next_held", "i4", "internal: next packet of this sender that waits for the bytes before it, -1 last"),
)

HEADERS = (
    _c("is_tcp", "u1", "1 when the packet carries a TCP header, captured at least up to its window"),
    _c("family", "u1", "4 or 6; 0 when there is no IP"),
    _c("source_hi", "u8", "upper half of the source address (0 for IPv4)"),
    _c("source_lo", "u8", "lower half of the source address"),
    _c("destination_hi", "u8", "upper half of the destination address"),
    _c("destination_lo", "u8", "lower half of the destination address"),
    _c("source_port", "u2", ""),
    _c("destination_port", "u2", ""),
    _c("network", "u8", "what distinguishes the packet's network from others: VLANs, or the tunnel's key; 0 none"),
    _c("place", "u8", "where it was captured: interface, link header, hops left"),
    _c("ip_id", "u2", "IPv4 identification; 0 none"),
    _c("checksum", "u2", "TCP checksum; 0 when it is not captured"),
    _c("window_field", "u2", "the window as in the header, unscaled"),
    _c("options", "u1", "bits of wire.tcp_options.Option: which TCP options the segment carries"),
    _c("mss", "u2", "maximum segment size option (RFC 9293 §3.7.1)"),
    _c("scale", "u1", "window scale option, as sent (RFC 7323 §2.2)"),
    _c("timestamp", "u4", "TSval (RFC 7323 §3.2)"),
    _c("timestamp_echo", "u4", "TSecr"),
    _c("sack_blocks", "u1", "blocks in the SACK option (RFC 2018 §3), 0 to 4"),
    _c("sack", "u4", "their edges: left, right, left, right, …", 0, 8),
    _c("ip_bytes", "u4", "IP total length"),
    _c("checksum_is", "u1", "Checksum: whether the TCP checksum is that of the segment"),
)
"""Scratch rows of the current batch, one per packet: header fields that the tracker needs but no other table keeps."""

CHUNKS = (
    _c("connection", "i4", "row in connections"),
    _c("direction", "i1", "Direction of the sender"),
    _c("kind", "u1", "ChunkKind"),
    _c("packet", "i4", "row in packets that carried the bytes (of a gap: that revealed it)"),
    _c("at", "i4", "row in packets whose arrival completed the stream up to here (≥ packet)"),
    _c("address", "i8", "address of the first byte; 0 for a gap or an end"),
    _c("length", "i8", "bytes; 0 for an end"),
    _c("stream_offset", "i8", "bytes of this direction before this piece, gaps counted"),
    _c("previous", "i4", "internal: row of the piece before it in its stream, -1 none", -1),
)
"""The pieces of all byte streams, in the order in which they became readable. The rows of one direction are in stream
order."""

CONNECTIONS = (
    _c("family", "u1", "4 or 6"),
    _c("client_hi", "u8", "upper half of the client's address (0 for IPv4)"),
    _c("client_lo", "u8", "lower half"),
    _c("server_hi", "u8", "upper half of the server's address"),
    _c("server_lo", "u8", "lower half"),
    _c("client_port", "u2", ""),
    _c("server_port", "u2", ""),
    _c("start_ns", "i8", "time of the first packet"),
    _c("end_ns", "i8", "time of the last packet"),
    _c("first_packet", "i4", "row in packets"),
    _c("last_packet", "i4", "row in packets"),
    _c("previous", "i4", "row of the connection that had the same two sockets before; -1 none", -1),
    _c(
        "network",
        "u8",
        "what distinguishes its network from others (headers.network): VLANs, or a tunnel's key; 0 none",
    ),
    _c("protocol", "u1", "Protocol"),
    _c("inside", "u1", "Protocol inside a tunnel; 0 none, or not known"),
    _c("packets", "u4", "packets sent by client, server", 0, 2),
    _c("bytes", "i8", "TCP payload bytes sent by client, server; retransmissions counted", 0, 2),
    _c("missed_bytes", "i8", "bytes in gaps of the stream of client, server", 0, 2),
    _c("retransmissions", "u4", "packets in which client, server sent again what they had sent before", 0, 2),
    _c("isn", "u4", "what relative sequence numbers of client, server start from", 0, 2),
    _c(
        "isn_known",
        "u1",
        "1 when that number was read from a SYN, 2 when inferred (mid-connection), 0 nothing yet",
        0,
        2,
    ),
    _c("scale", "i1", "window shift of client, server; -1 not seen, -2 none offered, -3 in a SYN not captured", -1, 2),
    _c("mss", "u2", "maximum segment size advertised by client, server; 0 none", 0, 2),
    _c("options", "u1", "wire.tcp_options.Option bits on the SYN of client, server", 0, 2),
    _c("conn_state", "u1", "tcp.verdicts.ConnState (Zeek's)"),
    _c("history", "u1", "Zeek's history letters in ASCII, 0 after the last, limited in length", 0, 40),
    _c("client_state", "u1", "tcp.states.State now"),
    _c("server_state", "u1", "tcp.states.State now"),
    _c("assumed", "u1", "which of both is only assumed: the client's 1, the server's 2"),
    _c("handshake_ns", "i8", "SYN to the ACK that completes the handshake; -1 when not seen whole", -1),
    _c("syn_rtt_ns", "i8", "SYN to SYN-ACK; -1 when not seen", -1),
    _c("closed_by", "i1", "Direction that sent the first FIN or RST; -1 nobody yet", -1),
    _c("reset_by", "i1", "Direction that sent the first RST by which its own end is closed; -1 nobody yet", -1),
    _c("completeness", "u1", "tshark's tcp.completeness bits"),
)

HTTP_MESSAGES = (
    _c("exchange", "i4", "row in exchanges"),
    _c("connection", "i4", "row in connections"),
    _c("direction", "i1", "Direction of the sender"),
    _c("kind", "u1", "MessageKind"),
    _c("packet", "i4", "row in packets that carried the first byte"),
    _c("last_packet", "i4", "row in packets that carried the last byte so far"),
    _c("time_ns", "i8", "time of the first byte"),
    _c("end_ns", "i8", "time at which the last byte so far was available"),
    _c("head_address", "i8", "address of the start line; -1 when it could not be kept", -1),
    _c("head_bytes", "u4", "bytes of start line and fields, to the end of the empty line"),
    _c("stream_offset", "i8", "stream offset of the start line"),
    _c("body_offset", "i8", "stream offset of the first byte after the header"),
    _c("body_end", "i8", "stream offset after the last byte of the body with its framing, so far"),
    _c("body_bytes", "i8", "content bytes so far, without chunk framing, gaps counted"),
    _c("framing", "u1", "BodyFraming"),
    _c("status", "u2", "status code; 0 for a request"),
    _c("complete", "u1", "1 when its end was seen and nothing of it is missing"),
    _c("notes", "u4", "bits of http.message_notes.Note"),
)

EXCHANGES = (
    _c("connection", "i4", "row in connections"),
    _c("request", "i4", "row in http_messages, -1 for an orphan response", -1),
    _c("response", "i4", "row in http_messages, -1 while unanswered", -1),
    _c("informational", "u2", "how many 1xx responses came before the response"),
)

FRAMES = (
    _c("connection", "i4", "row in connections"),
    _c("direction", "i1", "Direction of the sender"),
    _c("packet", "i4", "row in packets that carried the first byte"),
    _c("last_packet", "i4", "row in packets that carried the last byte"),
    _c("time_ns", "i8", "time of the first byte"),
    _c("opcode", "u1", "RFC 6455 §5.2"),
    _c("fin", "u1", "1 on the last frame of a message"),
    _c("rsv", "u1", "RSV1 4, RSV2 2, RSV3 1"),
    _c("masked", "u1", "1 when the payload is masked"),
    _c("mask", "u4", "masking key, big-endian"),
    _c("length", "u8", "payload bytes"),
    _c("payload_offset", "i8", "stream offset of the payload"),
    _c("message", "i4", "row in messages, -1 when it belongs to none", -1),
    _c("damaged", "u1", "1 when a gap or the end of the capture lies inside the frame"),
)

MESSAGES = (
    _c("connection", "i4", "row in connections"),
    _c("direction", "i1", "Direction of the sender"),
    _c("kind", "u1", "websocket.opcodes.Opcode of its first frame: 1 text, 2 binary, 8 close, 9 ping, 10 pong"),
    _c("first_packet", "i4", "row in packets"),
    _c("last_packet", "i4", "row in packets"),
    _c("first_frame", "i4", "row in frames"),
    _c("frames", "u4", "how many frames it was cut into, so far"),
    _c("time_ns", "i8", "time of the first byte"),
    _c("end_ns", "i8", "time at which the last byte was available"),
    _c("compressed", "u1", "1 when permessage-deflate was applied (RFC 7692)"),
    _c("wire_bytes", "u8", "payload bytes of its frames"),
    _c("bytes", "u8", "bytes after decompression; wire_bytes when not compressed or not decompressible"),
    _c("text_address", "i8", "address of the kept (unmasked, inflated) beginning of its content; -1 none", -1),
    _c("text_bytes", "u4", "how much of the content is kept there"),
    _c("close_code", "i4", "RFC 6455 §7.4; -1 none", -1),
    _c("complete", "u1", "1 when its last frame was seen and nothing is missing"),
)

ANOMALIES = (
    _c("code", "u2", "row in anomalies.ANOMALIES"),
    _c("packet", "i4", "row in packets"),
    _c("connection", "i4", "row in connections, -1 when none", -1),
    _c("direction", "i1", "Direction of the sender concerned, -1 when none", -1),
    _c("a", "i8", "the numbers that were compared; the code's detail template names them"),
    _c("b", "i8", ""),
    _c("c", "i8", ""),
)

EVENTS = (
    _c("time_ns", "i8", "when it happened"),
    _c("kind", "u1", "views.story.kinds.EventKind"),
    _c("connection", "i4", "row in connections"),
    _c("direction", "i1", "Direction of who did it"),
    _c("packet", "i4", "row in packets that shows it"),
    _c("row", "i4", "row of the table that the kind names; -1 none", -1),
    _c("since", "i4", "row in packets from which its duration counts; -1 none", -1),
    _c("count", "i4", "number of packets or segments; -1 not counted", -1),
    _c("bytes", "i8", "number of bytes; -1 not counted", -1),
    _c("reset", "i1", "views.story.kinds.Reset of a RST; -1 no RST", -1),
)

WAITS = (
    _c("kind", "u1", "query.waits.WaitKind: whether it is an exchange's or a message's"),
    _c("row", "i4", "row in exchanges or messages"),
    _c("connection", "i4", "row in connections"),
    _c("time_ns", "i8", "when it began, without the handshake"),
    _c("wait_ns", "i8", "how long it took, with the handshake; -1 not known: no request, or times that go back", -1),
    _c("first_packet", "i4", "row in packets"),
    _c("last_packet", "i4", "row in packets"),
    _c("cause", "i1", "query.wait_causes.Cause with the largest share; -1 none", -1),
    _c("alternatives", "u2", "bits (1 << Cause) of causes that the packets cannot tell from that"),
    _c("shares", "i8", "ns for each Cause; together wait_ns", 0, 11),
)

_ENDS = (
    _c("family", "u1", "4 or 6"),
    _c("local_hi", "u8", "upper half of its own address (0 for IPv4)"),
    _c("local_lo", "u8", "lower half"),
    _c("local_port", "u2", "0 while it has none"),
    _c("remote_hi", "u8", "upper half of the other end's address"),
    _c("remote_lo", "u8", "lower half"),
    _c("remote_port", "u2", "0 while it is not connected"),
    _c("connection", "i4", "row in connections, -1 when none is known", -1),
    _c("direction", "i1", "Direction: which end of it, -1 when none is known", -1),
    _c("revision", "i4", "descriptors.history.DescriptorHistory.revision at which the row was added or changed last"),
)

TOKENS = (
    _c("namespace", "u8", "number of the network namespace; 0 where there are none"),
    _c("pid", "i4", "the process"),
    _c("process", "u1", "its name in UTF-8, 0 behind the last byte", 0, 16),
    _c("fd", "i4", "the number that the process holds the socket by"),
    _c("inode", "u8", "the kernel's number of the socket itself; 0 if unknown"),
    _c("opened_ns", "i8", "when the number was allocated, or first seen"),
    _c("opened_by", "u1", "descriptors.history.Opened"),
    _c("connect_ns", "i8", "when the process called connect(); -1 not reported", -1),
    _c("closed_ns", "i8", "when the number was closed, or first missing; -1 not yet", -1),
    _c("closed_by", "u1", "descriptors.history.Closed"),
    _c("role", "u1", "descriptors.history.Role"),
    _c("name", "u1", "the name by which the process's registry lists it, in UTF-8; empty when none", 0, 64),
    _c("named_ns", "i8", "when the name was entered in the registry; -1 never", -1),
    _c("forgotten_ns", "i8", "when it was removed again; -1 not yet", -1),
    *_ENDS,
)
"""The lifetimes of socket file descriptors. A descriptor number belongs to one process and is reused, so a lifetime is
identified by namespace, process, number, inode and the time at which the number was handed out."""

KERNEL = (
    _c("time_ns", "i8", "when the kernel was queried"),
    _c("took_ns", "i8", "how long its reply took"),
    _c("namespace", "u8", "as in tokens"),
    _c("state", "u1", "tcp.states.State; CLOSED when it is not listed"),
    _c("is_listed", "u1", "0 when the kernel no longer has it"),
    _c("inode", "u8", "0 when no process holds it: before accept, after close, in TIME-WAIT"),
    _c("holders", "u2", "how many numbers are known to hold it"),
    _c("token", "i4", "row in tokens of the first of them, -1 none known", -1),
    _c("unread", "u4", "bytes received and not read yet; of a listener: connections that wait to be accepted"),
    _c("unacknowledged", "u4", "bytes sent and not acknowledged yet; of a listener: how many may wait"),
    _c("has_figures", "u1", "1 when the kernel gave those that follow (TCP_INFO)"),
    _c("rtt_us", "u4", "smoothed round trip time (RFC 6298)"),
    _c("rtt_variation_us", "u4", "its mean deviation"),
    _c("least_rtt_us", "u4", "shortest round trip seen lately; 0 none yet"),
    _c("congestion_window", "u4", "segments that may be in flight"),
    _c("retransmissions", "u4", "segments retransmitted since the connection began"),
    _c("pacing_rate", "i8", "bytes a second at which it may send; -1 no limit", -1),
    *_ENDS,
)
"""The kernel's state of one end of a connection, or of a listener: one row per change."""

SCHEMAS: dict[str, tuple[Column, ...]] = {
    "packets": PACKETS,
    "headers": HEADERS,
    "chunks": CHUNKS,
    "connections": CONNECTIONS,
    "http_messages": HTTP_MESSAGES,
    "exchanges": EXCHANGES,
    "frames": FRAMES,
    "messages": MESSAGES,
    "anomalies": ANOMALIES,
    "events": EVENTS,
    "waits": WAITS,
    "tokens": TOKENS,
    "kernel": KERNEL,
}

FIRST_CAPACITY = 64
"""The number of rows for which a table has room at first; it is small, since many captures are small."""


class Table:
    """Named numpy columns of the same length that grow together.

    `table["seq"]` is the column, trimmed to the rows in use: shape (n,), or (n, width) for a wide column. It is a view
    in which later rows do not appear. Producers write through `memoryview`s taken with `view`, which are out of date
    once the columns have moved (`Moves`).

    Attributes:
        rows: the number of rows in use.
        capacity: the number of rows there is room for; whenever it grows, the columns move in memory.
        expected: the number of rows there will probably be; when the table must grow, it grows to this size at once.
    """

    def __init__(self, name: str, schema: tuple[Column, ...] | None = None) -> None:
        self.name = name
        self.schema = schema or SCHEMAS[name]
        self.rows = 0
        self.capacity = 0
        self.expected = 0
        self._columns: dict[str, npt.NDArray[Any]] = {c.name: _fresh(c, 0) for c in self.schema}

    def __len__(self) -> int:
        return self.rows

    def __getitem__(self, column: str) -> npt.NDArray[Any]:
        return self._columns[column][: self.rows]

    def __repr__(self) -> str:
        return f"<{self.name}: {self.rows} rows>"

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(self._columns)

    def raw(self, column: str) -> npt.NDArray[Any]:
        """The column with all its capacity, for the module that fills it; unused rows hold the default."""
        return self._columns[column]

    def view(self, column: str) -> memoryview:
        """`raw` as a memoryview, which both compiled and plain Python producers read and write (its items are ints)."""
        return memoryview(self._columns[column])

    def reserve(self, more: int) -> bool:
        """Make room for `more` rows after those in use; returns True if the columns moved (take the views again)."""
        needed = self.rows + more
        if needed <= self.capacity:
            return False
        self.capacity = max(needed, 2 * self.capacity, self.expected, FIRST_CAPACITY)
        for column in self.schema:
            grown = _fresh(column, self.capacity)
            grown[: self.rows] = self._columns[column.name][: self.rows]
            self._columns[column.name] = grown
        return True

    def chosen(self, rows: npt.NDArray[np.intp]) -> Table:
        """A new table with copies of these rows."""
        found = Table(self.name, self.schema)
        found.reserve(len(rows))
        found.rows = len(rows)
        for column in self.schema:
            found[column.name][:] = self[column.name][rows]
        return found

    def to_dict(self) -> dict[str, npt.NDArray[Any]]:
        """The columns by name, trimmed to the rows in use, as `pandas.DataFrame` and `polars.from_dict` accept them.

        A wide column becomes several: `name_0`, `name_1`, ….
        """
        out: dict[str, npt.NDArray[Any]] = {}
        for column in self.schema:
            values = self[column.name]
            if column.width:
                out.update({f"{column.name}_{i}": values[:, i] for i in range(column.width)})
            else:
                out[column.name] = values
        return out

    def to_pandas(self) -> Any:
        """The table as a `pandas.DataFrame`; pandas must be installed."""
        import pandas

        return pandas.DataFrame(self.to_dict())


class Moves:
    """Whether columns of some tables have moved in memory, so that views of them must be taken again."""

    def __init__(self, *tables: Table) -> None:
        self._tables = tables
        self._capacity = -1

    def any_new(self) -> bool:
        """Whether any column has moved since this was last asked; True the first time."""
        before, self._capacity = self._capacity, sum(table.capacity for table in self._tables)
        return self._capacity != before


def _fresh(column: Column, capacity: int) -> npt.NDArray[Any]:
    shape: tuple[int, ...] = (capacity, column.width) if column.width else (capacity,)
    if column.default:
        return np.full(shape, column.default, column.dtype)
    return np.zeros(shape, column.dtype)
