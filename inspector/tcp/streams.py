"""The two byte streams of a connection, put together from segments that come late, twice, overlapping or not at all.

The rule is the receiver's (RFC 9293 §3.4, §3.10.7.4): bytes that were delivered once stay as they were; of bytes
that wait, the segment that begins earlier wins. Bytes that never came become a gap. So do bytes that the peer has
acknowledged and that are not in the capture: not at once, since a capture may hold an ACK before the segment that it
answers, but when the peer goes on from what stands behind them, or after some time. Nothing is copied: the stream is
a list of pieces of packets (the table `chunks`).

Hot module: compiled by Cython where there is a compiler, plain Python otherwise (docs/architecture.md).
"""

from __future__ import annotations

import cython

from inspector.tables import ChunkKind, Table
from inspector.tcp.overlaps import Overlaps
from inspector.tcp.verdicts import Verdict

if cython.compiled:
    from cython.cimports.inspector.tcp.header import ACK, FIN, RST, SYN, seq_distance
else:
    from inspector.tcp.header import ACK, FIN, RST, SYN, seq_distance


DATA = cython.declare(cython.int, int(ChunkKind.DATA))
GAP = cython.declare(cython.int, int(ChunkKind.GAP))
END = cython.declare(cython.int, int(ChunkKind.END))
ABORT = cython.declare(cython.int, int(ChunkKind.ABORT))

KEEP_ALIVE = cython.declare(cython.uint, int(Verdict.KEEP_ALIVE))

MASK32 = cython.declare(cython.uint, 0xFFFFFFFF)

HELD_SEGMENTS = cython.declare(cython.int, 4096)
"""Segments of one direction that may wait for bytes before them. They hold no memory of their own (the list runs
through the packets table), but placing one costs a walk; a hole that this many segments could not fill is taken for
lost."""

PATIENCE_NS = cython.declare(cython.longlong, 100_000_000)
"""How long bytes that the peer acknowledged may still come."""

NEVER = cython.declare(cython.longlong, -(1 << 63))


@cython.cclass
class Stream:
    """One direction: how far it is delivered, and which segments wait."""

    started: cython.bint
    has_syn: cython.bint
    """Its SYN was seen: no byte comes before where it begins."""
    next_seq: cython.uint
    """Sequence number of the next byte to deliver."""
    offset: cython.longlong
    """Bytes delivered so far, gaps counted."""
    acked: cython.bint
    peer_ack: cython.uint
    """The peer's highest acknowledgment, known when `acked`."""
    answered: cython.bint
    peer_answer: cython.uint
    """The highest that came with bytes or a FIN, known when `answered`."""
    waits_since: cython.longlong
    """Time at which the bytes that are missing next were first known to be acknowledged; NEVER when they are not."""
    fin_known: cython.bint
    fin_seq: cython.uint
    fin_packet: cython.int
    ended: cython.bint
    held: cython.int
    """Packet row of the first segment that waits, in order of sequence numbers; -1 none."""
    last_held: cython.int
    held_count: cython.int
    last_chunk: cython.int
    """Row of the last piece delivered, -1 none."""


@cython.cfunc
def fresh_stream() -> Stream:
    """A direction in which nothing was said yet (`__new__` alone costs a third of a constructor's call)."""
    stream: Stream = Stream.__new__(Stream)
    stream.started = False
    stream.has_syn = False
    stream.next_seq = 0
    stream.offset = 0
    stream.acked = False
    stream.peer_ack = 0
    stream.answered = False
    stream.peer_answer = 0
    stream.waits_since = NEVER
    stream.fin_known = False
    stream.fin_seq = 0
    stream.fin_packet = -1
    stream.ended = False
    stream.held = -1
    stream.last_held = -1
    stream.held_count = 0
    stream.last_chunk = -1
    return stream


@cython.cclass
class Streams:
    """Appends to the table `chunks` what each packet makes readable."""

    packets: Table
    connections: Table
    chunks: Table
    overlaps: Overlaps
    streams: list[Stream]
    rows: cython.Py_ssize_t
    capacity: cython.Py_ssize_t

    times: cython.longlong[::1]
    flags: cython.ushort[::1]
    seq: cython.uint[::1]
    ack: cython.uint[::1]
    payload: cython.uint[::1]
    verdict: cython.uint[::1]
    captured: cython.uint[::1]
    address: cython.longlong[::1]
    packet_connection: cython.int[::1]
    packet_direction: cython.schar[::1]
    next_held: cython.int[::1]
    missed_bytes: cython.longlong[:, ::1]

    chunk_connection: cython.int[::1]
    chunk_direction: cython.schar[::1]
    chunk_kind: cython.uchar[::1]
    chunk_packet: cython.int[::1]
    chunk_at: cython.int[::1]
    chunk_address: cython.longlong[::1]
    chunk_length: cython.longlong[::1]
    chunk_offset: cython.longlong[::1]
    chunk_previous: cython.int[::1]

    connection: cython.int
    """The connection, direction and packet row in hand."""
    side: cython.int
    at: cython.int

    def __init__(self, packets: Table, connections: Table, chunks: Table, overlaps: Overlaps) -> None:
        self.packets = packets
        self.connections = connections
        self.chunks = chunks
        self.overlaps = overlaps
        self.streams = []
        self.rows = 0
        self.capacity = 0

    def _take_views(self) -> None:
        packets = self.packets
        self.times = packets.view("time_ns")
        self.flags = packets.view("flags")
        self.seq = packets.view("seq")
        self.ack = packets.view("ack")
        self.payload = packets.view("payload")
        self.verdict = packets.view("analysis")
        self.captured = packets.view("payload_captured")
        self.address = packets.view("payload_address")
        self.packet_connection = packets.view("connection")
        self.packet_direction = packets.view("direction")
        self.next_held = packets.view("next_held")
        self.missed_bytes = self.connections.view("missed_bytes")
        self._take_chunk_views()

    def _take_chunk_views(self) -> None:
        chunks = self.chunks
        self.chunk_connection = chunks.view("connection")
        self.chunk_direction = chunks.view("direction")
        self.chunk_kind = chunks.view("kind")
        self.chunk_packet = chunks.view("packet")
        self.chunk_at = chunks.view("at")
        self.chunk_address = chunks.view("address")
        self.chunk_length = chunks.view("length")
        self.chunk_offset = chunks.view("stream_offset")
        self.chunk_previous = chunks.view("previous")
        self.rows = chunks.rows
        self.capacity = chunks.capacity

    def advance(self, first: cython.Py_ssize_t, stop: cython.Py_ssize_t) -> None:
        """Deliver what packets rows [first, stop) make readable."""
        row: cython.Py_ssize_t
        connections: cython.Py_ssize_t = self.connections.rows
        self._take_views()
        while len(self.streams) < 2 * connections:
            self.streams.append(fresh_stream())
        for row in range(first, stop):
            if self.packet_connection[row] >= 0:
                self._take_segment(row)
        self.chunks.rows = self.rows

    def finish(self) -> None:
        """The capture has ended: deliver what still waits, behind gaps."""
        index: cython.Py_ssize_t
        stream: Stream
        last_packet: cython.int[::1] = self.connections.view("last_packet")
        self._take_views()
        for index in range(len(self.streams)):
            stream = self.streams[index]
            self.connection = index // 2
            self.side = index % 2
            self.at = last_packet[self.connection]
            while stream.held >= 0:
                self._skip_to_held(stream)
            if stream.fin_known and not stream.ended:
                self._gap(stream, seq_distance(stream.next_seq, stream.fin_seq), stream.fin_packet)
                self._end(stream)
        self.chunks.rows = self.rows

    @cython.cfunc
    def _take_segment(self, row: cython.Py_ssize_t) -> cython.void:
        stream: Stream
        flags: cython.uint = self.flags[row]
        length: cython.uint = self.payload[row]
        seq: cython.uint = self.seq[row]
        self.connection = self.packet_connection[row]
        self.at = row
        if flags & ACK:
            self._take_ack(row, 1 - self.packet_direction[row], length > 0 or flags & FIN != 0)
        self.side = self.packet_direction[row]
        stream = self.streams[2 * self.connection + self.side]
        if flags & SYN:
            seq = (seq + 1) & MASK32  # SYN stands before the first byte
        if not stream.started or (stream.offset == 0 and self._begins_earlier(stream, row, seq)):
            stream.started = True
            stream.has_syn = flags & SYN != 0
            stream.next_seq = seq
        if flags & RST:
            # Bytes in a RST explain it (RFC 9293 §3.10.7); they are not part of the stream.
            self._release_acknowledged(1 - self.packet_direction[row])
            self._release_acknowledged(self.packet_direction[row])
            self._abort(stream)
            return
        if flags & FIN and not stream.fin_known:
            stream.fin_known = True
            stream.fin_seq = (seq + length) & MASK32
            stream.fin_packet = row
        if length and not stream.ended:
            self._take_bytes(stream, row, seq, length)
        if stream.held >= 0 or stream.fin_known:
            self._release(stream)

    @cython.cfunc
    def _begins_earlier(self, stream: Stream, row: cython.Py_ssize_t, seq: cython.uint) -> cython.bint:
        """Whether a stream of which nothing is delivered begins earlier than it looked: its SYN came late, or the
        capture began in mid-connection with a segment that had overtaken this one.
        """
        if seq_distance(stream.next_seq, seq) >= 0:
            return False
        if self.flags[row] & SYN:
            return True
        return not stream.has_syn and self.payload[row] > 0 and not self.verdict[row] & KEEP_ALIVE

    @cython.cfunc
    def _take_ack(self, row: cython.Py_ssize_t, side: cython.int, is_answer: cython.bint) -> cython.void:
        """The bytes of `side` up to the packet's acknowledgment have arrived; those that wait for nothing else come
        before what the packet itself says.
        """
        stream: Stream = self.streams[2 * self.connection + side]
        if not stream.acked or seq_distance(stream.peer_ack, self.ack[row]) > 0:
            stream.acked = True
            stream.peer_ack = self.ack[row]
        if is_answer and (not stream.answered or seq_distance(stream.peer_answer, self.ack[row]) > 0):
            stream.answered = True
            stream.peer_answer = self.ack[row]
        if stream.held >= 0 or (stream.fin_known and not stream.ended):
            self.side = side
            self._release(stream)

    @cython.cfunc
    def _take_bytes(self, stream: Stream, row: cython.Py_ssize_t, seq: cython.uint, length: cython.uint) -> cython.void:
        ahead: cython.longlong = seq_distance(stream.next_seq, seq)
        if ahead > 0:
            self._hold(stream, row, seq, length)
            return
        if ahead < 0:
            self._compare_with_delivered(stream, row, ahead)
        if ahead + length > 0:
            self._deliver(stream, row, -ahead)

    @cython.cfunc
    def _compare_with_delivered(self, stream: Stream, row: cython.Py_ssize_t, ahead: cython.longlong) -> cython.void:
        """Look whether a segment that begins `-ahead` bytes back says what was said before; a keep-alive's byte may
        be anything.
        """
        if stream.last_chunk >= 0 and not self.verdict[row] & KEEP_ALIVE:
            self.chunks.rows = self.rows
            self.overlaps.compare_with_stream(row, stream.last_chunk, stream.offset + ahead)

    @cython.cfunc
    def _release(self, stream: Stream) -> cython.void:
        """Deliver held segments that have become next, or whose missing predecessors will not come, and the FIN behind
        them.
        """
        behind_fin: cython.uint
        while stream.held >= 0:
            row: cython.int = stream.held
            ahead: cython.longlong = seq_distance(stream.next_seq, self.seq[row])
            if (
                ahead > 0
                and stream.held_count <= HELD_SEGMENTS
                and not self._is_missed(stream, self.seq[row], self._end_of(row))
            ):
                return
            self._skip_to_held(stream)
        if stream.fin_known and not stream.ended:
            behind_fin = (stream.fin_seq + 1) & MASK32
            if stream.next_seq != stream.fin_seq and self._is_missed(stream, behind_fin, behind_fin):
                self._gap(stream, seq_distance(stream.next_seq, stream.fin_seq), stream.fin_packet)
            if stream.next_seq == stream.fin_seq:
                self._end(stream)

    @cython.cfunc
    def _release_acknowledged(self, side: cython.int) -> cython.void:
        """Nothing more will come: deliver what the peer of `side` has acknowledged, behind gaps."""
        stream: Stream = self.streams[2 * self.connection + side]
        self.side = side
        while stream.held >= 0 and stream.acked and seq_distance(self._end_of(stream.held), stream.peer_ack) >= 0:
            self._skip_to_held(stream)

    @cython.cfunc
    def _is_missed(self, stream: Stream, seq: cython.uint, end: cython.uint) -> cython.bint:
        """Whether the bytes that are missing before `seq` are taken for not captured; what is there ends at `end`.

        The peer acknowledged them, so they will not be sent again; and either it went on from that end, or they would
        be here by now.
        """
        if not stream.acked or seq_distance(seq, stream.peer_ack) < 0:
            return False
        if stream.answered and seq_distance(end, stream.peer_answer) >= 0:
            return True
        if stream.waits_since == NEVER:
            stream.waits_since = self.times[self.at]
        return self.times[self.at] - stream.waits_since >= PATIENCE_NS

    @cython.cfunc
    def _skip_to_held(self, stream: Stream) -> cython.void:
        """Take the first held segment off the list and deliver it, behind a gap where bytes are missing before it."""
        row: cython.int = stream.held
        ahead: cython.longlong = seq_distance(stream.next_seq, self.seq[row])
        stream.held = self.next_held[row]
        stream.held_count -= 1
        stream.waits_since = NEVER
        if ahead > 0:
            self._gap(stream, ahead, row)
            ahead = 0
            if stream.held >= 0:
                stream.waits_since = self.times[stream.held]  # of several holes, each does not wait for the one before
        elif ahead < 0:
            self._compare_with_delivered(stream, row, ahead)
        if ahead + self.payload[row] > 0:
            self._deliver(stream, row, -ahead)

    @cython.cfunc
    def _hold(self, stream: Stream, row: cython.Py_ssize_t, seq: cython.uint, length: cython.uint) -> cython.void:
        """Let the segment wait at its place; one that brings nothing new is dropped, those it covers whole are
        replaced.
        """
        before: cython.int = -1
        after: cython.int = stream.held
        if stream.held >= 0 and seq_distance(self.seq[stream.last_held], seq) > 0:
            before, after = stream.last_held, -1
        while after >= 0 and seq_distance(self.seq[after], seq) > 0:
            before, after = after, self.next_held[after]
        if before >= 0 and self._covers(before, seq, length):
            self.overlaps.compare(row, before)
            return
        if after >= 0 and self.seq[after] == seq and self._covers(after, seq, length):
            self.overlaps.compare(row, after)
            return
        while after >= 0 and seq_distance(self._end_of(after), (seq + length) & MASK32) >= 0:
            self.overlaps.compare(row, after)
            after = self.next_held[after]
            stream.held_count -= 1
        self.next_held[row] = after
        if before >= 0:
            self.next_held[before] = row
        else:
            stream.held = row
        if after < 0:
            stream.last_held = row
        stream.held_count += 1

    @cython.cfunc
    def _covers(self, held: cython.int, seq: cython.uint, length: cython.uint) -> cython.bint:
        """Whether a held segment that does not begin later than `seq` already has the `length` bytes from there."""
        return seq_distance((seq + length) & MASK32, self._end_of(held)) >= 0

    @cython.cfunc
    def _end_of(self, row: cython.int) -> cython.uint:
        return (self.seq[row] + self.payload[row]) & MASK32

    @cython.cfunc
    def _deliver(self, stream: Stream, row: cython.Py_ssize_t, skip: cython.longlong) -> cython.void:
        """The segment's payload without its first `skip` bytes is next; what the capture cut off of it is a gap."""
        have: cython.longlong = self.captured[row]
        length: cython.longlong = self.payload[row] - skip
        have = have - skip if have > skip else 0
        if have > length:
            have = length
        if have:
            self._append(stream, DATA, row, self.address[row] + skip, have)
        if length > have:
            self._gap(stream, length - have, row)

    @cython.cfunc
    def _gap(self, stream: Stream, length: cython.longlong, row: cython.Py_ssize_t) -> cython.void:
        """`length` bytes are missing, as packet `row` reveals."""
        if length > 0:
            self.missed_bytes[self.connection, self.side] += length
            self._append(stream, GAP, row, 0, length)

    @cython.cfunc
    def _end(self, stream: Stream) -> cython.void:
        """The sender's FIN is next."""
        stream.ended = True
        self._append(stream, END, stream.fin_packet, 0, 0)

    @cython.cfunc
    def _abort(self, stream: Stream) -> cython.void:
        """The sender reset the connection; what waited will never be read by its peer."""
        stream.held = -1
        stream.held_count = 0
        if not stream.ended:
            stream.ended = True
            self._append(stream, ABORT, self.at, 0, 0)

    @cython.cfunc
    def _append(
        self,
        stream: Stream,
        kind: cython.int,
        packet: cython.Py_ssize_t,
        address: cython.longlong,
        length: cython.longlong,
    ) -> cython.void:
        row: cython.Py_ssize_t = self.rows
        if row == self.capacity:
            self.chunks.rows = row
            self.chunks.reserve(1)
            self._take_chunk_views()
        self.chunk_connection[row] = self.connection
        self.chunk_direction[row] = self.side
        self.chunk_kind[row] = kind
        self.chunk_packet[row] = packet
        self.chunk_at[row] = self.at
        self.chunk_address[row] = address
        self.chunk_length[row] = length
        self.chunk_offset[row] = stream.offset
        self.chunk_previous[row] = stream.last_chunk
        stream.last_chunk = row
        self.rows = row + 1
        stream.offset += length
        stream.next_seq = (stream.next_seq + length) & MASK32
