"""Which connection a segment belongs to, and which of the two ends is the client.

A connection is a pair of sockets (RFC 9293 §3.3.1: it is identified by both addresses and both ports) on one network:
VLANs, the key of a tunnel and the capture interface distinguish networks that use the same addresses. But a connection
may be seen on several networks, if each direction has its own tag or path; then its sequence and acknowledgment numbers
fit together. A SYN with a new initial sequence number between known sockets starts a new connection; a segment whose
numbers both continue the old connection still belongs to that one.

Hot module: compiled by Cython where there is a compiler, plain Python otherwise (docs/architecture.md).
"""

from __future__ import annotations

import cython

from inspector.tables.table import Duplicate, Moves, Table
from inspector.tcp.verdicts import Verdict
from inspector.wire import network_keys
from inspector.wire.tcp_options import Option

if cython.compiled:
    from cython.cimports.inspector.tcp.duplicate_packets import Copies
    from cython.cimports.inspector.tcp.flags_and_seq import ACK, FIN, SYN, seq_offset
else:
    from inspector.tcp.duplicate_packets import Copies
    from inspector.tcp.flags_and_seq import ACK, FIN, SYN, seq_offset


MASK32 = cython.declare(cython.uint, 0xFFFFFFFF)
MASK64 = cython.declare(cython.ulonglong, 0xFFFFFFFFFFFFFFFF)
MIX_1 = cython.declare(cython.ulonglong, 0xFF51AFD7ED558CCD)
MIX_2 = cython.declare(cython.ulonglong, 0xC4CEB9FE1A85EC53)

SAME_PLACE = cython.declare(cython.uchar, int(Duplicate.SAME_PLACE))
ELSEWHERE = cython.declare(cython.uchar, int(Duplicate.ELSEWHERE))

REUSED_PORTS = cython.declare(cython.uint, int(Verdict.REUSED_PORTS))

SCALE_UNKNOWN = cython.declare(cython.int, -1)
SCALE_NONE = cython.declare(cython.int, -2)
SCALE_OFFERED = cython.declare(cython.int, -3)
"""The scale was offered in a SYN that is not in the capture: otherwise the SYN-ACK could not have carried the option
(RFC 7323 §2.2). The shift count itself is not known."""

SCALE_OPTION = cython.declare(cython.uint, int(Option.SCALE))

WELL_KNOWN = cython.declare(cython.uint, 1024)
"""Ports below this are system ports (RFC 6335 §6), so an end that uses one is probably the server."""

EPHEMERAL = cython.declare(cython.uint, 32768)
"""The first port of the usual range of client ports (on Linux; IANA's range begins at 49152)."""

KEY_WORDS = cython.declare(cython.Py_ssize_t, 8)
NETWORK = cython.declare(cython.Py_ssize_t, 5)
SENT_UNTIL = cython.declare(cython.Py_ssize_t, 7)

UNSEEN = cython.declare(cython.ulonglong, 0xFFFFFFFFFFFFFFFF)
"""Takes the place of a network for an end that has not been seen yet."""

HASH_MULTIPLIER = cython.declare(cython.ulonglong, network_keys.HASH_MULTIPLIER)

FIT = cython.declare(cython.longlong, 1 << 18)
"""The maximum distance in bytes between the numbers of one connection that is seen on two networks: as many as may be
in flight on a fast, long path. That both numbers of another connection are this close by chance is next to
impossible."""

LATE_NS = cython.declare(cython.longlong, 100_000_000)
"""How long after the first packet of its connection a SYN may be captured."""

NETWORKS = cython.declare(cython.int, 64)
"""The maximum number of connections between the same two sockets, each on a network of its own, that are kept apart at
a time."""

FIRST_SLOTS = 1024
"""The number of slots in a new hash table; it doubles when half full."""


@cython.cfunc
@cython.inline
@cython.exceptval(check=False)
def mix(value: cython.ulonglong) -> cython.ulonglong:
    """Mix the bits of a 64-bit value so that each affects all others (the finaliser of MurmurHash3, public domain)."""
    value = ((value ^ (value >> 33)) * MIX_1) & MASK64
    value = ((value ^ (value >> 33)) * MIX_2) & MASK64
    return value ^ (value >> 33)


@cython.cfunc
@cython.inline
@cython.exceptval(check=False)
def socket_hash(
    hi: cython.ulonglong, lo: cython.ulonglong, port: cython.ulonglong, seed: cython.ulonglong
) -> cython.ulonglong:
    """A hash of one socket: address and port."""
    return mix((lo ^ seed ^ (port << 48) ^ (hi * MIX_2)) & MASK64)


@cython.cfunc
@cython.inline
@cython.exceptval(check=False)
def pair_hash(
    hi_1: cython.ulonglong,
    lo_1: cython.ulonglong,
    port_1: cython.ulonglong,
    hi_2: cython.ulonglong,
    lo_2: cython.ulonglong,
    port_2: cython.ulonglong,
    seed: cython.ulonglong,
) -> cython.ulonglong:
    """A hash of two sockets that does not depend on their order.

    When not compiled, it uses Python's own `hash`, which is faster there; no result depends on which hash is used.
    """
    if not cython.compiled:
        return hash(frozenset(((seed, hi_1, lo_1, port_1), (seed, hi_2, lo_2, port_2)))) & MASK64
    return (socket_hash(hi_1, lo_1, port_1, seed) + socket_hash(hi_2, lo_2, port_2, seed)) & MASK64


@cython.final
@cython.cclass
class ConnectionTracker:
    """Assigns a connection and a direction to every TCP packet, and fills the connection's own columns.

    It is an open-addressing hash table over the connections table: a slot holds row + 1 of the newest connection
    between a pair of sockets. `seed` is mixed into the hash, so that nobody can prepare addresses that all fall into
    one slot.
    """

    moves: Moves
    packets: Table
    headers: Table
    connections: Table
    copies: Copies
    seed: cython.ulonglong
    keys: cython.ulonglong[:, ::1]
    """One row per connection: both ports and the family, the four halves of the addresses, the networks on which client
    and server were seen last, and how far both have sent, with the client's number in the upper half."""
    siblings: cython.int[::1]
    """The next connection between the same sockets that is still active, on another network; -1 if none."""
    rivals: cython.int[::1]
    """The previous connection between the same sockets, to which packets may still belong; -1 if none."""
    has_rivals: cython.bint
    side: cython.int
    """The direction of the segment in the connection that was found for it."""
    slots: cython.int[::1]
    slot_mask: cython.ulonglong
    count: cython.int
    """The number of connections; the table's own row count is updated at the end of a batch."""
    capacity: cython.int

    times: cython.longlong[::1]
    flags: cython.ushort[::1]
    seq: cython.uint[::1]
    ack: cython.uint[::1]
    window: cython.uint[::1]
    window_shift: cython.schar[::1]
    duplicate: cython.uchar[::1]
    payload: cython.uint[::1]
    packet_connection: cython.int[::1]
    packet_direction: cython.schar[::1]
    previous_packet: cython.int[::1]
    analysis: cython.uint[::1]

    interface: cython.ushort[::1]
    network: cython.ulonglong[::1]
    is_tcp: cython.uchar[::1]
    family: cython.uchar[::1]
    source_hi: cython.ulonglong[::1]
    source_lo: cython.ulonglong[::1]
    destination_hi: cython.ulonglong[::1]
    destination_lo: cython.ulonglong[::1]
    source_port: cython.ushort[::1]
    destination_port: cython.ushort[::1]
    window_field: cython.ushort[::1]
    options: cython.uchar[::1]
    option_mss: cython.ushort[::1]
    option_scale: cython.uchar[::1]
    peer_scale: cython.schar[::1]

    c_family: cython.uchar[::1]
    client_hi: cython.ulonglong[::1]
    client_lo: cython.ulonglong[::1]
    server_hi: cython.ulonglong[::1]
    server_lo: cython.ulonglong[::1]
    client_port: cython.ushort[::1]
    server_port: cython.ushort[::1]
    start_ns: cython.longlong[::1]
    end_ns: cython.longlong[::1]
    first_packet: cython.int[::1]
    last_packet: cython.int[::1]
    previous: cython.int[::1]
    c_network: cython.ulonglong[::1]
    c_packets: cython.uint[:, ::1]
    c_bytes: cython.longlong[:, ::1]
    isn: cython.uint[:, ::1]
    isn_known: cython.uchar[:, ::1]
    scale: cython.schar[:, ::1]
    mss: cython.ushort[:, ::1]
    c_options: cython.uchar[:, ::1]

    def __init__(self, packets: Table, headers: Table, connections: Table, seed: int) -> None:
        self.moves = Moves(packets, headers)
        self.packets = packets
        self.headers = headers
        self.connections = connections
        self.seed = seed & 0xFFFFFFFFFFFFFFFF
        self.copies = Copies(packets, headers)
        self._make_slots(FIRST_SLOTS)
        self.count = 0
        self.side = 0
        self.has_rivals = False
        self._make_keys(0)
        self._take_connection_views()

    def _make_slots(self, count: int) -> None:
        """Create an empty hash table of `count` slots (a power of two)."""
        self.slots = memoryview(bytearray(4 * count)).cast("i")
        self.slot_mask = count - 1

    def _make_keys(self, rows: int) -> None:
        """Make room for the keys of `rows` connections; existing keys are kept."""
        keys = memoryview(bytearray(8 * KEY_WORDS * max(rows, 1))).cast("Q", (max(rows, 1), KEY_WORDS))
        row: cython.Py_ssize_t
        word: cython.Py_ssize_t
        fresh: cython.ulonglong[:, ::1] = keys
        for row in range(self.count):
            for word in range(KEY_WORDS):
                fresh[row, word] = self.keys[row, word]
        self.keys = fresh
        siblings: cython.int[::1] = memoryview(bytearray(4 * max(rows, 1))).cast("i")
        rivals: cython.int[::1] = memoryview(bytearray(4 * max(rows, 1))).cast("i")
        for row in range(self.count):
            siblings[row] = self.siblings[row]
            rivals[row] = self.rivals[row]
        self.siblings = siblings
        self.rivals = rivals

    def _take_packet_views(self) -> None:
        packets, headers = self.packets, self.headers
        if not self.moves.any_new():
            return
        self.times = packets.view("time_ns")
        self.flags = packets.view("flags")
        self.seq = packets.view("seq")
        self.ack = packets.view("ack")
        self.window = packets.view("window")
        self.window_shift = packets.view("window_shift")
        self.peer_scale = packets.view("peer_scale")
        self.duplicate = packets.view("duplicate")
        self.payload = packets.view("payload")
        self.packet_connection = packets.view("connection")
        self.packet_direction = packets.view("direction")
        self.previous_packet = packets.view("previous")
        self.analysis = packets.view("analysis")
        self.interface = packets.view("interface")
        self.network = headers.view("network")
        self.is_tcp = headers.view("is_tcp")
        self.family = headers.view("family")
        self.source_hi = headers.view("source_hi")
        self.source_lo = headers.view("source_lo")
        self.destination_hi = headers.view("destination_hi")
        self.destination_lo = headers.view("destination_lo")
        self.source_port = headers.view("source_port")
        self.destination_port = headers.view("destination_port")
        self.window_field = headers.view("window_field")
        self.options = headers.view("options")
        self.option_mss = headers.view("mss")
        self.option_scale = headers.view("scale")

    def _take_connection_views(self) -> None:
        connections = self.connections
        self.capacity = connections.capacity
        self.c_family = connections.view("family")
        self.client_hi = connections.view("client_hi")
        self.client_lo = connections.view("client_lo")
        self.server_hi = connections.view("server_hi")
        self.server_lo = connections.view("server_lo")
        self.client_port = connections.view("client_port")
        self.server_port = connections.view("server_port")
        self.start_ns = connections.view("start_ns")
        self.end_ns = connections.view("end_ns")
        self.first_packet = connections.view("first_packet")
        self.last_packet = connections.view("last_packet")
        self.previous = connections.view("previous")
        self.c_network = connections.view("network")
        self.c_packets = connections.view("packets")
        self.c_bytes = connections.view("bytes")
        self.isn = connections.view("isn")
        self.isn_known = connections.view("isn_known")
        self.scale = connections.view("scale")
        self.mss = connections.view("mss")
        self.c_options = connections.view("options")

    def turn(self, connection: int) -> None:
        """Swap client and server of a connection; in its row they are already swapped."""
        client: cython.ulonglong = self.keys[connection, NETWORK]
        sent_until: cython.ulonglong = self.keys[connection, SENT_UNTIL]
        self._write_key(connection)
        self.keys[connection, NETWORK] = self.keys[connection, NETWORK + 1]
        self.keys[connection, NETWORK + 1] = client
        self.keys[connection, SENT_UNTIL] = (sent_until & MASK32) << 32 | sent_until >> 32
        self.copies.turn(connection)

    @property
    def copies_so_far(self) -> int:
        """The number of packets so far that had been captured before."""
        return self.copies.count

    def advance(self, first: cython.Py_ssize_t, stop: cython.Py_ssize_t) -> None:
        """Assign packets rows [first, stop) to connections; their headers are in the scratch table from row 0."""
        row: cython.Py_ssize_t
        at: cython.Py_ssize_t
        found: cython.int
        original: cython.int
        head: cython.int
        network: cython.ulonglong
        sockets: cython.ulonglong
        self._take_packet_views()
        self.copies.begin_batch()
        for row in range(first, stop):
            at = row - first
            if not self.is_tcp[at]:
                self.packet_connection[row] = -1
                self.packet_direction[row] = -1
                continue
            sockets = self._hash(at)
            original = self.copies.original(row, at, sockets)
            if original >= 0:
                self._mark_copy(row, original)
                continue
            network = (self.network[at] * HASH_MULTIPLIER + self.interface[row]) & MASK64
            head = self._find(at, sockets)
            found = head
            if head >= 0 and self.keys[head, NETWORK + self.side] != network:
                found = self._of_network(head, row, at, network)
            if self.has_rivals and found >= 0 and self.rivals[found] >= 0:
                found = self._or_rival(found, row, at, network)
            if found < 0 or self._starts_anew(found, row):
                if found >= 0:
                    self.analysis[row] |= REUSED_PORTS
                found = self._open(row, at, head, found)
            self.keys[found, NETWORK + self.side] = network
            self._count(found, row, at)
            self.copies.follow(row, at)
        self.connections.rows = self.count

    @cython.cfunc
    @cython.exceptval(-1)
    def _mark_copy(self, row: cython.Py_ssize_t, original: cython.int) -> cython.int:
        """Assign a packet that was captured before to the connection of its original, without counting it."""
        connection: cython.int = self.packet_connection[original]
        self.packet_connection[row] = connection
        self.packet_direction[row] = self.packet_direction[original]
        self.previous_packet[row] = self.last_packet[connection]
        self.window[row] = self.window[original]
        self.window_shift[row] = self.window_shift[original]
        self.duplicate[row] = ELSEWHERE if self.copies.is_elsewhere else SAME_PLACE

    @cython.cfunc
    @cython.exceptval(-1)
    def _find(self, at: cython.Py_ssize_t, sockets: cython.ulonglong) -> cython.int:
        """The newest connection between the segment's two sockets, whose hash is `sockets`; -1 if there is none."""
        slot: cython.ulonglong = sockets & self.slot_mask
        row: cython.int
        while True:
            row = self.slots[slot] - 1
            if row < 0 or self._find_side(row, at):
                return row
            slot = (slot + 1) & self.slot_mask

    @cython.cfunc
    @cython.exceptval(-1)
    def _of_network(
        self, head: cython.int, row: cython.Py_ssize_t, at: cython.Py_ssize_t, network: cython.ulonglong
    ) -> cython.int:
        """The connection between the segment's sockets that the segment belongs to; -1 if there is none.

        The first choice is a connection in which the sender was seen on this network, the second is one in which only
        the receiver was seen, on this network, and the third is one that the segment's numbers fit.
        """
        step: cython.int
        found: cython.int
        for step in range(3):
            found = head
            while found >= 0:
                self._find_side(found, at)
                if (
                    (step == 0 and self.keys[found, NETWORK + self.side] == network)
                    or (step == 1 and self._is_answered(found, network))
                    or (step == 2 and self._fits(found, row))
                ):
                    return found
                found = self.siblings[found]
        return -1

    @cython.cfunc
    @cython.exceptval(-1)
    def _is_answered(self, found: cython.int, network: cython.ulonglong) -> cython.bint:
        """Whether the segment's sender has not been seen yet, and its peer was seen on this network."""
        return self.keys[found, NETWORK + self.side] == UNSEEN and self.keys[found, NETWORK + 1 - self.side] == network

    @cython.cfunc
    @cython.exceptval(-1)
    def _fits(self, found: cython.int, row: cython.Py_ssize_t) -> cython.bint:
        """Whether a segment continues the connection, judged by its sequence and acknowledgment numbers.

        A SYN never does, since it opens a connection of its own; a SYN-ACK must acknowledge exactly the peer's number.
        """
        flags: cython.uint = self.flags[row]
        own: cython.bint = self.keys[found, NETWORK + self.side] != UNSEEN
        peer: cython.bint = flags & ACK != 0 and self.keys[found, NETWORK + 1 - self.side] != UNSEEN
        apart: cython.longlong = seq_offset(self._sent_until(found, self.side), self.seq[row])
        ahead: cython.longlong = seq_offset(self._sent_until(found, 1 - self.side), self.ack[row])
        if flags & SYN:
            return peer and ahead == 0 and (not own or self.isn[found, self.side] == self.seq[row])
        return (own or peer) and (not own or abs(apart) <= FIT) and (not peer or abs(ahead) <= FIT)

    @cython.cfunc
    @cython.exceptval(-1)
    def _or_rival(
        self, found: cython.int, row: cython.Py_ssize_t, at: cython.Py_ssize_t, network: cython.ulonglong
    ) -> cython.int:
        """The previous connection between these sockets if the segment continues that and not `found`; else `found`.

        A SYN in an open connection is challenged, and both ends continue (RFC 5961 §4): the SYN may be an old one, or
        somebody else's.
        """
        rival: cython.int = self.rivals[found]
        if self._fits(found, row):
            return found
        self._find_side(rival, at)
        if self.keys[rival, NETWORK + self.side] == network and self._fits(rival, row):
            return rival
        self._find_side(found, at)
        return found

    @cython.cfunc
    @cython.inline
    @cython.exceptval(-1)
    def _sent_until(self, found: cython.int, side: cython.int) -> cython.uint:
        """How far an end has sent: the sequence number after its last byte."""
        sent_until: cython.ulonglong = self.keys[found, SENT_UNTIL]
        return sent_until & MASK32 if side else sent_until >> 32

    @cython.cfunc
    @cython.exceptval(-1)
    def _note_sent(self, found: cython.int, row: cython.Py_ssize_t) -> cython.int:
        """Note how far the sender of the segment has sent."""
        flags: cython.uint = self.flags[row]
        end: cython.ulonglong = (self.seq[row] + self.payload[row] + (1 if flags & (SYN | FIN) else 0)) & MASK32
        sent_until: cython.ulonglong = self.keys[found, SENT_UNTIL]
        is_first: cython.bint = self.c_packets[found, self.side] == 0
        if is_first or seq_offset(self._sent_until(found, self.side), end) > 0:
            if self.side:
                self.keys[found, SENT_UNTIL] = sent_until >> 32 << 32 | end
            else:
                self.keys[found, SENT_UNTIL] = end << 32 | (sent_until & MASK32)

    @cython.cfunc
    @cython.exceptval(-1)
    def _hash(self, at: cython.Py_ssize_t) -> cython.ulonglong:
        """A hash of both sockets that is the same in either direction."""
        return pair_hash(
            self.source_hi[at],
            self.source_lo[at],
            self.source_port[at],
            self.destination_hi[at],
            self.destination_lo[at],
            self.destination_port[at],
            self.seed,
        )

    @cython.cfunc
    @cython.exceptval(-1)
    def _hash_of(self, row: cython.int) -> cython.ulonglong:
        """The hash of connection `row`'s sockets."""
        return pair_hash(
            self.client_hi[row],
            self.client_lo[row],
            self.client_port[row],
            self.server_hi[row],
            self.server_lo[row],
            self.server_port[row],
            self.seed,
        )

    @cython.cfunc
    @cython.exceptval(-1)
    def _find_side(self, row: cython.int, at: cython.Py_ssize_t) -> cython.bint:
        """Set `side` to the sender's side; return whether connection `row` is between the segment's two sockets."""
        family: cython.ulonglong = self.family[at]
        source: cython.ulonglong = self.source_port[at]
        destination: cython.ulonglong = self.destination_port[at]
        ports: cython.ulonglong = self.keys[row, 0]
        if (
            ports == (family << 32 | source << 16 | destination)
            and self.keys[row, 1] == self.source_lo[at]
            and self.keys[row, 2] == self.destination_lo[at]
            and self.keys[row, 3] == self.source_hi[at]
            and self.keys[row, 4] == self.destination_hi[at]
        ):
            self.side = 0
            return True
        self.side = 1
        return (
            ports == (family << 32 | destination << 16 | source)
            and self.keys[row, 1] == self.destination_lo[at]
            and self.keys[row, 2] == self.source_lo[at]
            and self.keys[row, 3] == self.destination_hi[at]
            and self.keys[row, 4] == self.source_hi[at]
        )

    @cython.cfunc
    @cython.exceptval(-1)
    def _starts_anew(self, found: cython.int, row: cython.Py_ssize_t) -> cython.bint:
        """Whether the segment is a SYN whose initial sequence number differs from the known one of its sender.

        A SYN whose number is just before the first number seen from its sender was only captured late.
        """
        ahead: cython.longlong
        if self.flags[row] & (SYN | ACK) != SYN or not self.isn_known[found, self.side]:
            return False
        ahead = seq_offset(self.seq[row], self.isn[found, self.side])
        if ahead == 0:
            return False
        is_seen: cython.bint = self.isn_known[found, self.side] == 1
        return is_seen or not 0 < ahead <= FIT or self.times[row] - self.start_ns[found] > LATE_NS

    @cython.cfunc
    @cython.exceptval(-1)
    def _open(
        self, row: cython.Py_ssize_t, at: cython.Py_ssize_t, head: cython.int, previous: cython.int
    ) -> cython.int:
        """Add a connection that begins with this segment.

        `previous` is the previous connection between the same sockets on the same network, -1 if none; `head` is the
        first in the list of connections between the same sockets.
        """
        new: cython.int = self.count
        if new == self.capacity:
            self.connections.rows = new
            self.connections.reserve(1)
            self._take_connection_views()
            self._make_keys(self.capacity)
            self.copies.make_room(self.capacity)
        self.count = new + 1
        self.c_family[new] = self.family[at]
        if self._is_client(row, at):
            self.client_hi[new], self.client_lo[new] = self.source_hi[at], self.source_lo[at]
            self.server_hi[new], self.server_lo[new] = self.destination_hi[at], self.destination_lo[at]
            self.client_port[new], self.server_port[new] = self.source_port[at], self.destination_port[at]
        else:
            self.client_hi[new], self.client_lo[new] = self.destination_hi[at], self.destination_lo[at]
            self.server_hi[new], self.server_lo[new] = self.source_hi[at], self.source_lo[at]
            self.client_port[new], self.server_port[new] = self.destination_port[at], self.source_port[at]
        self._write_key(new)
        self._find_side(new, at)
        self.start_ns[new] = self.times[row]
        self.first_packet[new] = row
        self.last_packet[new] = -1
        self.previous[new] = previous
        self.c_network[new] = self.network[at]
        self.keys[new, NETWORK] = self.keys[new, NETWORK + 1] = UNSEEN
        self.rivals[new] = self._rival_of(previous)
        self._enlist(new, head, previous)
        if head < 0 or self.siblings[new] == head or previous == head:
            self._remember(new, self._hash(at))
        return new

    @cython.cfunc
    @cython.exceptval(-1)
    def _rival_of(self, previous: cython.int) -> cython.int:
        """The connection that may continue although a new one takes its sockets: `previous`, or the one before that if
        `previous` consists only of unanswered SYNs.
        """
        if previous < 0:
            return -1
        self.has_rivals = True
        is_answered: cython.bint = self.c_packets[previous, 0] > 0 and self.c_packets[previous, 1] > 0
        return previous if is_answered or self.rivals[previous] < 0 else self.rivals[previous]

    @cython.cfunc
    @cython.exceptval(-1)
    def _enlist(self, new: cython.int, head: cython.int, previous: cython.int) -> cython.int:
        """Add a connection to the list of those between the same sockets.

        It replaces the previous one; if there is none, it goes before those on other networks, and if there are then
        too many, the last is dropped.
        """
        row: cython.int = head
        count: cython.int = 1
        if previous < 0:
            self.siblings[new] = head
            while row >= 0:
                count += 1
                if count == NETWORKS:
                    self.siblings[row] = -1
                row = self.siblings[row]
            return 0
        self.siblings[new] = self.siblings[previous]
        while previous != head and self.siblings[row] != previous:
            row = self.siblings[row]
        if previous != head:
            self.siblings[row] = new
        return 0

    @cython.cfunc
    @cython.exceptval(-1)
    def _write_key(self, row: cython.int) -> cython.int:
        """Write the key of connection `row` from its columns."""
        family: cython.ulonglong = self.c_family[row]
        client: cython.ulonglong = self.client_port[row]
        server: cython.ulonglong = self.server_port[row]
        self.keys[row, 0] = family << 32 | client << 16 | server
        self.keys[row, 1] = self.client_lo[row]
        self.keys[row, 2] = self.server_lo[row]
        self.keys[row, 3] = self.client_hi[row]
        self.keys[row, 4] = self.server_hi[row]

    @cython.cfunc
    @cython.exceptval(-1)
    def _is_client(self, row: cython.Py_ssize_t, at: cython.Py_ssize_t) -> cython.bint:
        """Whether the sender of the first segment is the client: yes for a SYN without ACK, no for a SYN-ACK.

        In a connection that was already open when the capture began, an end on a well-known port is the server if its
        peer is not on one, and so is an end below the ephemeral range if its peer is in it; otherwise the first end to
        send is the client.
        """
        source: cython.uint = self.source_port[at]
        destination: cython.uint = self.destination_port[at]
        if self.flags[row] & SYN:
            return not self.flags[row] & ACK
        if source < WELL_KNOWN or destination < WELL_KNOWN:
            return not source < WELL_KNOWN <= destination
        return not source < EPHEMERAL <= destination

    @cython.cfunc
    @cython.exceptval(-1)
    def _remember(self, row: cython.int, hashed: cython.ulonglong) -> cython.int:
        """Store `row` in the hash table's slot for these sockets; grow the table when it is half full."""
        slot: cython.ulonglong
        if 2 * (row + 1) > self.slot_mask:
            self._grow()
        slot = hashed & self.slot_mask
        while self.slots[slot] and not self._same_sockets(self.slots[slot] - 1, row):
            slot = (slot + 1) & self.slot_mask
        self.slots[slot] = row + 1

    @cython.cfunc
    @cython.exceptval(-1)
    def _same_sockets(self, a: cython.int, b: cython.int) -> cython.bint:
        """Whether two connections are between the same sockets, in either role."""
        ports: cython.ulonglong = self.keys[b, 0]
        turned: cython.ulonglong = ports >> 32 << 32 | (ports & 0xFFFF) << 16 | (ports >> 16 & 0xFFFF)
        if self.keys[a, 0] == ports and self.keys[a, 1] == self.keys[b, 1] and self.keys[a, 2] == self.keys[b, 2]:
            return self.keys[a, 3] == self.keys[b, 3] and self.keys[a, 4] == self.keys[b, 4]
        if self.keys[a, 0] == turned and self.keys[a, 1] == self.keys[b, 2] and self.keys[a, 2] == self.keys[b, 1]:
            return self.keys[a, 3] == self.keys[b, 4] and self.keys[a, 4] == self.keys[b, 3]
        return False

    @cython.cfunc
    @cython.exceptval(-1)
    def _grow(self) -> cython.int:
        """Double the hash table."""
        old: cython.int[::1] = self.slots
        place: cython.Py_ssize_t
        slot: cython.ulonglong
        self._make_slots(2 * (self.slot_mask + 1))
        for place in range(old.shape[0]):
            if old[place]:
                slot = self._hash_of(old[place] - 1) & self.slot_mask
                while self.slots[slot]:
                    slot = (slot + 1) & self.slot_mask
                self.slots[slot] = old[place]

    @cython.cfunc
    @cython.exceptval(-1)
    def _count(self, connection: cython.int, row: cython.Py_ssize_t, at: cython.Py_ssize_t) -> cython.int:
        """Record the segment in the columns of its connection."""
        side: cython.int = self.side
        self.packet_connection[row] = connection
        self.packet_direction[row] = side
        self.end_ns[connection] = self.times[row]
        self.previous_packet[row] = self.last_packet[connection]
        self.last_packet[connection] = row
        self._note_sent(connection, row)
        self.c_packets[connection, side] += 1
        self.c_bytes[connection, side] += self.payload[row]
        if self.flags[row] & SYN:
            self._read_syn(connection, side, row, at)
        elif not self.isn_known[connection, side]:
            self.isn[connection, side] = (self.seq[row] - 1) & MASK32
            self.isn_known[connection, side] = 2
        if self.flags[row] & ACK and not self.isn_known[connection, 1 - side]:
            self.isn[connection, 1 - side] = (self.ack[row] - 1) & MASK32
            self.isn_known[connection, 1 - side] = 2
        self._scale_window(row, at, self.scale[connection, side], self.scale[connection, 1 - side])

    @cython.cfunc
    @cython.exceptval(-1)
    def _scale_window(
        self, row: cython.Py_ssize_t, at: cython.Py_ssize_t, own: cython.int, peer: cython.int
    ) -> cython.int:
        """Compute the window in bytes from the scales that both ends have announced.

        The window of a SYN is never scaled (RFC 7323 §2.2).
        """
        shift: cython.int = -1
        if own == SCALE_NONE or self.flags[row] & SYN:
            shift = 0
        elif own >= 0 and (peer >= 0 or peer == SCALE_OFFERED):
            shift = own
        self.peer_scale[row] = SCALE_UNKNOWN if peer == SCALE_OFFERED else peer
        self.window_shift[row] = shift
        self.window[row] = self.window_field[at]
        if shift > 0:
            self.window[row] <<= shift

    @cython.cfunc
    @cython.exceptval(-1)
    def _read_syn(
        self, connection: cython.int, side: cython.int, row: cython.Py_ssize_t, at: cython.Py_ssize_t
    ) -> cython.int:
        """Note the initial sequence number and the options that only a SYN carries (RFC 9293 §3.2, RFC 7323 §2.2)."""
        if self.flags[row] & ACK and self.isn_known[connection, side] and self.isn[connection, side] != self.seq[row]:
            self.analysis[row] |= REUSED_PORTS
        if self.isn_known[connection, side] != 1:
            self.isn[connection, side] = self.seq[row]
            self.isn_known[connection, side] = 1
        self.mss[connection, side] = self.option_mss[at]
        self.c_options[connection, side] = self.options[at]
        if not self.options[at] & SCALE_OPTION:
            # Unless both ends send the option, neither scales its windows.
            self.scale[connection, side] = SCALE_NONE
            self.scale[connection, 1 - side] = SCALE_NONE
        elif self.scale[connection, side] in (SCALE_UNKNOWN, SCALE_OFFERED) or not self.flags[row] & ACK:
            self.scale[connection, side] = min(self.option_scale[at], 14)
            if self.flags[row] & ACK and self.scale[connection, 1 - side] == SCALE_NONE:
                self.scale[connection, side] = SCALE_NONE
            elif self.flags[row] & ACK and self.scale[connection, 1 - side] == SCALE_UNKNOWN:
                self.scale[connection, 1 - side] = SCALE_OFFERED
