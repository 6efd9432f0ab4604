"""Walks each packet from the link layer to the TCP header.

This module parses the usual layers, Ethernet → IP → TCP, itself; rarer layers are parsed by their openers
(layer_parsers.py), which return what follows and where. Two end offsets are kept: `end` is the offset after the last
captured byte, `wire` is where the packet ended on the wire. Each IP header moves both back to the end of the packet
that it states, so that link-layer padding never counts as payload.

Hot module: compiled by Cython where there is a compiler, plain Python otherwise (docs/architecture.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import cython
import numpy as np

from inspector.tables.arena import Arena
from inspector.tables.table import Moves, Table
from inspector.wire import layers, network_keys
from inspector.wire.ip_reassembly import Fragments
from inspector.wire.layer_parsers import UDP_PORTS, open_layer
from inspector.wire.link_layer import FIXED_HEADERS, layer_of
from inspector.wire.network_keys import NETWORK_KEYS, network_key
from inspector.wire.udp_tunnels import GENEVE_ETHERNET, GTP_VERSION_AND_TYPE, KINDS, VXLAN_HAS_ID, looks_like

if cython.compiled:
    from cython.cimports.inspector.wire.byte_order import be16, be32, be64
    from cython.cimports.inspector.wire.header_structs import ipv4_header
else:
    from inspector.wire.byte_order import be16, be32, be64
    from inspector.wire.header_structs import ipv4_header

NO_PROTOCOL = cython.declare(cython.int, 255)
"""The `ip_protocol` of a packet without IP (255 is reserved, so no IP packet has it)."""

MAX_LAYERS = cython.declare(cython.int, layers.MAX_LAYERS)
DONE = cython.declare(cython.int, layers.DONE)
ETHERNET = cython.declare(cython.int, layers.ETHERNET)
ANY_IP = cython.declare(cython.int, layers.ANY_IP)
LOOPBACK = cython.declare(cython.int, layers.LOOPBACK)
LLC = cython.declare(cython.int, layers.LLC)
LARGEST_LLC = cython.declare(cython.int, layers.LARGEST_LLC)
SMALLEST_ETHERTYPE = cython.declare(cython.int, layers.SMALLEST_ETHERTYPE)
IPV4 = cython.declare(cython.int, layers.IPV4)
IPV6 = cython.declare(cython.int, layers.IPV6)
VLAN = cython.declare(cython.int, layers.VLAN)
PROVIDER_VLAN = cython.declare(cython.int, layers.PROVIDER_VLAN)
OLD_QINQ = cython.declare(cython.int, layers.OLD_QINQ)
IP_PROTOCOL = cython.declare(cython.int, layers.IP_PROTOCOL)
UDP_PORT = cython.declare(cython.int, layers.UDP_PORT)
TCP = cython.declare(cython.int, layers.TCP)
UDP = cython.declare(cython.int, layers.UDP)

IP_IN_IP = cython.declare(cython.int, layers.IP_PROTOCOL + 4)
IPV6_IN_IP = cython.declare(cython.int, layers.IP_PROTOCOL + 41)
ROUTING_HEADER = cython.declare(cython.int, layers.EXTENSION + 43)
END_OF_OPTIONS = cython.declare(cython.int, 0)
NO_OPERATION = cython.declare(cython.int, 1)
LOOSE_ROUTE = cython.declare(cython.int, 131)
STRICT_ROUTE = cython.declare(cython.int, 137)
VXLAN_BEGINS = cython.declare(cython.int, VXLAN_HAS_ID)
GTP_BEGINS = cython.declare(cython.int, GTP_VERSION_AND_TYPE)
GENEVE_PROTOCOL = cython.declare(cython.int, GENEVE_ETHERNET)
MAX_SUSPECTED = cython.declare(cython.int, 64)
"""Maximum number of (kind, port) pairs for which datagrams that look like a tunnel are counted."""

MASK64 = cython.declare(cython.ulonglong, 0xFFFFFFFFFFFFFFFF)
HASH_MULTIPLIER = cython.declare(cython.ulonglong, network_keys.HASH_MULTIPLIER)

EXTENSION = cython.declare(cython.int, layers.EXTENSION)
FRAGMENT_HEADER = cython.declare(cython.int, layers.FRAGMENT_HEADER)
AUTHENTICATION_HEADER = cython.declare(cython.int, layers.AUTHENTICATION_HEADER)


@cython.final
@cython.cclass
class LayerWalker:
    """Walks each packet from its link layer to its TCP header.

    Fills the address columns of `headers` and `ip_protocol` of `packets`, and stores the position of the TCP segment,
    including its header, in the payload columns. Of TCP, it knows only the protocol number.
    """

    moves: Moves
    packets: Table
    headers: Table
    arena: Arena
    link_types: list[int]
    fragments: Fragments

    file: Any
    bytes: Any
    data: cython.const[cython.uchar][::1]
    """The bytes that `at`, `end` and `wire` refer to: the capture file, or a datagram reassembled from fragments."""
    is_rebuilt: cython.bint

    row: cython.Py_ssize_t
    slot: cython.Py_ssize_t
    at: cython.Py_ssize_t
    end: cython.Py_ssize_t
    wire: cython.Py_ssize_t
    protocol: cython.int

    link_bytes: cython.int[::1]
    link_ethertype_at: cython.int[::1]
    link_layer: cython.int[::1]
    tunnel_at: cython.const[cython.int][::1]
    suspected: dict[tuple[str, int], int]
    """The number of datagrams that look like a tunnel on a port not known as one, by (kind, port)."""
    is_extension: cython.const[cython.uchar][::1]

    times: cython.longlong[::1]
    addresses: cython.longlong[::1]
    captured: cython.uint[::1]
    lengths: cython.uint[::1]
    interfaces: cython.ushort[::1]
    ip_protocol: cython.uchar[::1]
    payload_address: cython.longlong[::1]
    payload: cython.uint[::1]
    payload_captured: cython.uint[::1]

    is_tcp: cython.uchar[::1]
    family: cython.uchar[::1]
    source_hi: cython.ulonglong[::1]
    source_lo: cython.ulonglong[::1]
    destination_hi: cython.ulonglong[::1]
    destination_lo: cython.ulonglong[::1]
    ip_bytes: cython.uint[::1]
    ip_id: cython.ushort[::1]
    network: cython.ulonglong[::1]
    place: cython.ulonglong[::1]

    network_now: cython.ulonglong
    place_now: cython.ulonglong
    ignores_vlans: cython.bint

    def __init__(
        self,
        packets: Table,
        headers: Table,
        arena: Arena,
        link_types: list[int],
        fragments: Fragments,
        tunnels: Mapping[int, str] | None = None,
        ignores_vlans: bool = False,
    ) -> None:
        """`tunnels` gives the kind of tunnel on UDP ports in addition to the usual ones. With `ignores_vlans`, a VLAN
        does not count as a separate network.
        """
        self.ignores_vlans = ignores_vlans
        self.network_now = self.place_now = 0
        self.moves = Moves(packets, headers)
        self.packets = packets
        self.headers = headers
        self.arena = arena
        self.link_types = link_types
        self.fragments = fragments
        self.tunnel_at = _tunnels(tunnels)
        self.suspected = {}
        self.is_extension = _flags(layers.EXTENSION_HEADERS, 256)
        self._learn_links()
        self.attach(memoryview(b""))

    def suspicions(self) -> dict[tuple[str, int], int]:
        """The number of UDP packets that look like a tunnel on a port not known as one, by (kind, port). A method,
        because Python code cannot see the attributes of a compiled class.
        """
        return self.suspected

    def attach(self, data: memoryview) -> None:
        """Read from `data`, a view of the capture file, from now on."""
        self.file = data
        self._look_at(data)
        self.is_rebuilt = False

    def _look_at(self, data: memoryview) -> None:
        self.bytes = data
        self.data = data

    def _learn_links(self) -> None:
        """Look up, for each interface, the size of its link header and the offset of the ethertype in it, or else the
        layer with which its packets begin.
        """
        fixed = [FIXED_HEADERS.get(link_type, (0, 0)) for link_type in self.link_types]
        self.link_bytes = _ints([size for size, _ in fixed])
        self.link_ethertype_at = _ints([at for _, at in fixed])
        self.link_layer = _ints([layer_of(link_type) for link_type in self.link_types])

    def _take_views(self) -> None:
        packets = self.packets
        headers = self.headers
        if not self.moves.any_new():
            return
        self.times = packets.view("time_ns")
        self.addresses = packets.view("address")
        self.captured = packets.view("captured")
        self.lengths = packets.view("length")
        self.interfaces = packets.view("interface")
        self.ip_protocol = packets.view("ip_protocol")
        self.payload_address = packets.view("payload_address")
        self.payload = packets.view("payload")
        self.payload_captured = packets.view("payload_captured")
        self.is_tcp = headers.view("is_tcp")
        self.family = headers.view("family")
        self.source_hi = headers.view("source_hi")
        self.source_lo = headers.view("source_lo")
        self.destination_hi = headers.view("destination_hi")
        self.destination_lo = headers.view("destination_lo")
        self.ip_bytes = headers.view("ip_bytes")
        self.ip_id = headers.view("ip_id")
        self.network = headers.view("network")
        self.place = headers.view("place")

    def advance(self, first: cython.Py_ssize_t, stop: cython.Py_ssize_t) -> None:
        """Walk rows [first, stop) of `packets`; their rows in `headers` begin at 0 and contain zeros."""
        row: cython.Py_ssize_t
        if len(self.link_types) != self.link_layer.shape[0]:
            self._learn_links()
        self._take_views()
        for row in range(first, stop):
            self.row = row
            self.slot = row - first
            self.protocol = NO_PROTOCOL
            self._packet()
            self.network[self.slot] = self.network_now
            self.place[self.slot] = (self.place_now * HASH_MULTIPLIER + self.network_now) & MASK64
            self.ip_protocol[row] = self.protocol
            if self.is_rebuilt:
                self.attach(self.file)

    @cython.cfunc
    @cython.exceptval(-1)
    def _packet(self) -> cython.int:
        """Walk one packet from its link layer to its TCP header, or to the first layer that is not supported."""
        interface: cython.Py_ssize_t = self.interfaces[self.row]
        layer: cython.int
        self.at = self.addresses[self.row]
        self.end = self.at + self.captured[self.row]
        self.wire = self.at + self.lengths[self.row]
        if self.wire < self.end:
            self.wire = self.end
        if self.end > self.data.shape[0] or interface >= self.link_layer.shape[0]:
            return 0
        self.network_now = 0
        self.place_now = interface
        if self.link_bytes[interface]:
            self._note_link_header(self.link_bytes[interface])
            layer = self._typed_header(self.link_bytes[interface], self.link_ethertype_at[interface])
        else:
            layer = self.link_layer[interface]
        self._walk(layer)
        return 0

    @cython.cfunc
    @cython.exceptval(-1)
    def _walk(self, layer: cython.int) -> cython.int:
        """Parse layer after layer; each one moves `at` to the next layer and returns that layer's code. Most packets
        take two turns.
        """
        turn: cython.int
        for turn in range(MAX_LAYERS):  # noqa: B007
            if layer == IPV4:
                layer = self._ipv4()
            elif layer == TCP:
                return self._found_tcp()
            elif layer == IPV6:
                layer = self._ipv6()
            elif layer == DONE:
                return 0
            elif layer in (VLAN, PROVIDER_VLAN, OLD_QINQ):
                self._note_vlan()
                layer = self._typed_header(4, 2)
            elif layer == ETHERNET:
                layer = self._typed_header(14, 12)
            elif layer in (ANY_IP, IP_IN_IP, IPV6_IN_IP):
                layer = self._any_ip()
            elif layer == LOOPBACK:
                layer = self._loopback()
            elif layer == UDP:
                layer = self._udp()
            elif layer >= EXTENSION:
                layer = self._extension(layer)
            else:
                layer = self._open(layer)
        return 0

    @cython.cfunc
    @cython.inline
    @cython.exceptval(-1)
    def _typed_header(self, size: cython.Py_ssize_t, ethertype_at: cython.Py_ssize_t) -> cython.int:
        """Parse a header of fixed size that contains a type/length field (IEEE 802.3 §3.2.6)."""
        ethertype: cython.int
        if self.at + size > self.end:
            return DONE
        ethertype = be16(self.data, self.at + ethertype_at)
        self.at += size
        if ethertype >= SMALLEST_ETHERTYPE:
            return ethertype
        if ethertype > LARGEST_LLC:
            return DONE
        if size <= 14:  # an Ethernet header or a tag; in cooked headers, a small number is a kind of frame
            self._clip_to(self.at + ethertype)
        return LLC

    @cython.cfunc
    @cython.inline
    @cython.exceptval(-1)
    def _note_link_header(self, size: cython.Py_ssize_t) -> cython.int:
        """Mix the first and last eight bytes of the link header into `place_now`: addresses, packet types, or an
        interface number.
        """
        if self.at + size <= self.end:
            self.place_now = (self.place_now + be64(self.data, self.at)) & MASK64
            self.place_now = (self.place_now * HASH_MULTIPLIER + be64(self.data, self.at + size - 8)) & MASK64
        return 0

    @cython.cfunc
    @cython.exceptval(-1)
    def _note_vlan(self) -> cython.int:
        """Mix a VLAN tag into `place_now` and `network_now`: a VLAN is a network inside the one around it (IEEE 802.1Q
        §9.6), but VLAN ID 0 only states a priority.
        """
        number: cython.int
        if self.at + 2 <= self.end:
            number = be16(self.data, self.at) & 0xFFF
            self.place_now = (self.place_now * HASH_MULTIPLIER + number) & MASK64
            if number and not self.ignores_vlans:
                self.network_now = (self.network_now * HASH_MULTIPLIER + number) & MASK64
        return 0

    @cython.cfunc
    @cython.exceptval(-1)
    def _note_tunnel(self, layer: cython.int) -> cython.int:
        """Set `network_now` from the tunnel's key, which identifies the network inside the tunnel, regardless of the
        networks that carry it.
        """
        key = network_key(layer, self.bytes[self.at : self.end])
        if key:
            self.network_now = (layer * HASH_MULTIPLIER + key) & MASK64
        return 0

    @cython.cfunc
    @cython.exceptval(-1)
    def _loopback(self) -> cython.int:
        """Parse a BSD loopback header: a four-byte address family, in which the position of the zero bytes shows the
        byte order.
        """
        family: cython.int
        if self.at + 4 > self.end:
            return DONE
        family = be16(self.data, self.at + 2) or self.data[self.at] | self.data[self.at + 1] << 8
        self.at += 4
        # 2 is IPv4 everywhere; IPv6 is 10 on Linux, 24 on NetBSD and OpenBSD, 28 on FreeBSD, 30 on macOS.
        return ANY_IP if family in (2, 10, 24, 28, 30) else DONE

    @cython.cfunc
    @cython.exceptval(-1)
    def _any_ip(self) -> cython.int:
        """Return IPV4 or IPV6 according to the version field, with which both headers begin."""
        version: cython.int
        if self.at >= self.end:
            return DONE
        version = self.data[self.at] >> 4
        if version == 4:
            return IPV4
        return IPV6 if version == 6 else DONE

    @cython.cfunc
    @cython.exceptval(-1)
    def _ipv4(self) -> cython.int:
        """Parse an IPv4 header (RFC 791 §3.1). A header that contradicts itself ends the walk."""
        at: cython.Py_ssize_t = self.at
        header: cython.Py_ssize_t
        version: cython.int
        total: cython.Py_ssize_t
        identification: cython.int
        fragment: cython.int
        protocol: cython.int
        source: cython.uint
        destination: cython.uint
        if at + 20 > self.end:
            return DONE
        version, total, identification, fragment, protocol, source, destination = ipv4_header(self.data, at)
        if version >> 4 != 4:
            return DONE
        header = (version & 15) << 2
        if total == 0:  # segmentation offload: the packet was captured before its length was filled in
            total = self.wire - at
        if header < 20 or total < header or at + header > self.end:
            return DONE
        self._clip_to(at + total)
        self.family[self.slot] = 4
        self.source_hi[self.slot] = 0
        self.source_lo[self.slot] = source
        self.destination_hi[self.slot] = 0
        self.destination_lo[self.slot] = destination
        self.ip_bytes[self.slot] = total
        self.ip_id[self.slot] = identification
        self.place_now = (self.place_now * HASH_MULTIPLIER + self.data[at + 8]) & MASK64
        self.protocol = protocol
        if header > 20:
            self._source_route(at + 20, at + header)
        self.at = at + header
        if fragment & 0x3FFF:
            return self._fragment(identification, (fragment & 0x1FFF) << 3, (fragment & 0x2000) == 0)
        return self._upper_layer()

    @cython.cfunc
    @cython.exceptval(-1)
    def _source_route(self, at: cython.Py_ssize_t, stop: cython.Py_ssize_t) -> cython.int:
        """Set the destination to the last address of a source route, which is where the packet finally goes, unless the
        route is used up (RFC 791 §3.1).
        """
        length: cython.int
        while at + 1 < stop and self.data[at] != END_OF_OPTIONS:
            if self.data[at] == NO_OPERATION:
                at += 1
                continue
            length = self.data[at + 1]
            if length < 2 or at + length > stop:
                return 0
            if self.data[at] in (LOOSE_ROUTE, STRICT_ROUTE) and length >= 7 and self.data[at + 2] <= length - 3:
                self.destination_lo[self.slot] = be32(self.data, at + 3 + (length - 7) // 4 * 4)
                return 0
            at += length
        return 0

    @cython.cfunc
    @cython.exceptval(-1)
    def _ipv6(self) -> cython.int:
        """Parse an IPv6 header (RFC 8200 §3)."""
        at: cython.Py_ssize_t = self.at
        total: cython.Py_ssize_t
        if at + 40 > self.end or self.data[at] >> 4 != 6:
            return DONE
        total = 40 + be16(self.data, at + 4)
        if total == 40:  # a jumbogram (RFC 2675 §2) or segmentation offload: it extends to the end of the packet
            total = self.wire - at
        self._clip_to(at + total)
        self.family[self.slot] = 6
        self.source_hi[self.slot] = be64(self.data, at + 8)
        self.source_lo[self.slot] = be64(self.data, at + 16)
        self.destination_hi[self.slot] = be64(self.data, at + 24)
        self.destination_lo[self.slot] = be64(self.data, at + 32)
        self.ip_bytes[self.slot] = total
        self.ip_id[self.slot] = 0
        self.place_now = (self.place_now * HASH_MULTIPLIER + self.data[at + 7]) & MASK64
        self.protocol = self.data[at + 6]
        self.at = at + 40
        return self._upper_layer()

    @cython.cfunc
    @cython.inline
    @cython.exceptval(-1)
    def _upper_layer(self) -> cython.int:
        """The layer code for `protocol`: that of an IPv6 extension header (the authentication header may also follow
        IPv4), or else that of the IP protocol.
        """
        if self.is_extension[self.protocol] and (
            self.family[self.slot] == 6 or EXTENSION + self.protocol == AUTHENTICATION_HEADER
        ):
            return EXTENSION + self.protocol
        return IP_PROTOCOL + self.protocol

    @cython.cfunc
    @cython.inline
    @cython.exceptval(check=False)
    def _clip_to(self, stop: cython.Py_ssize_t) -> cython.void:
        """Move both ends back to `stop`, the end that a layer states for itself; what follows is padding."""
        if stop < self.wire:
            self.wire = stop
        if stop < self.end:
            self.end = stop

    @cython.cfunc
    @cython.exceptval(-1)
    def _extension(self, layer: cython.int) -> cython.int:
        """Parse one IPv6 extension header: the protocol number of the next header, and its own size (RFC 8200 §4,
        RFC 4302 §2.2).
        """
        at: cython.Py_ssize_t = self.at
        position: cython.int
        if at + 8 > self.end:
            return DONE
        self.protocol = self.data[at]
        if layer == FRAGMENT_HEADER:
            self.at = at + 8
            position = be16(self.data, at + 2)
            if position & 0xFFF9:  # otherwise it is an atomic fragment, which is a whole packet (RFC 6946)
                return self._fragment(be32(self.data, at + 4), position & 0xFFF8, (position & 1) == 0)
        elif layer == AUTHENTICATION_HEADER:
            self.at = at + ((self.data[at + 1] + 2) << 2)
        else:
            self.at = at + ((self.data[at + 1] + 1) << 3)
            if layer == ROUTING_HEADER:
                self._routing_header(at)
        return self._upper_layer()

    @cython.cfunc
    @cython.exceptval(-1)
    def _routing_header(self, at: cython.Py_ssize_t) -> cython.int:
        """Set the destination to the final one that a routing header gives, if segments are left: the last address in
        type 0 (RFC 2460 §4.4), the home address in type 2 (RFC 6275 §6.4), the first segment in type 4, whose list is
        in reverse order (RFC 8754 §2).
        """
        kind: cython.int = self.data[at + 2]
        count: cython.Py_ssize_t = self.data[at + 1] // 2
        final: cython.Py_ssize_t = at + 8
        if self.data[at + 3] == 0 or count < 1 or kind not in (0, 2, 4):
            return 0
        if kind == 0:
            final += 16 * (count - 1)
        if final + 16 <= self.end:
            self.destination_hi[self.slot] = be64(self.data, final)
            self.destination_lo[self.slot] = be64(self.data, final + 8)
        return 0

    @cython.cfunc
    @cython.exceptval(-1)
    def _fragment(self, identification: cython.longlong, offset: cython.Py_ssize_t, is_last: cython.bint) -> cython.int:
        """Store a fragment; if it completes the datagram, continue inside the datagram.

        A fragment that was truncated by the capture can never complete a datagram, but a first fragment is still walked
        for its TCP header.
        """
        slot: cython.Py_ssize_t = self.slot
        if self.end < self.wire:
            return self._upper_layer() if offset == 0 else DONE
        key = (
            self.family[slot],
            self.source_hi[slot],
            self.source_lo[slot],
            self.destination_hi[slot],
            self.destination_lo[slot],
            identification,
            self.protocol if self.family[slot] == 4 else 0,
        )
        whole = self.fragments.add(
            key,
            self.row,
            self.times[self.row],
            offset,
            bytes(self.bytes[self.at : self.end]),
            bool(is_last),
            self.family[slot] == 6,
            self.protocol,
        )
        if whole is None:
            return DONE
        self.protocol = self.fragments.protocol
        self._look_at(memoryview(whole))
        self.is_rebuilt = True
        self.at = 0
        self.end = self.wire = self.data.shape[0]
        return self._upper_layer()

    @cython.cfunc
    @cython.exceptval(-1)
    def _udp(self) -> cython.int:
        """Parse a UDP header (RFC 768). Its payload is decoded only if one of the ports may be that of a tunnel."""
        source: cython.int
        destination: cython.int
        length: cython.Py_ssize_t
        if self.at + 8 > self.end:
            return DONE
        source = be16(self.data, self.at)
        destination = be16(self.data, self.at + 2)
        length = be16(self.data, self.at + 4)
        if length >= 8:  # 0 if offload is to fill it in, or in a jumbogram
            self._clip_to(self.at + length)
        self.at += 8
        if self.tunnel_at[destination]:
            return UDP_PORT + self.tunnel_at[destination]
        if self.tunnel_at[source]:
            return UDP_PORT + self.tunnel_at[source]
        if self.at + 8 <= self.end:
            self._suspect(destination)
        return DONE

    @cython.cfunc
    @cython.exceptval(-1)
    def _suspect(self, port: cython.int) -> cython.int:
        """Count the datagram if it looks like a tunnel, since its port is not known as one."""
        first: cython.int = self.data[self.at]
        if first in (VXLAN_BEGINS, GTP_BEGINS) or be16(self.data, self.at + 2) == GENEVE_PROTOCOL:
            kind = looks_like(self.bytes[self.at : self.end])
            if kind is not None and (len(self.suspected) < MAX_SUSPECTED or (kind, port) in self.suspected):
                self.suspected[kind, port] = self.suspected.get((kind, port), 0) + 1
        return 0

    @cython.cfunc
    @cython.exceptval(-1)
    def _open(self, layer: cython.int) -> cython.int:
        """Parse a layer with its opener, which gets only the captured bytes from this layer on."""
        step = open_layer(layer, self.bytes[self.at : self.end])
        if step is None:
            return DONE
        if layer in NETWORK_KEYS:
            self._note_tunnel(layer)
        if len(step) == 3:
            self._clip_to(self.at + step[2])
        self.at += step[1]
        return step[0] if self.at <= self.end else DONE

    @cython.cfunc
    @cython.inline
    @cython.exceptval(-1)
    def _found_tcp(self) -> cython.int:
        """Store the position and the length of the TCP segment in the payload columns."""
        row: cython.Py_ssize_t = self.row
        if self.at > self.end:
            return 0
        self.is_tcp[self.slot] = 1
        self.payload_address[row] = self.at
        self.payload[row] = self.wire - self.at
        self.payload_captured[row] = self.end - self.at
        if self.is_rebuilt:
            self._keep_segment()
        return 0

    @cython.cfunc
    @cython.exceptval(-1)
    def _keep_segment(self) -> cython.int:
        """Copy the segment of a reassembled datagram into the arena; if the arena is full, the segment counts as not
        captured.
        """
        address: cython.longlong = self.arena.append(self.bytes[self.at : self.end])
        if address < 0:
            address = 0
            self.payload_captured[self.row] = 0
        self.payload_address[self.row] = address
        return 0


def _tunnels(more: Mapping[int, str] | None) -> memoryview:
    """For each UDP port, the usual port of the kind of tunnel that may run there; 0 if there is none."""
    usual = np.zeros(0x10000, np.intc)
    for port in UDP_PORTS:
        usual[port] = port
    for port, kind in (more or {}).items():
        usual[port] = KINDS[kind]
    return memoryview(usual).toreadonly()


def _flags(numbers: frozenset[int], size: int) -> memoryview:
    """`size` bytes, with a 1 at each index in `numbers` and 0 elsewhere."""
    flags = bytearray(size)
    for number in numbers:
        flags[number] = 1
    return memoryview(flags).toreadonly()


def _ints(values: list[int]) -> memoryview:
    """The values as an array of C ints."""
    return memoryview(np.array(values, np.intc))
