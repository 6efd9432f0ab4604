"""Where the headers of each packet are, from the link layer on, found in whole columns when a filter asks for them.

The engine keeps the innermost addresses and TCP's numbers in its tables. This is for all else: Ethernet, VLAN tags, the
fields of IP, outer headers of tunnels, UDP, ICMP and what an ICMP error quotes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

from inspector.tables.arrays import Ints, Rows, Values
from inspector.wire import layers
from inspector.wire.layer_parsers import UDP_PORTS, open_layer
from inspector.wire.link_layer import ETHERNET, FIXED_HEADERS, layer_of

if TYPE_CHECKING:
    from inspector.engine.capture import Capture

BLOCK = 4 << 20
"""Number of bytes of the file that are looked at together."""

KEPT = 8
"""Number of fields whose values in all packets are kept: some 8 bytes a packet each."""

MARGIN = 64
"""Zero bytes after a block, so that fixed headers can be read without a check of each offset."""

ARP = 0x0806
ICMP, ICMPV6 = layers.IP_PROTOCOL + 1, layers.IP_PROTOCOL + 58
IP_IN_IP, IPV6_IN_IP = layers.IP_PROTOCOL + 4, layers.IP_PROTOCOL + 41
VLANS = (layers.VLAN, layers.PROVIDER_VLAN, layers.OLD_QINQ)
ICMP_ERRORS = (3, 4, 5, 11, 12)
ICMPV6_ERRORS = (1, 2, 3, 4)
LOOPBACK_FAMILIES = (2, 10, 24, 28, 30)

HEADERS = ("eth", "vlan", "ip", "ipv6", "tcp", "udp", "icmp", "icmpv6", "arp")
"""The headers that are found, by Wireshark's names."""


class Places:
    """Where the headers of one kind begin.

    Attributes:
        packet: row in packets, ascending.
        layer: 1 for the outermost header of this kind in its packet, 2 for the next one.
        address: offset of the header in the file.
        length: captured bytes from the header to the end that the layers around it state.
    """

    def __init__(self, packet: Rows, layer: Ints, address: Ints, length: Ints) -> None:
        self.packet, self.layer, self.address, self.length = packet, layer, address, length


class Headers:
    """The headers of one capture's packets, which may grow. A packet is walked once."""

    def __init__(self, capture: Capture) -> None:
        self._capture = capture
        self._is_walked = np.zeros(0, bool)
        self._found: dict[str, list[npt.NDArray[np.int64]]] = defaultdict(list)
        self._places: dict[str, Places] = {}
        self._kept: dict[object, tuple[int, Any]] = {}

    def places(self, name: str, packets: Rows) -> Places:
        """All known headers of this kind, among them those of the given packets."""
        self._walk(packets)
        if name not in self._places:
            parts = self._found[name]
            found = np.concatenate(parts, axis=1) if parts else np.empty((4, 0), np.int64)
            found = found[:, np.argsort(found[0], kind="stable")]  # layers are found in order
            parts[:] = [found]
            self._places[name] = Places(found[0], found[1], found[2], found[3])
        return self._places[name]

    def remembered(self, key: object, make: Callable[[], Any]) -> Any:
        """What `make` returns for all packets; that of the latest keys is kept until there are more packets."""
        count = len(self._capture.packets)
        known = self._kept.pop(key, None)
        if known is None or known[0] != count:
            known = count, make()
        self._kept[key] = known
        if len(self._kept) > KEPT:
            del self._kept[next(iter(self._kept))]
        return known[1]

    def lengths(self, name: str, addresses: Ints) -> Ints:
        """Captured bytes from each header, given by its address, to the end that the layers around it state."""
        places = self._places[name]
        order = np.argsort(places.address, kind="stable")
        return places.length[order[np.searchsorted(places.address[order], addresses)]]

    def bytes_at(self, addresses: Ints, size: int) -> npt.NDArray[np.uint8]:
        """`size` bytes from each address, which are ascending for the most part: shape (n, size). Bytes that the file
        does not have are 0.
        """
        found = np.zeros((len(addresses), size), np.uint8)
        order: Rows | slice = slice(None)
        if len(addresses) > 1 and (np.diff(addresses) < 0).any():
            order = np.argsort(addresses, kind="stable")
            addresses = addresses[order]
        at = 0
        into = found if isinstance(order, slice) else np.zeros_like(found)
        while at < len(addresses):
            begin = int(addresses[at])
            stop = int(np.searchsorted(addresses, begin + BLOCK))
            piece = self._piece(begin, int(addresses[stop - 1]) - begin + size)
            into[at:stop] = sliding_window_view(piece, size)[addresses[at:stop] - begin]
            at = stop
        if not isinstance(order, slice):
            found[order] = into
        return found

    def _piece(self, begin: int, length: int) -> npt.NDArray[np.uint8]:
        piece = np.zeros(length + MARGIN, np.uint8)
        data = np.frombuffer(self._capture.source.read_bytes(begin, length), np.uint8)
        piece[: len(data)] = data
        return piece

    def _walk(self, packets: Rows) -> None:
        count = len(self._capture.packets)
        if len(self._is_walked) < count:
            self._is_walked = np.concatenate((self._is_walked, np.zeros(count - len(self._is_walked), bool)))
        fresh = packets[~self._is_walked[packets]]
        if not len(fresh):
            return
        self._places.clear()
        self._is_walked[fresh] = True
        table = self._capture.packets
        addresses = table["address"][fresh]
        order = np.argsort(addresses, kind="stable")
        fresh, addresses = fresh[order], addresses[order]
        ends = addresses + table["captured"][fresh]
        at = 0
        while at < len(fresh):
            begin = int(addresses[at])
            stop = max(int(np.searchsorted(addresses, begin + BLOCK)), at + 1)
            piece = self._piece(begin, int(ends[at:stop].max()) - begin)
            walk = _Walk(piece, begin, fresh[at:stop], addresses[at:stop] - begin, ends[at:stop] - begin)
            walk.run(self._capture.source.link_types, table["interface"][fresh[at:stop]])
            for name, parts in walk.found.items():
                self._found[name] += parts
            at = stop


class _Walk:
    """Walks the packets in one block of the file, all at once, layer by layer."""

    def __init__(self, piece: npt.NDArray[np.uint8], base: int, packets: Rows, starts: Ints, ends: Ints) -> None:
        self._piece, self._base, self._packets = piece, base, packets
        self._at, self._end = starts.copy(), ends.copy()
        self._code = np.zeros(len(packets), np.int64)
        self._seen = {name: np.zeros(len(packets), np.int64) for name in HEADERS}
        self.found: dict[str, list[npt.NDArray[np.int64]]] = defaultdict(list)

    def run(self, link_types: list[int], interfaces: Values) -> None:
        for interface in np.unique(interfaces).tolist():
            rows = np.flatnonzero(interfaces == interface)
            self._link(link_types[interface], rows)
        live = np.arange(len(self._packets))
        for _ in range(layers.MAX_LAYERS):
            live = live[self._code[live] != layers.DONE]
            if not len(live):
                return
            codes = self._code[live]
            self._code[live] = layers.DONE  # each parser sets what follows
            for code in np.unique(codes).tolist():
                self._parse(code, live[codes == code])

    def _link(self, link_type: int, rows: Rows) -> None:
        if link_type == ETHERNET:
            self._code[rows] = layers.ETHERNET
        elif link_type in FIXED_HEADERS:
            size, type_at = FIXED_HEADERS[link_type]
            self._typed(rows, size, type_at, is_short=size <= 14)
        else:
            self._code[rows] = layer_of(link_type)

    def _parse(self, code: int, rows: Rows) -> None:
        if code == layers.ETHERNET:
            rows = self._note("eth", rows, 14)
            self._typed(rows, 14, 12, is_short=True)
        elif code in VLANS:
            rows = self._note("vlan", rows, 4)
            self._typed(rows, 4, 2, is_short=True)
        elif code == layers.IPV4:
            self._ipv4(rows)
        elif code == layers.IPV6:
            self._ipv6(rows)
        elif code in (layers.ANY_IP, IP_IN_IP, IPV6_IN_IP):
            version = self._piece[self._at[rows]] >> 4
            self._code[rows[version == 4]] = layers.IPV4
            self._code[rows[version == 6]] = layers.IPV6
        elif code == layers.LOOPBACK:
            family = self._be16(rows, 2)
            family = np.where(family, family, self._u8(rows, 0) | self._u8(rows, 1) << 8)
            self._at[rows] += 4
            self._code[rows[np.isin(family, LOOPBACK_FAMILIES)]] = layers.ANY_IP
        elif code == layers.TCP:
            self._note("tcp", rows, 4)
        elif code == layers.UDP:
            self._udp(rows)
        elif code in (ICMP, ICMPV6):
            self._icmp(rows, code == ICMPV6)
        elif code == ARP:
            self._note("arp", rows, 8)
        elif code >= layers.EXTENSION:
            self._extension(rows, code - layers.EXTENSION)
        else:
            self._open(rows, code)

    def _u8(self, rows: Rows, offset: int) -> Ints:
        return self._piece[self._at[rows] + offset].astype(np.int64)

    def _be16(self, rows: Rows, offset: int) -> Ints:
        return self._u8(rows, offset) << 8 | self._u8(rows, offset + 1)

    def _note(self, name: str, rows: Rows, size: int) -> Rows:
        """Keep a header of these rows, where at least `size` bytes of it were captured; returns those rows."""
        rows = rows[self._at[rows] + size <= self._end[rows]]
        self._seen[name][rows] += 1
        columns = (
            self._packets[rows],
            self._seen[name][rows],
            self._at[rows] + self._base,
            self._end[rows] - self._at[rows],
        )
        self.found[name].append(np.stack(columns))
        return rows

    def _typed(self, rows: Rows, size: int, type_at: int, *, is_short: bool) -> None:
        """A header of fixed size with a type/length field (IEEE 802.3 §3.2.6)."""
        rows = rows[self._at[rows] + size <= self._end[rows]]
        ethertype = self._be16(rows, type_at)
        self._at[rows] += size
        is_length = ethertype <= layers.LARGEST_LLC
        if is_short:
            short = rows[is_length]
            self._end[short] = np.minimum(self._end[short], self._at[short] + ethertype[is_length])
        self._code[rows[is_length]] = layers.LLC
        is_type = ethertype >= layers.SMALLEST_ETHERTYPE
        self._code[rows[is_type]] = ethertype[is_type]

    def _ipv4(self, rows: Rows) -> None:
        rows = rows[self._at[rows] + 20 <= self._end[rows]]
        first = self._u8(rows, 0)
        header, total = (first & 15) << 2, self._be16(rows, 2)
        total = np.where(total == 0, self._end[rows] - self._at[rows], total)
        is_sound = (first >> 4 == 4) & (header >= 20) & (total >= header)
        rows, header, total = rows[is_sound], header[is_sound], total[is_sound]
        self._end[rows] = np.minimum(self._end[rows], self._at[rows] + total)
        self._note("ip", rows, 20)
        fragment, protocol = self._be16(rows, 6), self._u8(rows, 9)
        self._at[rows] += header
        whole = (fragment & 0x3FFF == 0) & (self._at[rows] <= self._end[rows])
        code = layers.IP_PROTOCOL + protocol
        code = np.where(protocol == 51, layers.AUTHENTICATION_HEADER, code)
        self._code[rows[whole]] = code[whole]

    def _ipv6(self, rows: Rows) -> None:
        rows = rows[self._at[rows] + 40 <= self._end[rows]]
        rows = rows[self._u8(rows, 0) >> 4 == 6]
        payload = self._be16(rows, 4)
        stated = np.where(payload == 0, self._end[rows], self._at[rows] + 40 + payload)
        self._end[rows] = np.minimum(self._end[rows], stated)
        self._note("ipv6", rows, 40)
        following = self._u8(rows, 6)
        self._at[rows] += 40
        self._code[rows] = _upper(following)

    def _extension(self, rows: Rows, protocol: int) -> None:
        rows = rows[self._at[rows] + 8 <= self._end[rows]]
        following, length = self._u8(rows, 0), self._u8(rows, 1)
        if layers.EXTENSION + protocol == layers.FRAGMENT_HEADER:
            is_whole = self._be16(rows, 2) & 0xFFF9 == 0
            rows, following, size = rows[is_whole], following[is_whole], np.full(int(is_whole.sum()), 8)
        elif layers.EXTENSION + protocol == layers.AUTHENTICATION_HEADER:
            size = (length + 2) << 2
        else:
            size = (length + 1) << 3
        self._at[rows] += size
        is_inside = self._at[rows] <= self._end[rows]
        self._code[rows[is_inside]] = _upper(following)[is_inside]

    def _udp(self, rows: Rows) -> None:
        rows = self._note("udp", rows, 8)
        source, destination, length = (self._be16(rows, offset) for offset in (0, 2, 4))
        stated = np.where(length >= 8, self._at[rows] + length, self._end[rows])
        self._end[rows] = np.minimum(self._end[rows], stated)
        self._at[rows] += 8
        for port in np.unique(np.concatenate((source, destination))).tolist():
            if port in UDP_PORTS:
                self._code[rows[(destination == port) | (source == port) & ~np.isin(destination, list(UDP_PORTS))]] = (
                    layers.UDP_PORT + port
                )

    def _icmp(self, rows: Rows, is_v6: bool) -> None:
        rows = self._note("icmpv6" if is_v6 else "icmp", rows, 4)
        kind = self._u8(rows, 0)
        quotes = np.isin(kind, ICMPV6_ERRORS if is_v6 else ICMP_ERRORS)
        self._at[rows] += 8
        self._code[rows[quotes & (self._at[rows] < self._end[rows])]] = layers.ANY_IP

    def _open(self, rows: Rows, code: int) -> None:
        """A rare layer: parsed packet by packet, by the parser that the engine has for it."""
        for row in rows.tolist():
            at, end = int(self._at[row]), int(self._end[row])
            step = open_layer(code, memoryview(self._piece[at:end].tobytes()))
            if step is None:
                continue
            if len(step) == 3:
                self._end[row] = min(end, at + step[2])
            self._at[row] = at + step[1]
            if self._at[row] <= self._end[row]:
                self._code[row] = step[0]


def _upper(protocol: Ints) -> Ints:
    is_extension = np.isin(protocol, list(layers.EXTENSION_HEADERS))
    return np.where(is_extension, layers.EXTENSION + protocol, layers.IP_PROTOCOL + protocol)
