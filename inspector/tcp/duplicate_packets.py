"""Finds packets that are in the capture twice, because of mirror ports, bridges, routers or the device `any`.

A copy has the same IP identification and the same TCP segment, including the checksum, within a short time. A
retransmission is a different packet with another identification. If there is no identification (IPv6, and Linux's 0),
the copy must have been captured at nearly the same time and at another place (interface, link header, VLAN, tunnel,
TTL), unless its connection is known to have copies. It is better to miss a copy than to report a false one.

Hot module: compiled by Cython where there is a compiler, plain Python otherwise (docs/architecture.md).
"""

from __future__ import annotations

import cython

from inspector.tables.table import Moves, Table

if cython.compiled:
    from cython.cimports.inspector.tcp.flags_and_seq import RST, SYN
else:
    from inspector.tcp.flags_and_seq import RST, SYN

MASK64 = cython.declare(cython.ulonglong, 0xFFFFFFFFFFFFFFFF)
MIX = cython.declare(cython.ulonglong, 0xFF51AFD7ED558CCD)

SEEN = cython.declare(cython.Py_ssize_t, 8192)
"""The number of packets that are remembered, a power of two; a packet is forgotten once a later one takes its slot."""

ON_THE_WAY_NS = cython.declare(cython.longlong, 100_000_000)
"""The maximum time between copies at different places of a packet that has an IP identification."""

AT_ONCE_NS = cython.declare(cython.longlong, 5_000_000)
"""The maximum time between copies of such a packet at the same place; a mirror port for both directions makes such
copies."""

SAME_MOMENT_NS = cython.declare(cython.longlong, 500_000)
"""The maximum time between copies of a packet without an identification: no sender retransmits so soon."""


@cython.cclass
class Copies:
    """Remembers recent packets by everything that a copy has in common with its original."""

    moves: Moves
    packets: Table
    headers: Table
    tags: cython.ushort[::1]
    """The uppermost bits of each signature; they are few enough bytes to stay in the processor's nearest cache."""
    signatures: cython.ulonglong[::1]
    rows: cython.int[::1]
    places: cython.ulonglong[::1]
    last_id: cython.uint[::1]
    """The IP identification of each end's previous packet, 0 if none; client and server of each connection in turn."""
    varies: cython.uchar[::1]
    """Whether each end gives its packets different identifications; client and server of each connection in turn."""
    copied: cython.uchar[::1]
    """Whether a packet of the connection was captured twice, by connection."""
    count: cython.int
    """The number of copies so far."""
    is_elsewhere: cython.bint
    """Whether the last copy was captured at another place than its original."""

    times: cython.longlong[::1]
    flags: cython.ushort[::1]
    seq: cython.uint[::1]
    ack: cython.uint[::1]
    payload: cython.uint[::1]
    packet_connection: cython.int[::1]
    packet_direction: cython.schar[::1]
    source_port: cython.ushort[::1]
    window_field: cython.ushort[::1]
    checksum: cython.ushort[::1]
    ip_id: cython.ushort[::1]
    place: cython.ulonglong[::1]

    def __init__(self, packets: Table, headers: Table) -> None:
        self.moves = Moves(packets, headers)
        self.packets = packets
        self.headers = headers
        self.tags = memoryview(bytearray(2 * SEEN)).cast("H")
        self.signatures = memoryview(bytearray(8 * SEEN)).cast("Q")
        self.rows = memoryview(bytearray(4 * SEEN)).cast("i")
        self.places = memoryview(bytearray(8 * SEEN)).cast("Q")
        self.count = 0
        self.is_elsewhere = False
        self.make_room(0)

    def make_room(self, connections: int) -> None:
        """Make room for `connections` connections; known ones are kept."""
        last_id, varies, copied = bytearray(8 * max(connections, 1)), bytearray(2 * connections), bytearray(connections)
        if self.count >= 0 and connections:
            last_id[: self.last_id.nbytes] = memoryview(self.last_id).cast("B")
            varies[: len(self.varies)] = self.varies
            copied[: len(self.copied)] = self.copied
        self.last_id = memoryview(last_id).cast("I")
        self.varies = memoryview(varies or bytearray(1))
        self.copied = memoryview(copied or bytearray(1))

    def begin_batch(self) -> None:
        """Prepare for new packets."""
        packets, headers = self.packets, self.headers
        if not self.moves.any_new():
            return
        self.times = packets.view("time_ns")
        self.flags = packets.view("flags")
        self.seq = packets.view("seq")
        self.ack = packets.view("ack")
        self.payload = packets.view("payload")
        self.packet_connection = packets.view("connection")
        self.packet_direction = packets.view("direction")
        self.source_port = headers.view("source_port")
        self.window_field = headers.view("window_field")
        self.checksum = headers.view("checksum")
        self.ip_id = headers.view("ip_id")
        self.place = headers.view("place")

    def turn(self, connection: int) -> None:
        """Swap client and server of a connection."""
        client: cython.Py_ssize_t = 2 * connection
        self.last_id[client], self.last_id[client + 1] = self.last_id[client + 1], self.last_id[client]
        self.varies[client], self.varies[client + 1] = self.varies[client + 1], self.varies[client]

    @cython.ccall
    @cython.exceptval(-2)
    def original(self, row: cython.Py_ssize_t, at: cython.Py_ssize_t, sockets: cython.ulonglong) -> cython.int:
        """The packets row of the original if `row` is a copy; if it is not, remember it and return -1.

        `at` is the packet's row in the headers table; `sockets` is a hash of both sockets that an attacker cannot
        predict.
        """
        signature: cython.ulonglong = self._signature(row, at, sockets)
        slot: cython.Py_ssize_t = signature & (SEEN - 1)
        tag: cython.ushort = signature >> 48
        if self.tags[slot] == tag and self.signatures[slot] == signature:
            earlier: cython.int = self.rows[slot]
            self.is_elsewhere = self.places[slot] != self.place[at]
            if self._is_copy(earlier, row, at, self.is_elsewhere):
                self.copied[self.packet_connection[earlier]] = 1
                self.count += 1
                return earlier
        self.tags[slot] = tag
        self.signatures[slot] = signature
        self.rows[slot] = row
        self.places[slot] = self.place[at]
        return -1

    @cython.ccall
    @cython.exceptval(-1)
    def follow(self, row: cython.Py_ssize_t, at: cython.Py_ssize_t) -> cython.int:
        """Learn from a packet that is not a copy, once its connection is known, whether its sender numbers its
        packets.
        """
        end: cython.Py_ssize_t = 2 * self.packet_connection[row] + self.packet_direction[row]
        if self.last_id[end] and self.last_id[end] != self.ip_id[at]:
            self.varies[end] = 1
        self.last_id[end] = self.ip_id[at]

    @cython.cfunc
    @cython.exceptval(-1)
    def _is_copy(
        self, earlier: cython.int, row: cython.Py_ssize_t, at: cython.Py_ssize_t, is_elsewhere: cython.bint
    ) -> cython.bint:
        """Whether time and place allow the two rows to be the same packet."""
        apart: cython.longlong = abs(self.times[row] - self.times[earlier])
        connection: cython.Py_ssize_t = self.packet_connection[earlier]
        opens_or_breaks: cython.bint = self.flags[row] & (SYN | RST) != 0
        if not self.ip_id[at]:
            is_no_repeat: cython.bint = self.payload[row] > 0 or opens_or_breaks
            return apart <= SAME_MOMENT_NS and (is_elsewhere or (self.copied[connection] and is_no_repeat))
        if is_elsewhere:
            return apart <= ON_THE_WAY_NS
        return apart <= AT_ONCE_NS and (
            opens_or_breaks or self.varies[2 * connection + self.packet_direction[earlier]] != 0
        )

    @cython.cfunc
    @cython.exceptval(-1)
    def _signature(self, row: cython.Py_ssize_t, at: cython.Py_ssize_t, sockets: cython.ulonglong) -> cython.ulonglong:
        """A hash of both sockets, the identification, and the segment, represented by its numbers and its checksum.

        When not compiled, it uses Python's own `hash`, which is faster there; no result depends on which hash is used.
        """
        numbers: cython.ulonglong = self.seq[row]
        fields: cython.ulonglong = self.flags[row]
        rest: cython.ulonglong = self.source_port[at]
        if not cython.compiled:
            return hash((
                sockets, rest, numbers, self.ack[row], fields, self.payload[row], self.window_field[at],
                self.checksum[at], self.ip_id[at],
            )) & MASK64  # fmt: skip
        numbers = numbers << 32 | self.ack[row]
        fields = (fields << 16 | self.window_field[at]) << 32 | self.payload[row]
        rest = (rest << 16 | self.checksum[at]) << 16 | self.ip_id[at]
        return mixed(mixed(mixed(numbers ^ sockets) ^ fields) ^ rest)


@cython.cfunc
@cython.inline
@cython.exceptval(check=False)
def mixed(value: cython.ulonglong) -> cython.ulonglong:
    """Mix the bits of a value so that each affects all others (part of MurmurHash3's finaliser, public domain)."""
    value = ((value ^ (value >> 33)) * MIX) & MASK64
    return value ^ (value >> 29)
