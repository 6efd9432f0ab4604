"""Reassembles the two byte streams of a connection from segments that arrive late, twice, overlapping or not at all.

Within a direction, the rule is the receiver's (RFC 9293 §3.4, §3.10.7.4): bytes that have been delivered never change;
where waiting segments overlap, the one that begins earlier wins. Bytes that never arrive become a gap. So do bytes that
the peer has acknowledged but that are not in the capture: not at once, since a capture may contain an ACK before the
segment that it acknowledges, but after some time.

Between the directions, the rule is causal order: a segment acknowledges what its sender had received (RFC 9293 §3.4),
so its bytes and its FIN come after all of that, whatever the order in the capture. The segment waits for the peer's
bytes, within limits, unless the peer was not captured at all.

Bytes in a SYN wait until they are acknowledged or followed by others: a peer may refuse them (TCP Fast Open), and then
they are sent again. A segment that its receiver must drop (acceptance.py) is put aside until the receiver's next ACK
shows whether it did. A RST ends a direction once its sender has not continued the connection for a while; bytes that
were captured after the RST but belong before it are still delivered. Nothing is copied: the stream is a list of pieces
of packets (the table `chunks`).

Hot module: compiled by Cython where there is a compiler, plain Python otherwise (docs/architecture.md).
"""

from __future__ import annotations

import cython

from inspector.tables.table import ChunkKind, Moves, Table
from inspector.tcp.overlaps import Overlaps
from inspector.tcp.verdicts import Acceptance, DropReason, Verdict

if cython.compiled:
    from cython.cimports.inspector.tcp.flags_and_seq import ACK, FIN, RST, SYN, seq_offset
else:
    from inspector.tcp.flags_and_seq import ACK, FIN, RST, SYN, seq_offset


DATA = cython.declare(cython.int, int(ChunkKind.DATA))
GAP = cython.declare(cython.int, int(ChunkKind.GAP))
END = cython.declare(cython.int, int(ChunkKind.END))
ABORT = cython.declare(cython.int, int(ChunkKind.ABORT))

REASON = cython.declare(cython.uint, int(Acceptance.REASON))
OUTSIDE_WINDOW = cython.declare(cython.uint, int(DropReason.OUTSIDE_WINDOW))
BAD_CHECKSUM = cython.declare(cython.uint, int(DropReason.BAD_CHECKSUM))
CONTINUES = cython.declare(cython.uint, int(Acceptance.CONTINUES))
AFTER_ALL = cython.declare(cython.uint, int(Acceptance.AFTER_ALL))

KEEP_ALIVE = cython.declare(cython.uint, int(Verdict.KEEP_ALIVE))

MASK32 = cython.declare(cython.uint, 0xFFFFFFFF)

HELD_SEGMENTS = cython.declare(cython.int, 4096)
"""The maximum number of segments of one direction that may wait for the bytes before them or for the bytes that they
acknowledge. They take no memory of their own (the list is linked through the packets table), but inserting one means
walking the list. A hole that this many segments did not fill is considered lost."""

PATIENCE_NS = cython.declare(cython.longlong, 100_000_000)
"""How long bytes that the peer has acknowledged may still arrive, and how long a segment waits for the bytes that it
acknowledges."""

RESET_PATIENCE_NS = cython.declare(cython.longlong, 1_000_000_000)
"""How long after a RST its apparent sender may still continue the connection, which shows that somebody else sent the
RST: the time of a few round trips, by the capture's clock."""

FOREVER = cython.declare(cython.longlong, (1 << 63) - 1)

BEHIND_GAP = cython.declare(cython.longlong, 1 << 32)
"""Added to a packets row to sort it after all others; larger than any row number."""

NEVER = cython.declare(cython.longlong, -(1 << 63))


@cython.final
@cython.cclass
class Stream:
    """One direction of a connection: how much has been delivered, and which segments are waiting."""

    started: cython.bint
    has_syn: cython.bint
    """Its SYN was seen, so where the stream begins is certain."""
    next_seq: cython.uint
    """The sequence number of the next byte to deliver."""
    offset: cython.longlong
    """The number of bytes delivered so far, including gaps."""
    acked: cython.bint
    peer_ack: cython.uint
    """The peer's highest acknowledgment number; valid if `acked`."""
    is_seen: cython.bint
    """At least one packet of its sender was captured."""
    is_given_up: cython.bint
    given_up: cython.uint
    """The peer's segments no longer wait for bytes before this sequence number; valid if `is_given_up`."""
    waits_since: cython.longlong
    """The time at which the next missing bytes were first known to be acknowledged; NEVER if they are not."""
    fin_known: cython.bint
    fin_seq: cython.uint
    fin_packet: cython.int
    ended: cython.bint
    held: cython.int
    """The packets row of the first waiting segment, in order of sequence numbers; -1 if none is waiting."""
    last_held: cython.int
    held_count: cython.int
    aside: cython.int
    """The packets row of the last segment that its receiver must drop and has not responded to yet; -1 if none.
    `next_held` links it to the earlier ones."""
    reset_at: cython.int
    """The packets row of a RST that seems to come from its sender but may still prove not to; -1 if none."""
    last_chunk: cython.int
    """The chunks row of the last piece delivered; -1 if none."""


@cython.cfunc
def fresh_stream() -> Stream:
    """A direction without any bytes yet (calling `__new__` alone takes a third of the time of a constructor call)."""
    stream: Stream = Stream.__new__(Stream)
    stream.started = False
    stream.has_syn = False
    stream.next_seq = 0
    stream.offset = 0
    stream.acked = False
    stream.peer_ack = 0
    stream.is_seen = False
    stream.is_given_up = False
    stream.given_up = 0
    stream.waits_since = NEVER
    stream.fin_known = False
    stream.fin_seq = 0
    stream.fin_packet = -1
    stream.ended = False
    stream.held = -1
    stream.last_held = -1
    stream.held_count = 0
    stream.aside = -1
    stream.reset_at = -1
    stream.last_chunk = -1
    return stream


@cython.final
@cython.cclass
class Streams:
    """Appends to the table `chunks` the pieces that each packet makes readable."""

    moves: Moves
    packets: Table
    connections: Table
    chunks: Table
    overlaps: Overlaps
    streams: list[Stream]
    resets: list[int]
    """The packets rows of RSTs that are not yet confirmed, in capture order."""
    due_ns: cython.longlong
    """The time at which the first of these will have waited long enough; FOREVER if there are none."""
    rows: cython.Py_ssize_t
    capacity: cython.Py_ssize_t

    times: cython.longlong[::1]
    flags: cython.ushort[::1]
    seq: cython.uint[::1]
    duplicate: cython.uchar[::1]
    ack: cython.uint[::1]
    payload: cython.uint[::1]
    verdict: cython.uint[::1]
    acceptance: cython.uchar[::1]
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
    """The current connection; `side` is the current direction, and `at` the current packets row."""
    side: cython.int
    at: cython.int

    def __init__(self, packets: Table, connections: Table, chunks: Table, overlaps: Overlaps) -> None:
        self.moves = Moves(packets, connections, chunks)
        self.packets = packets
        self.connections = connections
        self.chunks = chunks
        self.overlaps = overlaps
        self.streams = []
        self.resets = []
        self.due_ns = FOREVER
        self.rows = 0
        self.capacity = 0

    def _take_views(self) -> None:
        packets = self.packets
        if not self.moves.any_new():
            return
        self.times = packets.view("time_ns")
        self.flags = packets.view("flags")
        self.seq = packets.view("seq")
        self.duplicate = packets.view("duplicate")
        self.ack = packets.view("ack")
        self.payload = packets.view("payload")
        self.verdict = packets.view("analysis")
        self.acceptance = packets.view("acceptance")
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

    def turn(self, connection: cython.Py_ssize_t) -> None:
        """Swap client and server of a connection."""
        both = self.streams
        both[2 * connection], both[2 * connection + 1] = both[2 * connection + 1], both[2 * connection]

    def advance(self, first: cython.Py_ssize_t, stop: cython.Py_ssize_t) -> None:
        """Deliver the bytes that packets rows [first, stop) make readable."""
        row: cython.Py_ssize_t
        connections: cython.Py_ssize_t = self.connections.rows
        self._take_views()
        while len(self.streams) < 2 * connections:
            self.streams.append(fresh_stream())
        for row in range(first, stop):
            if self.packet_connection[row] < 0 or self.duplicate[row]:
                continue
            if self.times[row] >= self.due_ns:
                self._abort_until(self.times[row])
            self._take_segment(row)
        self.chunks.rows = self.rows

    def finish(self) -> None:
        """Deliver everything that is still waiting, after gaps, because the capture has ended."""
        last_packet: cython.int[::1] = self.connections.view("last_packet")
        self._take_views()
        self._abort_until(FOREVER)
        for connection in range(len(self.streams) // 2):
            self.connection = connection
            self.at = last_packet[connection]
            self._wait_no_longer(True)
        self.chunks.rows = self.rows

    @cython.cfunc
    @cython.exceptval(-1)
    def _take_segment(self, row: cython.Py_ssize_t) -> cython.int:
        stream: Stream
        peer: Stream
        flags: cython.uint = self.flags[row]
        length: cython.uint = self.payload[row]
        seq: cython.uint = self._first_byte(row)
        self.connection = self.packet_connection[row]
        self.side = self.packet_direction[row]
        self.at = row
        stream = self.streams[2 * self.connection + self.side]
        peer = self.streams[2 * self.connection + 1 - self.side]
        stream.is_seen = True
        if self.acceptance[row] & ~AFTER_ALL:
            if self.acceptance[row] & REASON:
                self._put_aside(stream, row)
                return 0
            if self.acceptance[row] & CONTINUES:
                stream.reset_at = -1
        if flags & ACK:
            if peer.aside >= 0:
                self._take_aside(peer, stream)
            self._take_ack(peer, row, flags)
        if not stream.started or (stream.offset == 0 and self._begins_elsewhere(stream, row, seq)):
            stream.started = True
            stream.has_syn = flags & SYN != 0
            stream.next_seq = seq
        if flags & RST:
            # Bytes in a RST explain its cause (RFC 9293 §3.10.7); they are not part of the stream.
            self._reset(stream, peer, row)
            return 0
        if flags & SYN:
            stream.reset_at = peer.reset_at = -1
        if flags & FIN and not stream.fin_known:
            stream.fin_known = True
            stream.fin_seq = (seq + length) & MASK32
            stream.fin_packet = row
        if length and not stream.ended:
            self._take_bytes(stream, peer, row, seq, length)
        if self._waits(stream) or self._waits(peer):
            self._settle()
        return 0

    @cython.cfunc
    @cython.exceptval(-1)
    def _take_ack(self, stream: Stream, row: cython.Py_ssize_t, flags: cython.uint) -> cython.int:
        """Note that the bytes of `stream` up to the packet's acknowledgment number have arrived."""
        if not stream.acked or seq_offset(stream.peer_ack, self.ack[row]) > 0:
            stream.acked = True
            stream.peer_ack = self.ack[row]
        if not flags & SYN:
            return 0
        if not stream.started:  # a SYN-ACK tells where its receiver's stream begins
            stream.started = True
            stream.next_seq = self.ack[row]
        if stream.held >= 0 and self._is_unanswered(stream, stream.held):  # the SYN-ACK refuses them
            stream.held = self.next_held[stream.held]
            stream.held_count -= 1
        return 0

    @cython.cfunc
    @cython.exceptval(-1)
    def _begins_elsewhere(self, stream: Stream, row: cython.Py_ssize_t, seq: cython.uint) -> cython.bint:
        """Whether a stream begins at `seq` and not where it seemed to; nothing of it may have been delivered yet.

        This is so if its SYN was captured late, or if the capture began mid-stream with a segment that had overtaken
        this one.
        """
        if self.flags[row] & SYN:
            return not stream.has_syn or seq_offset(stream.next_seq, seq) < 0
        return (
            not stream.has_syn
            and seq_offset(stream.next_seq, seq) < 0
            and self.payload[row] > 0
            and not self.verdict[row] & KEEP_ALIVE
        )

    @cython.cfunc
    @cython.exceptval(-1)
    def _take_bytes(
        self, stream: Stream, peer: Stream, row: cython.Py_ssize_t, seq: cython.uint, length: cython.uint
    ) -> cython.int:
        ahead: cython.longlong = seq_offset(stream.next_seq, seq)
        if ahead > 0 or (ahead + length > 0 and (self._is_early(peer, row) or self._is_unanswered(stream, row))):
            self._hold(stream, row, seq, length)
            return 0
        if ahead < 0:
            self._compare_with_delivered(stream, row, ahead)
        if ahead + length > 0:
            self._deliver(stream, row, -ahead)
        return 0

    @cython.cfunc
    @cython.exceptval(-1)
    def _compare_with_delivered(self, stream: Stream, row: cython.Py_ssize_t, ahead: cython.longlong) -> cython.int:
        """Compare a segment that begins `-ahead` bytes back with the bytes delivered before.

        A keep-alive is not compared, since its byte may be anything.
        """
        if stream.last_chunk >= 0 and not self.verdict[row] & KEEP_ALIVE:
            self.chunks.rows = self.rows
            self.overlaps.compare_with_stream(row, stream.last_chunk, stream.offset + ahead)

    # -- what waits ----------------------------------------------------------------------------------------------

    @cython.cfunc
    @cython.inline
    @cython.exceptval(-1)
    def _waits(self, stream: Stream) -> cython.bint:
        """Whether segments or a FIN are waiting to be delivered."""
        return stream.held >= 0 or (stream.fin_known and not stream.ended)

    @cython.cfunc
    @cython.inline
    @cython.exceptval(-1)
    def _is_early(self, peer: Stream, row: cython.Py_ssize_t) -> cython.bint:
        """Whether the packet must wait because it acknowledges bytes of its peer that are not delivered yet."""
        if not self.flags[row] & ACK or peer.ended:
            return False
        if peer.started and seq_offset(peer.next_seq, self.ack[row]) <= 0:
            return False
        if not peer.is_given_up:
            return True
        return peer.is_seen and seq_offset(peer.given_up, self.ack[row]) > 0

    @cython.cfunc
    @cython.inline
    @cython.exceptval(-1)
    def _is_unanswered(self, stream: Stream, row: cython.Py_ssize_t) -> cython.bint:
        """Whether the packet is a SYN whose bytes the peer has not yet been seen to accept.

        They may be sent again after the handshake (RFC 7413 §4.2).
        """
        if self.flags[row] & (SYN | ACK) != SYN:
            return False
        return not stream.acked or seq_offset(self._first_byte(row), stream.peer_ack) <= 0

    @cython.cfunc
    @cython.exceptval(-1)
    def _settle(self) -> cython.int:
        """Deliver what is now in order in either direction, until neither can continue."""
        rows: cython.Py_ssize_t = -1
        while rows != self.rows:
            rows = self.rows
            self._release(0)
            self._release(1)

    @cython.cfunc
    @cython.exceptval(-1)
    def _release(self, side: cython.int) -> cython.int:
        """Deliver waiting segments that are now in order or whose missing bytes are given up; then the FIN."""
        stream: Stream = self.streams[2 * self.connection + side]
        self.side = side
        while stream.held >= 0:
            row: cython.int = stream.held
            ahead: cython.longlong = seq_offset(stream.next_seq, self._first_byte(row))
            if ahead > 0:
                if stream.held_count <= HELD_SEGMENTS and not self._is_missed(stream, self._first_byte(row)):
                    return 0
                self._gap(stream, ahead, row)
            if self._is_unanswered(stream, row) and self.next_held[row] < 0 and not stream.fin_known:
                return 0
            if not self._has_its_turn(stream, row):
                return 0
            self._skip_to_held(stream)
            if ahead > 0 and stream.held >= 0:
                stream.waits_since = self.times[stream.held]  # so that several holes do not wait one after another
        if stream.fin_known and not stream.ended:
            if stream.next_seq != stream.fin_seq and not self._is_missed(stream, (stream.fin_seq + 1) & MASK32):
                return 0
            if self._has_its_turn(stream, stream.fin_packet):
                self._end(stream)
        return 0

    @cython.cfunc
    @cython.exceptval(-1)
    def _is_missed(self, stream: Stream, seq: cython.uint) -> cython.bint:
        """Whether the missing bytes before `seq` are considered not captured.

        They are if the peer has acknowledged them, so that they will not be sent again, and if they would have been
        captured by now.
        """
        if not stream.acked or seq_offset(seq, stream.peer_ack) < 0:
            return False
        if stream.waits_since == NEVER:
            stream.waits_since = self.times[self.at]
        return self.times[self.at] - stream.waits_since >= PATIENCE_NS

    @cython.cfunc
    @cython.exceptval(-1)
    def _has_its_turn(self, stream: Stream, row: cython.int) -> cython.bint:
        """Whether a packet that is next in its own direction is also next in the connection.

        It is if everything that its sender had received is delivered, or if the packet has waited long enough for that.
        """
        if not self._is_early(self.streams[2 * self.connection + 1 - self.side], row):
            return True
        if self.times[self.at] - self.times[row] < PATIENCE_NS and stream.held_count <= HELD_SEGMENTS:
            return False
        self._give_up(row)
        return True

    @cython.cfunc
    @cython.exceptval(-1)
    def _give_up(self, row: cython.int) -> cython.int:
        """Stop waiting for the bytes that packet `row` of the current direction acknowledges.

        The peer's bytes that have arrived are delivered, after gaps.
        """
        side: cython.int = self.side
        peer: Stream = self.streams[2 * self.connection + 1 - side]
        self.side = 1 - side
        while peer.held >= 0 and seq_offset(self._end_of(peer.held), self.ack[row]) >= 0:
            self._skip_to_held(peer)
        if peer.fin_known and not peer.ended and seq_offset(peer.fin_seq, self.ack[row]) > 0:
            self._end(peer)
        self.side = side
        peer.is_given_up = True
        peer.given_up = self.ack[row]

    @cython.cfunc
    @cython.exceptval(-1)
    def _wait_no_longer(self, is_over: cython.bint) -> cython.int:
        """Deliver what is waiting, because no more will come.

        First come packets that wait only for the other direction, then, after gaps, bytes that the peer has
        acknowledged. If the capture `is_over`, everything is delivered.
        """
        side: cython.int
        stream: Stream
        while True:
            self._settle()
            side = self._first_in_line(is_over)
            if side < 0:
                return 0
            self.side = side
            stream = self.streams[2 * self.connection + side]
            if stream.held >= 0 and self._is_unanswered(stream, stream.held):
                self._skip_to_held(stream)
            elif self._missing(stream) == 0 and (stream.held >= 0 or stream.next_seq == stream.fin_seq):
                self._give_up(self._waiting(stream))
            elif stream.held >= 0:
                self._gap(stream, self._missing(stream), stream.held)
            else:  # a FIN after missing bytes, or one before the end of what was delivered
                self._end(stream)

    @cython.cfunc
    @cython.exceptval(-1)
    def _first_in_line(self, is_over: cython.bint) -> cython.int:
        """The direction to continue with if both have stopped; -1 if neither can continue.

        A direction that only waits for the other one goes before one with missing bytes; otherwise, the direction that
        has waited longer goes first.
        """
        side: cython.int
        row: cython.longlong
        stream: Stream
        found: cython.int = -1
        least: cython.longlong = 0
        for side in range(2):
            stream = self.streams[2 * self.connection + side]
            row = self._waiting(stream)
            if row < 0:
                continue
            if self._missing(stream):
                if not is_over and not (
                    stream.held >= 0 and stream.acked and seq_offset(self._end_of(stream.held), stream.peer_ack) >= 0
                ):
                    continue
                row += BEHIND_GAP
            if found < 0 or row < least:
                found, least = side, row
        return found

    @cython.cfunc
    @cython.exceptval(-1)
    def _waiting(self, stream: Stream) -> cython.int:
        """The packet of a direction that is waiting to be delivered next; -1 if none is waiting."""
        if stream.held >= 0:
            return stream.held
        return stream.fin_packet if self._waits(stream) else -1

    @cython.cfunc
    @cython.exceptval(-1)
    def _missing(self, stream: Stream) -> cython.longlong:
        """The number of bytes that are missing before the waiting packet."""
        ahead: cython.longlong = seq_offset(
            stream.next_seq, self._first_byte(stream.held) if stream.held >= 0 else stream.fin_seq
        )
        return ahead if ahead > 0 else 0

    @cython.cfunc
    @cython.exceptval(-1)
    def _skip_to_held(self, stream: Stream) -> cython.int:
        """Remove the first waiting segment from the list and deliver it, after a gap if bytes are missing before it."""
        row: cython.int = stream.held
        ahead: cython.longlong = seq_offset(stream.next_seq, self._first_byte(row))
        stream.held = self.next_held[row]
        stream.held_count -= 1
        stream.waits_since = NEVER
        if ahead > 0:
            self._gap(stream, ahead, row)
            ahead = 0
        elif ahead < 0:
            self._compare_with_delivered(stream, row, ahead)
        if ahead + self.payload[row] > 0:
            self._deliver(stream, row, -ahead)

    @cython.cfunc
    @cython.exceptval(-1)
    def _hold(self, stream: Stream, row: cython.Py_ssize_t, seq: cython.uint, length: cython.uint) -> cython.int:
        """Insert the segment at its place in the list of waiting segments.

        A segment that brings nothing new is dropped; waiting segments that it covers completely are replaced by it.
        """
        before: cython.int = -1
        after: cython.int = stream.held
        if stream.held >= 0 and seq_offset(self._first_byte(stream.last_held), seq) > 0:
            before, after = stream.last_held, -1
        while after >= 0 and seq_offset(self._first_byte(after), seq) > 0:
            before, after = after, self.next_held[after]
        if before >= 0 and self._covers(before, seq, length):
            self.overlaps.compare(row, before)
            return 0
        is_there: cython.bint = after >= 0 and self._first_byte(after) == seq and self._covers(after, seq, length)
        if is_there and (self.flags[row] & SYN or not self._is_unanswered(stream, after)):
            self.overlaps.compare(row, after)
            return 0
        while after >= 0 and seq_offset(self._end_of(after), (seq + length) & MASK32) >= 0:
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
        return 0

    @cython.cfunc
    @cython.exceptval(-1)
    def _covers(self, held: cython.int, seq: cython.uint, length: cython.uint) -> cython.bint:
        """Whether the segment `held`, which does not begin after `seq`, contains all `length` bytes from `seq` on."""
        return seq_offset((seq + length) & MASK32, self._end_of(held)) >= 0

    @cython.cfunc
    @cython.exceptval(-1)
    def _end_of(self, row: cython.int) -> cython.uint:
        return (self._first_byte(row) + self.payload[row]) & MASK32

    @cython.cfunc
    @cython.inline
    @cython.exceptval(-1)
    def _first_byte(self, row: cython.Py_ssize_t) -> cython.uint:
        """The sequence number of a packet's first byte; a SYN occupies the number before it (RFC 9293 §3.4)."""
        return (self.seq[row] + (self.flags[row] & SYN) // SYN) & MASK32

    @cython.cfunc
    @cython.exceptval(-1)
    def _deliver(self, stream: Stream, row: cython.Py_ssize_t, skip: cython.longlong) -> cython.int:
        """Deliver the segment's payload without its first `skip` bytes; what was not captured of it becomes a gap."""
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
    @cython.exceptval(-1)
    def _gap(self, stream: Stream, length: cython.longlong, row: cython.Py_ssize_t) -> cython.int:
        """Append a gap of `length` bytes, which packet `row` reveals."""
        if length > 0:
            self.missed_bytes[self.connection, self.side] += length
            self._append(stream, GAP, row, 0, length)

    @cython.cfunc
    @cython.exceptval(-1)
    def _end(self, stream: Stream) -> cython.int:
        """Deliver the sender's FIN, after a gap if bytes are missing before it."""
        self._gap(stream, seq_offset(stream.next_seq, stream.fin_seq), stream.fin_packet)
        stream.ended = True
        self._append(stream, END, stream.fin_packet, 0, 0)

    @cython.cfunc
    @cython.exceptval(-1)
    def _reset(self, stream: Stream, peer: Stream, row: cython.Py_ssize_t) -> cython.int:
        """Note a RST of the stream's sender, which takes effect later unless that sender continues.

        A RST that refuses a connection ends nothing.
        """
        has_begun: cython.bint = stream.has_syn or stream.offset > 0 or peer.offset > 0 or peer.held >= 0
        if stream.ended or stream.reset_at >= 0 or not has_begun or self.acceptance[row] & CONTINUES:
            return 0
        stream.reset_at = row
        self.resets.append(row)
        if self.due_ns == FOREVER:
            self.due_ns = self.times[row] + RESET_PATIENCE_NS
        return 0

    @cython.cfunc
    @cython.exceptval(-1)
    def _abort_until(self, now_ns: cython.longlong) -> cython.int:
        """End the directions whose sender has sent a RST and has not continued by `now_ns`."""
        row: cython.int
        stream: Stream
        done: cython.Py_ssize_t = 0
        for row in self.resets:
            if now_ns - RESET_PATIENCE_NS < self.times[row]:
                break
            done += 1
            self.connection, self.side, self.at = self.packet_connection[row], self.packet_direction[row], row
            stream = self.streams[2 * self.connection + self.side]
            if stream.reset_at == row:
                self._wait_no_longer(False)
                self.side = self.packet_direction[row]
                self._abort(stream)
        self.resets = self.resets[done:]
        self.due_ns = self.times[self.resets[0]] + RESET_PATIENCE_NS if self.resets else FOREVER

    @cython.cfunc
    @cython.exceptval(-1)
    def _abort(self, stream: Stream) -> cython.int:
        """End a stream whose sender reset the connection. What is waiting is dropped: the peer will never read it."""
        stream.reset_at = -1
        stream.held = -1
        stream.held_count = 0
        if not stream.ended:
            stream.ended = True
            self._append(stream, ABORT, self.at, 0, 0)

    @cython.cfunc
    @cython.exceptval(-1)
    def _put_aside(self, stream: Stream, row: cython.Py_ssize_t) -> cython.int:
        """Keep a segment that lies outside the window or has a wrong checksum until its receiver's next ACK."""
        if self.acceptance[row] & REASON in (OUTSIDE_WINDOW, BAD_CHECKSUM) and not stream.ended:
            self.next_held[row] = stream.aside
            stream.aside = row

    @cython.cfunc
    @cython.exceptval(-1)
    def _take_aside(self, stream: Stream, peer: Stream) -> cython.int:
        """Process the segments put aside when their receiver sends an ACK: those accepted after all join the stream."""
        row: cython.int = stream.aside
        before: cython.int
        stream.aside = -1
        self.side = 1 - self.side
        while row >= 0:
            before = self.next_held[row]
            if self.acceptance[row] & AFTER_ALL:
                if self.flags[row] & FIN and not stream.fin_known:
                    stream.fin_known = True
                    stream.fin_seq = (self.seq[row] + self.payload[row]) & MASK32
                    stream.fin_packet = row
                if self.payload[row]:
                    self._take_bytes(stream, peer, row, self.seq[row], self.payload[row])
            row = before
        self.side = 1 - self.side

    @cython.cfunc
    @cython.exceptval(-1)
    def _append(
        self,
        stream: Stream,
        kind: cython.int,
        packet: cython.Py_ssize_t,
        address: cython.longlong,
        length: cython.longlong,
    ) -> cython.int:
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
