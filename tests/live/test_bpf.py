"""Filter programs run by the kernel itself: it attaches a filter to any socket, such as a pair of local ones."""

from __future__ import annotations

import ctypes.util
import itertools
import socket
import struct
import sys

import pytest

from inspector.errors import BadFilter, CaptureRefused
from inspector.live import bpf
from inspector.live.capture_rights import may_capture
from inspector.live.packet_source import LOOPBACK
from inspector.pcap.formats import SNAPLEN, LinkType
from tests.tools import needs_capture

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux runs classic BPF before local sockets")


def passes(program: bpf.Program, packet: bytes) -> bytes | None:
    """What the kernel lets through of the packet, None when it lets nothing through."""
    sender, receiver = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    with sender, receiver:
        bpf.attach(receiver, program)
        receiver.setblocking(False)
        sender.send(packet)
        try:
            return receiver.recv(1 << 20)
        except BlockingIOError:
            return None


def ip4(
    protocol: int,
    ports: tuple[int, int],
    options: bytes = b"",
    fragment: int = 0,
    source: str = "127.0.0.1",
    to: str = "127.0.0.1",
) -> bytes:
    header = struct.pack(">BBHHHBBH", 0x45 + len(options) // 4, 0, 60, 1, fragment, 64, protocol, 0)
    addresses = socket.inet_aton(source) + socket.inet_aton(to)
    return header + addresses + options + struct.pack(">HH", *ports) + bytes(16)


def ip6(next_header: int, ports: tuple[int, int], source: str = "::") -> bytes:
    addresses = socket.inet_pton(socket.AF_INET6, source) + bytes(16)
    return struct.pack(">IHBB", 6 << 28, 20, next_header, 64) + addresses + struct.pack(">HH", *ports) + bytes(16)


def ethernet(packet: bytes) -> bytes:
    return bytes(12) + (b"\x08\x00" if packet[0] >> 4 == 4 else b"\x86\xdd") + packet


ARP = bytes(12) + b"\x08\x06" + bytes(28)

WANTED = {
    "from the port": ip4(6, (8000, 50000)),
    "to the port": ip4(6, (50000, 8000)),
    "to the other port": ip4(6, (50000, 8765)),
    "behind IP options": ip4(6, (8000, 1), bytes([1] * 8)),
    "over IPv6, from the port": ip6(6, (8765, 1)),
    "over IPv6, to the port": ip6(6, (1, 8000)),
}
UNWANTED = {
    "TCP of other ports": ip4(6, (80, 50000)),
    "UDP of the port": ip4(17, (8000, 8000)),
    "other ports over IPv6": ip6(6, (80, 443)),
    "UDP over IPv6": ip6(17, (8000, 8000)),
    "the port's number in the payload only": ip4(6, (1, 2)) + struct.pack(">HH", 8000, 8765),
}


@pytest.mark.parametrize("packet", WANTED.values(), ids=WANTED)
def test_a_ports_program_passes_tcp_of_its_ports_whole(packet: bytes) -> None:
    assert passes(bpf.ports_program([8765, 8000]), ethernet(packet)) == ethernet(packet)
    assert passes(bpf.without_ports_program([8765, 8000]), ethernet(packet)) is None


@pytest.mark.parametrize("packet", UNWANTED.values(), ids=UNWANTED)
def test_a_ports_program_passes_nothing_else(packet: bytes) -> None:
    assert passes(bpf.ports_program([8765, 8000]), ethernet(packet)) is None
    assert passes(bpf.without_ports_program([8765, 8000]), ethernet(packet)) == ethernet(packet)


def test_what_is_no_ip_passes_only_the_program_without_ports() -> None:
    assert passes(bpf.ports_program([80]), ARP) is None
    assert passes(bpf.without_ports_program([80]), ARP) == ARP


def test_later_fragments_pass_since_their_ports_are_unknown() -> None:
    later = ethernet(ip4(6, (1, 2), fragment=100))
    assert passes(bpf.ports_program([80]), later) == later
    assert passes(bpf.without_ports_program([80]), later) == later


@pytest.mark.parametrize("packet", [*WANTED.values(), *UNWANTED.values()], ids=[*WANTED, *UNWANTED])
def test_raw_ip_is_judged_like_ethernet(packet: bytes) -> None:
    for make in (bpf.ports_program, bpf.without_ports_program):
        framed = passes(make([8000, 8765]), ethernet(packet))
        bare = passes(make([8000, 8765], LinkType.RAW), packet)
        assert (framed is None) == (bare is None)


def test_the_generated_program_agrees_with_libpcap() -> None:
    ours, theirs = bpf.ports_program([8000]), bpf.compile_filter("tcp port 8000", LinkType.ETHERNET)
    for ports in itertools.product([8000, 8001, 80, 0, 65535], repeat=2):
        for packet in (ip4(6, ports), ip4(17, ports), ip6(6, ports), ip6(58, ports), ip4(6, ports, bytes(40))):
            assert passes(ours, ethernet(packet)) == passes(theirs, ethernet(packet))


def test_as_many_ports_as_are_allowed_work_and_one_more_is_refused() -> None:
    most = list(range(1000, 1000 + bpf.MAX_PORTS))
    for port in (most[0], most[-1]):
        assert passes(bpf.ports_program(most), ethernet(ip4(6, (port, 1))))
        assert passes(bpf.ports_program(most), ethernet(ip6(6, (1, port))))
    assert passes(bpf.ports_program(most), ethernet(ip4(6, (1, 2)))) is None
    for ports in ([*most, 1], [], [65536], [-1]):
        with pytest.raises(BadFilter):
            bpf.ports_program(ports)
    with pytest.raises(BadFilter, match="link type 105"):
        bpf.ports_program([80], 105)


def test_two_programs_together_pass_what_each_passes() -> None:
    program = bpf.both(bpf.without_ports_program([9]), bpf.compile_filter("tcp port 8000", LinkType.ETHERNET))
    assert passes(program, ethernet(ip4(6, (8000, 1))))
    assert passes(program, ethernet(ip4(6, (8000, 9)))) is None
    assert passes(program, ethernet(ip4(6, (80, 1)))) is None


def test_all_wishes_are_joined_in_one_program() -> None:
    program = bpf.program_for("host 127.0.0.1", [8000, 9000], [9000], LinkType.ETHERNET)
    assert program
    assert passes(program, ethernet(ip4(6, (8000, 1))))
    assert passes(program, ethernet(ip4(6, (9000, 8000)))) is None
    assert passes(program, ethernet(ip6(6, (8000, 1)))) is None
    assert bpf.program_for(None, [], [], LinkType.ETHERNET) is None


def test_the_same_wishes_can_be_said_as_one_expression() -> None:
    expression = bpf.expression_for("host 127.0.0.1 or arp", [8000, 9000], [9001])
    assert expression == "(host 127.0.0.1 or arp) and (tcp port 8000 or tcp port 9000) and not tcp port 9001"
    assert bpf.expression_for(None, [], []) is None
    assert bpf.compile_filter(expression, LinkType.ETHERNET)


def test_a_compiled_filter_passes_packets_whole_however_long() -> None:
    long = ethernet(ip4(6, (8000, 1))) + bytes(100_000)
    assert passes(bpf.compile_filter("tcp port 8000", LinkType.ETHERNET), long) == long
    assert {k for code, _, _, k in bpf.compile_filter("tcp", 1) if code == bpf.RETURN} == {0, SNAPLEN}


ABOVE_31_BITS = {
    "an IPv4 address": ("host 192.0.2.7", ethernet(ip4(6, (1, 2), source="192.0.2.7")), ethernet(ip4(6, (1, 2)))),
    "a multicast address": ("dst host 224.0.0.1", ethernet(ip4(17, (1, 2), to="224.0.0.1")), ethernet(ip4(17, (1, 2)))),
    "a network's mask": ("net 10.0.0.0/8", ethernet(ip4(6, (1, 2), source="10.9.8.7")), ethernet(ip4(6, (1, 2)))),
    "an IPv6 address": ("ip6 host fe80::1", ethernet(ip6(6, (1, 2), source="fe80::1")), ethernet(ip6(6, (1, 2)))),
    "a MAC address": ("ether host ff:ff:ff:ff:ff:ff", bytes([255] * 6) + ARP[6:], ARP),
}


@pytest.mark.parametrize(("expression", "wanted", "unwanted"), ABOVE_31_BITS.values(), ids=ABOVE_31_BITS)
def test_constants_may_fill_all_32_bits(expression: str, wanted: bytes, unwanted: bytes) -> None:
    program = bpf.compile_filter(expression, LinkType.ETHERNET)
    assert passes(program, wanted) == wanted
    assert passes(program, unwanted) is None


@pytest.mark.parametrize("expression", ["tcp prot 80", "port", "host nowhere.invalid and", "tcp port 99999", "”;id"])
def test_a_wrong_expression_is_quoted_with_the_reason(expression: str) -> None:
    with pytest.raises(BadFilter, match="cannot be understood") as wrong:
        bpf.compile_filter(expression, LinkType.ETHERNET)
    assert expression in str(wrong.value)


def test_without_any_compiler_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes.util, "find_library", lambda name: None)
    monkeypatch.setitem(sys.modules, "cypcap", None)
    with pytest.raises(BadFilter, match="install libpcap"):
        bpf.compile_filter("tcp", LinkType.ETHERNET)
    assert bpf.program_for(None, [80], [81], LinkType.ETHERNET)


def test_cypcap_compiles_where_the_system_has_no_libpcap(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("cypcap")
    for interface in (None, LOOPBACK) if may_capture()[0] else (None,):
        by_system = bpf.compile_filter("host 192.0.2.7 or vlan 5", LinkType.ETHERNET, interface)
        with monkeypatch.context() as without:
            without.setattr(ctypes.util, "find_library", lambda name: None)
            by_cypcap = bpf.compile_filter("host 192.0.2.7 or vlan 5", LinkType.ETHERNET, interface)
        for packet in (ethernet(ip4(6, (1, 2), source="192.0.2.7")), ethernet(ip4(6, (1, 2))), ARP):
            assert passes(by_cypcap, packet) == passes(by_system, packet)


@needs_capture
def test_a_filter_for_an_interface_that_is_not_there_is_refused_with_its_name() -> None:
    with pytest.raises(CaptureRefused, match="nosuch0"):
        bpf.compile_filter("tcp", LinkType.ETHERNET, "nosuch0")


def test_nothing_passes_the_program_that_stops_a_capture() -> None:
    assert passes(bpf.NOTHING, b"anything") is None
