"""A connection belongs to a network: VLANs, tunnel keys and interfaces separate equal addresses."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import inspector
from inspector.engine.capture import Capture
from inspector.pcap.reader import open_packets
from inspector.views import rows
from inspector.wire.network_keys import HASH_MULTIPLIER, NETWORK_KEYS, vlans_and_tunnel
from tests.pcap.craft import Pcapng, save

from ..wire.samples import ethernet, ipv4, udp
from .mutations import MILLISECOND, START_NS, Packet, Packets, segment

Wrap = Callable[[bytes], bytes]
Seen = tuple[Packet, Wrap, int]
"""A packet, what it was wrapped in, and on which interface it was captured."""

PORTS = struct.pack(">HH", 40000, 9)


def conversation(path: str, isn: int, begin_ms: float = 0, skip: int = 0) -> Packets:
    """One exchange from the SYN to both FINs, but for the first `skip` packets."""
    request, response = f"GET {path} HTTP/1.1\r\n\r\n".encode(), b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
    asked, answered = isn + 1 + len(request), isn + 50_001 + len(response)
    sayings = [
        (0, "S", isn, 0, b""),
        (1, "SA", isn + 50_000, isn + 1, b""),
        (0, "A", isn + 1, isn + 50_001, b""),
        (0, "PA", isn + 1, isn + 50_001, request),
        (1, "PA", isn + 50_001, asked, response),
        (0, "FA", asked, answered, b""),
        (1, "FA", answered, asked + 1, b""),
        (0, "A", asked + 1, answered + 1, b""),
    ]
    start = START_NS + int(begin_ms * MILLISECOND)
    made = [segment(start + i * MILLISECOND, *said[:4], 1000, said[4], None) for i, said in enumerate(sayings)]
    return made[skip:]


def plain(packet: bytes) -> bytes:
    return ethernet(packet)


def vlan(*numbers: int) -> Wrap:
    """In a frame with these tags, the outer first."""
    tags = b"".join(struct.pack(">HH", 0x8100, number) for number in numbers)
    return lambda packet: ethernet(packet, tags + b"\x08\x00")


def vxlan(key: int) -> Wrap:
    return lambda packet: ethernet(ipv4(udp(struct.pack(">II", 0x08000000, key << 8) + ethernet(packet), 4789), 17))


def geneve(key: int) -> Wrap:
    return lambda packet: ethernet(ipv4(udp(struct.pack(">II", 0x6558, key << 8) + ethernet(packet), 6081), 17))


def gre(key: int) -> Wrap:
    return lambda packet: ethernet(ipv4(struct.pack(">HHI", 0x2000, 0x0800, key) + packet, 47))


def gtp(key: int) -> Wrap:
    return lambda packet: ethernet(ipv4(udp(struct.pack(">BBHI", 0x30, 255, len(packet), key) + packet, 2152), 17))


def seen(
    packets: Packets, client: Wrap, server: Wrap | None = None, interfaces: tuple[int, int] = (0, 0)
) -> list[Seen]:
    """Packets as they were captured: what each side's are in, and on which interface."""
    sides = [int(packet.data[20:24] != PORTS) for packet in packets]
    return [
        (packet, (client, server or client)[side], interfaces[side])
        for packet, side in zip(packets, sides, strict=True)
    ]


def file_of(folder: Path, *views: Iterable[Seen]) -> Path:
    """A capture on two interfaces, in order of time."""
    file = Pcapng().interface().interface()
    for packet, wrap, interface in sorted((line for view in views for line in view), key=lambda line: line[0].time_ns):
        file.packet(packet.time_ns // 1000, wrap(packet.data), interface)
    return save(folder, file.data)


def later(packets: Packets, microseconds: int) -> Packets:
    return [replace(packet, time_ns=packet.time_ns + 1000 * microseconds) for packet in packets]


def shape(capture: Capture) -> list[list[int]]:
    """How many packets client and server of each connection sent."""
    found: list[list[int]] = capture.connections["packets"].tolist()
    assert not any(any(row["missed_bytes"]) for row in rows.connection_rows(capture))
    return found


@pytest.mark.parametrize(
    ("one", "other", "interfaces"),
    [
        (vlan(10), vlan(20), (0, 0)),
        (vlan(10), plain, (0, 0)),
        (vlan(10, 1), vlan(10, 2), (0, 0)),
        (vlan(1, 2), vlan(2, 1), (0, 0)),
        (vxlan(100), vxlan(200), (0, 0)),
        (geneve(100), geneve(200), (0, 0)),
        (gre(1), gre(2), (0, 0)),
        (gtp(1), gtp(2), (0, 0)),
        (vxlan(100), plain, (0, 0)),
        (plain, plain, (0, 1)),
    ],
    ids=[
        "two VLANs",
        "one in a VLAN",
        "inner VLANs",
        "VLANs in another order",
        "two VXLANs",
        "two Geneve networks",
        "two GRE keys",
        "two GTP tunnels",
        "one in a tunnel",
        "two interfaces",
    ],
)
@pytest.mark.parametrize("skip", [0, 3], ids=["from the SYN", "in mid-connection"])
def test_the_same_sockets_on_two_networks_are_two_connections(
    tmp_path: Path, one: Wrap, other: Wrap, interfaces: tuple[int, int], skip: int
) -> None:
    first = seen(conversation("/1", 1000, skip=skip), one, interfaces=(interfaces[0],) * 2)
    second = seen(conversation("/2", 90_000_000, 0.3, skip), other, interfaces=(interfaces[1],) * 2)
    with inspector.open(file_of(tmp_path, first, second)) as capture:
        assert shape(capture) == [[5 - (skip and 2), 3 - (skip and 1)]] * 2
        assert len(capture.exchanges) == 2
        assert not np.any(capture.packets["analysis"])
        assert not len(capture.anomalies)


def test_equal_numbers_on_two_networks_are_still_two_connections(tmp_path: Path) -> None:
    first, second = seen(conversation("/1", 1000), vlan(10)), seen(conversation("/2", 1000, 0.3), vlan(20))
    with inspector.open(file_of(tmp_path, first, second)) as capture:
        assert shape(capture) == [[5, 3], [5, 3]]


@pytest.mark.parametrize(
    ("client", "server", "interfaces"),
    [
        (vlan(10), vlan(20), (0, 0)),
        (vlan(10), plain, (0, 0)),
        (plain, vlan(10), (0, 0)),
        (gtp(7), gtp(9), (0, 0)),
        (vxlan(7), plain, (0, 0)),
        (plain, plain, (0, 1)),
    ],
    ids=[
        "two tags",
        "the server's untagged",
        "the client's untagged",
        "two GTP tunnels",
        "half in a tunnel",
        "two taps",
    ],
)
@pytest.mark.parametrize("skip", [0, 1, 3], ids=["from the SYN", "from the SYN-ACK", "in mid-connection"])
def test_directions_on_networks_of_their_own_are_one_connection_where_the_numbers_fit(
    tmp_path: Path, client: Wrap, server: Wrap, interfaces: tuple[int, int], skip: int
) -> None:
    packets = conversation("/", 2**32 - 10, skip=skip)
    with inspector.open(file_of(tmp_path, seen(packets, client, server, interfaces))) as capture:
        assert np.unique(capture.packets["connection"]).tolist() == [0]
        assert len(shape(capture)) == len(capture.exchanges) == 1
        assert not np.any(capture.packets["analysis"])


def test_a_connection_that_moves_to_another_network_goes_on(tmp_path: Path) -> None:
    packets = conversation("/", 1000)
    with inspector.open(file_of(tmp_path, seen(packets[:4], vlan(10)), seen(packets[4:], vlan(20)))) as capture:
        assert shape(capture) == [[5, 3]]


def test_a_connection_that_moved_is_at_home_there_even_after_a_gap(tmp_path: Path) -> None:
    packets = conversation("/", 1000)
    behind = segment(START_NS + 20 * MILLISECOND, 1, "PA", 2_000_000, 1028, 1000, b"x", None)
    views = seen(packets[:3], vlan(10)), seen([*packets[3:5], behind], vlan(20))
    with inspector.open(file_of(tmp_path, *views)) as capture:
        assert capture.connections["packets"].tolist() == [[3, 3]]


@pytest.mark.parametrize(
    ("there", "interface"),
    [(vlan(10), 0), (vxlan(100), 0), (vxlan(100), 1), (plain, 1)],
    ids=["within and without a VLAN", "a tunnel", "a tunnel on another interface", "two interfaces"],
)
def test_one_connection_seen_at_two_places_is_one(tmp_path: Path, there: Wrap, interface: int) -> None:
    packets = conversation("/", 1000)
    again = seen(later(packets, 30), there, interfaces=(interface, interface))
    with inspector.open(file_of(tmp_path, seen(packets, plain), again)) as capture:
        assert shape(capture) == [[5, 3]]
        assert capture.packets["duplicate"].tolist() == [0, 2] * 8


def test_a_priority_tag_is_no_network(tmp_path: Path) -> None:
    with inspector.open(file_of(tmp_path, seen(conversation("/", 1000), vlan(0), plain))) as capture:
        assert capture.connections["network"].tolist() == [0]
        assert shape(capture) == [[5, 3]]


def test_sockets_used_again_follow_the_connection_on_their_network(tmp_path: Path) -> None:
    views = [
        seen(conversation(f"/{number}", 1000 + 70_000_000 * number, 20 * number + tag / 50), vlan(tag))
        for number in range(3)
        for tag in (10, 20, 30)
    ]
    with inspector.open(file_of(tmp_path, *views)) as capture:
        assert shape(capture) == [[5, 3]] * 9
        assert capture.connections["previous"].tolist() == [-1, -1, -1, 0, 1, 2, 3, 4, 5]


def test_more_networks_than_are_remembered_lose_no_packet(tmp_path: Path) -> None:
    views = [seen(conversation("/", 40_000_000 * tag, tag / 200), vlan(tag)) for tag in range(1, 101)]
    with inspector.open(file_of(tmp_path, *views)) as capture:
        assert int(capture.connections["packets"].sum()) == 800
        assert len(capture.connections) >= 100


@pytest.mark.parametrize(("networks", "connections"), [(64, 64), (65, 66)], ids=["as many as are kept", "one more"])
def test_the_oldest_of_too_many_networks_is_forgotten(tmp_path: Path, networks: int, connections: int) -> None:
    syns = [seen(conversation("/", 40_000_000 * tag, tag / 200)[:1], vlan(tag)) for tag in range(1, networks + 1)]
    rest = seen(conversation("/", 40_000_000, 1)[1:], vlan(1))
    with inspector.open(file_of(tmp_path, *syns, rest)) as capture:
        assert len(capture.connections) == connections


@pytest.mark.parametrize("side", [0, 1], ids=["its own number", "the acknowledged number"])
@pytest.mark.parametrize(("apart", "count"), [(1 << 18, 1), (-(1 << 18), 1), ((1 << 18) + 1, 2), (-(1 << 18) - 1, 2)])
def test_how_far_numbers_on_another_network_may_be_apart(tmp_path: Path, side: int, apart: int, count: int) -> None:
    packets = conversation("/", 1_000_000)[:3]
    numbers = (1_000_001 + apart, 1_050_001) if side == 0 else (1_000_001, 1_050_001 + apart)
    behind = segment(START_NS + 20 * MILLISECOND, 0, "PA", *numbers, 1000, b"x", None)
    views = seen(packets, vlan(10)), [(behind, vlan(20), 0)]
    with inspector.open(file_of(tmp_path, *views)) as capture:
        assert len(capture.connections) == count


def test_client_and_server_that_change_places_keep_their_networks(tmp_path: Path) -> None:
    packets = [_on_high_ports(packet) for packet in conversation("/", 1000, skip=3)]
    ack = _on_high_ports(segment(START_NS, 1, "A", 51_001, 1001, 1000, b"", None))
    path = file_of(
        tmp_path, [(ack, vlan(20), 0)], [(p, vlan(20 if p.data[12:16] == ack.data[12:16] else 10), 0) for p in packets]
    )
    capture = Capture(open_packets(path))
    while capture.advance(1):
        pass
    capture.finish()
    assert capture.connections["client_port"].tolist() == [9000]
    assert capture.packets["connection"].tolist() == [0] * 6
    capture.close()


def _on_high_ports(packet: Packet) -> Packet:
    """The packet between ports that do not show which end is the server."""
    ports = struct.pack(">HH", 9000, 8000) if packet.data[20:24] == PORTS else struct.pack(">HH", 8000, 9000)
    return replace(packet, data=packet.data[:20] + ports + packet.data[24:])


def test_on_request_a_vlan_is_no_network(tmp_path: Path) -> None:
    one = seen(conversation("/", 1000, skip=3), vlan(10))
    other = seen(conversation("/", 900_000_000, begin_ms=0.5, skip=3), vlan(20))
    path = file_of(tmp_path, one, other)
    with inspector.open(path) as apart, inspector.open(path, ignore_vlan=True) as together:
        assert len(apart.connections) == 2
        assert len(together.connections) == 1


@pytest.mark.parametrize(
    ("wrap", "vlans", "tunnel", "text"),
    [
        (plain, None, None, None),
        (vlan(10), [10], None, "VLAN 10"),
        (vlan(4095, 1), [4095, 1], None, "VLAN 4095.1"),
        (vxlan(7), None, "VXLAN 7", "VXLAN 7"),
        (geneve(2**24 - 1), None, "Geneve 16777215", "Geneve 16777215"),
        (gre(2**32 - 1), None, "GRE 4294967295", "GRE 4294967295"),
        (gtp(9), None, "GTP 9", "GTP 9"),
        (vlan(1, 2, 3), None, None, None),
    ],
    ids=["none", "one tag", "two tags", "VXLAN", "Geneve", "GRE", "GTP", "more tags than are named"],
)
def test_a_connection_tells_its_network(
    tmp_path: Path, wrap: Wrap, vlans: list[int] | None, tunnel: str | None, text: str | None
) -> None:
    with inspector.open(file_of(tmp_path, seen(conversation("/", 1000), wrap))) as capture:
        (row,) = rows.connection_rows(capture)
        assert (row["vlan"], row["tunnel"], row["network"]) == (vlans, tunnel, text)


@pytest.mark.parametrize("layer", NETWORK_KEYS)
@pytest.mark.parametrize("key", [1, 5001, 2**32 - 1])
def test_any_tunnel_and_key_are_told_from_the_number_of_their_network(layer: int, key: int) -> None:
    assert vlans_and_tunnel((layer * HASH_MULTIPLIER + key) % 2**64) == ((), f"{NETWORK_KEYS[layer][0]} {key}")


def test_any_two_vlans_are_told_from_the_number_of_their_network() -> None:
    for outer, inner in ((1, 1), (1, 4095), (4095, 1), (2048, 77)):
        assert vlans_and_tunnel((outer * HASH_MULTIPLIER + inner) % 2**64) == ((outer, inner), None)
    assert vlans_and_tunnel(((1 * HASH_MULTIPLIER + 2) * HASH_MULTIPLIER + 3) % 2**64) == ((), None)
