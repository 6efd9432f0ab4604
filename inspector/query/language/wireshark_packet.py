"""Wireshark's fields of frames, link layers, IP, UDP and ICMP."""

from __future__ import annotations

import numpy as np

from inspector.engine.clocks import NO_CLOCK
from inspector.query.language.field import Cost, Field, Read, column, combined, header_parts, of_header, of_table
from inspector.query.language.scope import Links, Part, Scope
from inspector.query.language.values import Kind, objects
from inspector.tables.arrays import Ints, Mask, Rows, Values
from inspector.wire import ip_protocols


def _numbers(links: Links, rows: Rows) -> tuple[Values, Mask | None]:
    return links.capture.numbers(rows), None


def _time(links: Links, rows: Rows) -> tuple[Values, Mask | None]:
    packets = links.capture.packets
    return packets["time_ns"][rows], packets["clock"][rows] != NO_CLOCK


def _since_first(links: Links, rows: Rows) -> tuple[Values, Mask | None]:
    times, known = _time(links, rows)
    return times - (links.capture.start_ns or 0), known


def _since_previous(links: Links, rows: Rows) -> tuple[Values, Mask | None]:
    times = links.capture.packets["time_ns"]
    _, known = _time(links, rows)
    return times[rows] - times[np.maximum(rows - 1, 0)], known


def _interface_ids(links: Links, rows: Rows) -> tuple[Values, Mask | None]:
    """Only a pcapng file has numbered interfaces."""
    is_numbered = links.capture.source.format == "pcapng"
    return links.column("packets", "interface", rows).astype(np.int64), np.full(len(rows), is_numbered)


def _interface_names(links: Links, rows: Rows) -> tuple[Values, Mask | None]:
    names = objects([interface.name for interface in links.capture.interfaces])
    found = names[links.column("packets", "interface", rows)]
    return found, found != ""


def _comments(links: Links, rows: Rows) -> tuple[Values, Mask | None]:
    comments = links.capture.source.comments
    known = np.isin(rows, list(comments))
    return objects([comments.get(row, "") for row in rows.tolist()]), known


def _packet_bytes(links: Links, rows: Rows) -> tuple[Values, Mask | None]:
    packets = links.capture.packets
    return objects(links.bytes_of(packets["address"][rows], packets["captured"][rows].astype(np.int64))), None


def protocol(name: str, doc: str, header: str) -> Field:
    """A protocol whose header the walk finds; its bytes are those from the header to the end that layers state."""

    def values(scope: Scope, addresses: Ints) -> Values:
        return objects(scope.links.bytes_of(addresses, scope.links.headers.lengths(header, addresses)))

    presence = header_parts(header, lambda _scope, addresses: addresses, 0)
    return Field(
        name, Kind.PROTOCOL, doc, "packets", header_parts(header, values, 0), cost=Cost.HEADER, presence=presence
    )


def _number(
    name: str, doc: str, header: str, offset: int, size: int, shift: int = 0, mask: int = -1, *,
    kind: Kind = Kind.NUMBER, names: tuple[str, ...] = (), largest: int = 0, scale: int = 1, needs: int = 0,
) -> Field:  # fmt: skip
    is_plain = not shift and mask == -1 and scale == 1
    read = of_header(
        header, offset, size, None if is_plain else lambda value: (value >> shift & mask) * scale, needs=needs
    )
    return Field(name, kind, doc, "packets", read, cost=Cost.HEADER, names=names, largest=largest)


def _ipv6_read(offset: int) -> Field:
    def values(scope: Scope, addresses: Ints) -> Values:
        raw = scope.links.headers.bytes_at(addresses + offset, 16)
        return np.ascontiguousarray(raw).view(">u8").reshape(-1, 2).astype(np.uint64)

    read = header_parts("ipv6", values, 40)
    return Field("", Kind.IPV6, "", "packets", read, cost=Cost.HEADER)


def _version(header: str) -> Read:
    return of_header(header, 0, 1, lambda value: value >> 4)


_ETH_LENGTH = 1500
_ETH_TYPE = of_header("eth", 12, 2)


def _type_read(is_length: bool) -> object:
    def read(scope: Scope) -> list[Part]:
        parts = []
        for values, at, layer in _ETH_TYPE(scope):
            chosen = np.flatnonzero((values <= _ETH_LENGTH) == is_length)
            parts.append(Part(values[chosen], chosen if at is None else at[chosen], layer))
        return parts

    return read


_IP_SOURCE = of_header("ip", 12, 4, needs=20)
_IP_DESTINATION = of_header("ip", 16, 4, needs=20)
_ETH_SOURCE = of_header("eth", 6, 6)
_ETH_DESTINATION = of_header("eth", 0, 6)
_UDP_SOURCE = of_header("udp", 0, 2)
_UDP_DESTINATION = of_header("udp", 2, 2)
_IPV6_SOURCE, _IPV6_DESTINATION = _ipv6_read(8).read, _ipv6_read(24).read

PROTOCOL_NAMES = tuple(ip_protocols.NAMES.get(number, "") for number in range(256))


def _read(name: str, kind: Kind, doc: str, read: object, cost: Cost = Cost.COLUMN, largest: int = 0) -> Field:
    return Field(name, kind, doc, "packets", read, cost=cost, largest=largest)  # type: ignore[arg-type]


PACKET: tuple[Field, ...] = (
    Field(
        "frame",
        Kind.PROTOCOL,
        "any packet; its bytes, as captured",
        "packets",
        of_table("packets", _packet_bytes),
        cost=Cost.TEXT,
        presence=of_table("packets", _numbers),
    ),
    _read("frame.number", Kind.NUMBER, "number of the packet in the file, from 1", of_table("packets", _numbers)),
    _read("frame.time", Kind.TIME, "capture time", of_table("packets", _time)),
    _read("frame.time_epoch", Kind.DURATION, "capture time, in seconds since 1970", of_table("packets", _time)),
    _read("frame.time_relative", Kind.DURATION, "time since the first packet", of_table("packets", _since_first)),
    _read("frame.time_delta", Kind.DURATION, "time since the previous packet", of_table("packets", _since_previous)),
    _read("frame.len", Kind.NUMBER, "bytes the packet had on the wire", column("packets", "length")),
    _read("frame.cap_len", Kind.NUMBER, "bytes of the packet that are in the file", column("packets", "captured")),
    _read("frame.interface_id", Kind.NUMBER, "index of the interface in the file", of_table("packets", _interface_ids)),
    _read("frame.interface_name", Kind.TEXT, "name of the interface", of_table("packets", _interface_names)),
    _read("frame.comment", Kind.TEXT, "comment or note on the packet", of_table("packets", _comments)),
    protocol("eth", "Ethernet", "eth"),
    _read("eth.src", Kind.ETHERNET, "source address", _ETH_SOURCE, Cost.HEADER),
    _read("eth.dst", Kind.ETHERNET, "destination address", _ETH_DESTINATION, Cost.HEADER),
    _read(
        "eth.addr", Kind.ETHERNET, "source or destination address", combined(_ETH_DESTINATION, _ETH_SOURCE), Cost.HEADER
    ),
    _read("eth.type", Kind.NUMBER, "ethertype", _type_read(False), Cost.HEADER, 0xFFFF),
    _read(
        "eth.len",
        Kind.NUMBER,
        "length, where the frame has one instead of a type",
        _type_read(True),
        Cost.HEADER,
        0xFFFF,
    ),
    protocol("vlan", "VLAN tag (IEEE 802.1Q)", "vlan"),
    _number("vlan.id", "VLAN ID", "vlan", 0, 2, 0, 0xFFF, largest=0xFFFF),
    _number("vlan.priority", "priority code point", "vlan", 0, 2, 13, 7, largest=0xFFFF),
    _number("vlan.dei", "drop eligible indicator", "vlan", 0, 2, 12, 1, kind=Kind.BOOLEAN),
    _number("vlan.etype", "ethertype after the tag", "vlan", 2, 2, largest=0xFFFF),
    protocol("arp", "ARP", "arp"),
    _number("arp.opcode", "operation: 1 request, 2 reply", "arp", 6, 2, largest=0xFFFF),
    protocol("ip", "IPv4", "ip"),
    _read("ip.version", Kind.NUMBER, "version, 4 or 6", combined(_version("ip"), _version("ipv6")), Cost.HEADER, 255),
    _number("ip.hdr_len", "bytes of the header", "ip", 0, 1, 0, 15, scale=4, largest=255),
    _number("ip.dsfield", "differentiated services field", "ip", 1, 1, largest=255),
    _number("ip.dsfield.dscp", "differentiated services code point", "ip", 1, 1, 2, 63, largest=255),
    _number("ip.dsfield.ecn", "explicit congestion notification", "ip", 1, 1, 0, 3, largest=255),
    _number("ip.len", "total length", "ip", 2, 2, largest=0xFFFF),
    _number("ip.id", "identification", "ip", 4, 2, largest=0xFFFF),
    _number("ip.flags", "flags: reserved 4, don't fragment 2, more fragments 1", "ip", 6, 1, 5, 7, largest=255),
    _number("ip.flags.rb", "reserved bit", "ip", 6, 1, 7, 1, kind=Kind.BOOLEAN),
    _number("ip.flags.df", "don't fragment", "ip", 6, 1, 6, 1, kind=Kind.BOOLEAN),
    _number("ip.flags.mf", "more fragments", "ip", 6, 1, 5, 1, kind=Kind.BOOLEAN),
    _number("ip.frag_offset", "position of the fragment, in bytes", "ip", 6, 2, 0, 0x1FFF, scale=8, largest=0xFFFF),
    _number("ip.ttl", "time to live", "ip", 8, 1, largest=255),
    _number("ip.proto", "protocol, by number or name", "ip", 9, 1, names=PROTOCOL_NAMES, largest=255),
    _number("ip.checksum", "header checksum", "ip", 10, 2, largest=0xFFFF),
    _read("ip.src", Kind.IPV4, "source address", _IP_SOURCE, Cost.HEADER),
    _read("ip.dst", Kind.IPV4, "destination address", _IP_DESTINATION, Cost.HEADER),
    _read("ip.addr", Kind.IPV4, "source or destination address", combined(_IP_SOURCE, _IP_DESTINATION), Cost.HEADER),
    protocol("ipv6", "IPv6", "ipv6"),
    _number("ipv6.version", "version", "ipv6", 0, 1, 4, 15, largest=255),
    _number("ipv6.tclass", "traffic class", "ipv6", 0, 2, 4, 255, largest=0xFFFF_FFFF),
    _number("ipv6.flow", "flow label", "ipv6", 0, 4, 0, 0xFFFFF, largest=0xFFFF_FFFF),
    _number("ipv6.plen", "payload length", "ipv6", 4, 2, largest=0xFFFF),
    _number("ipv6.nxt", "next header, by number or name", "ipv6", 6, 1, names=PROTOCOL_NAMES, largest=255),
    _number("ipv6.hlim", "hop limit", "ipv6", 7, 1, largest=255),
    _read("ipv6.src", Kind.IPV6, "source address", _IPV6_SOURCE, Cost.HEADER),
    _read("ipv6.dst", Kind.IPV6, "destination address", _IPV6_DESTINATION, Cost.HEADER),
    _read(
        "ipv6.addr", Kind.IPV6, "source or destination address", combined(_IPV6_SOURCE, _IPV6_DESTINATION), Cost.HEADER
    ),
    protocol("udp", "UDP", "udp"),
    _read("udp.srcport", Kind.NUMBER, "source port", _UDP_SOURCE, Cost.HEADER, 0xFFFF),
    _read("udp.dstport", Kind.NUMBER, "destination port", _UDP_DESTINATION, Cost.HEADER, 0xFFFF),
    _read(
        "udp.port",
        Kind.NUMBER,
        "source or destination port",
        combined(_UDP_SOURCE, _UDP_DESTINATION),
        Cost.HEADER,
        0xFFFF,
    ),
    _number("udp.length", "length of header and payload", "udp", 4, 2, largest=0xFFFF),
    _number("udp.checksum", "checksum", "udp", 6, 2, largest=0xFFFF),
    protocol("icmp", "ICMP", "icmp"),
    _number("icmp.type", "type", "icmp", 0, 1, largest=255),
    _number("icmp.code", "code", "icmp", 1, 1, largest=255),
    protocol("icmpv6", "ICMPv6", "icmpv6"),
    _number("icmpv6.type", "type", "icmpv6", 0, 1, largest=255),
    _number("icmpv6.code", "code", "icmpv6", 1, 1, largest=255),
)
