"""Which sockets a capture filter concerns."""

from __future__ import annotations

import ctypes.util

import pytest

from inspector.live import bpf
from inspector.live.packet_source import LOOPBACK
from inspector.pcap.formats import LinkType
from inspector.sockets.filtered_sockets import FilteredSockets
from tests.tools import needs_capture

pytestmark = pytest.mark.skipif(not ctypes.util.find_library("pcap"), reason="libpcap is not installed")

PIPE = ("127.0.0.1:50000", "127.0.0.1:8000")
LISTENER = ("0.0.0.0:8000", "0.0.0.0:0")
LISTENER6 = ("[::]:8000", "[::]:0")
PIPE6 = ("[fe80::1]:50000", "[fe80::2]:443")


def concerns(expression: str, ends: tuple[str, str], link_type: int = LinkType.ETHERNET) -> bool:
    return FilteredSockets(bpf.compile_filter(expression, link_type), link_type).concern(*ends)


@pytest.mark.parametrize(
    ("expression", "ends"),
    [
        ("port 8000", PIPE),
        ("tcp src port 8000", PIPE),
        ("host 127.0.0.1", PIPE),
        ("net 127.0.0.0/8 and not port 22", PIPE),
        ("tcp[tcpflags] & tcp-rst != 0", PIPE),
        ("tcp[20:4] = 0x47455420", PIPE),
        ("greater 1400", PIPE),
        ("port 8000", LISTENER),
        ("host 192.0.2.7 and port 8000", LISTENER),
        ("src portrange 1024-65535 and dst port 8000", LISTENER),
        ("ip6 and port 8000", LISTENER6),
        ("ip and port 8000", LISTENER6),
        ("ip6 host fe80::1", PIPE6),
        ("port 443", PIPE6),
    ],
)
@pytest.mark.parametrize("link_type", [LinkType.ETHERNET, LinkType.RAW])
def test_sockets_between_which_the_filter_could_let_a_packet_through(
    expression: str, ends: tuple[str, str], link_type: int
) -> None:
    assert concerns(expression, ends, link_type)


def test_an_ethernet_address_could_belong_to_any_socket() -> None:
    assert concerns("ether host 02:00:00:00:00:01", PIPE, LinkType.ETHERNET)


@pytest.mark.parametrize(
    ("expression", "ends"),
    [
        ("port 80", PIPE),
        ("udp", PIPE),
        ("arp", PIPE),
        ("icmp or udp port 8000", PIPE),
        ("host 192.0.2.7", PIPE),
        ("ip6", PIPE),
        ("port 80", LISTENER),
        ("udp port 8000", LISTENER6),
        ("ip", PIPE6),
        ("not port 8000", LISTENER),
        ("ip6 host fe80::3", PIPE6),
    ],
)
def test_sockets_between_which_it_never_does(expression: str, ends: tuple[str, str]) -> None:
    assert not concerns(expression, ends)


@needs_capture
@pytest.mark.parametrize("expression", ["vlan 5 and port 8000", "inbound and port 8000", "outbound and port 8000"])
def test_what_addresses_do_not_tell_is_left_open(expression: str) -> None:
    live = FilteredSockets(bpf.compile_filter(expression, LinkType.ETHERNET, LOOPBACK), LinkType.ETHERNET)
    assert live.concern(*PIPE)
    assert not live.concern("127.0.0.1:50000", "127.0.0.1:80")


def test_a_verdict_is_remembered_and_forgotten_with_many_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inspector.sockets.filtered_sockets.MOST_REMEMBERED", 2)
    sockets = FilteredSockets(bpf.compile_filter("port 8000", LinkType.ETHERNET), LinkType.ETHERNET)
    for _ in range(2):
        for port in (8000, 8001, 8002, 8003):
            assert sockets.concern("127.0.0.1:1", f"127.0.0.1:{port}") == (port == 8000)
