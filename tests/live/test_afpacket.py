"""Against the real kernel: packets of our own on loopback."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from inspector.errors import CaptureRefused
from inspector.live import afpacket, bpf
from inspector.live.afpacket import BLOCK_BYTES, PacketRing, open_packet_socket
from inspector.live.packet_source import Counters
from inspector.pcap.formats import SNAPLEN
from inspector.pcap.interfaces import Interface
from inspector.pcap.pcapng_writer import SpoolWriter
from tests.live.traffic import conversation, datagrams, transfer
from tests.pcap.craft import columns, contents, read, times
from tests.tools import needs_capture, needs_tshark, tshark_fields

pytestmark = needs_capture


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[SpoolWriter]:
    spool = SpoolWriter(tmp_path / "x.pcapng", Interface(1, SNAPLEN, "lo"))
    yield spool
    spool.close()


@pytest.fixture
def ring() -> Iterator[PacketRing]:
    ring = PacketRing("lo", 8)
    yield ring
    ring.close()


def udp(port: int) -> bpf.Program:
    return bpf.compile_filter(f"udp dst port {port}", 1)


def drain_all(ring: PacketRing, spool: SpoolWriter) -> Counters:
    """Shut the ring and write all that is in it; the kernel's final counters."""
    ring.shut()
    while ring.drain(spool):
        pass
    return ring.counters()


def test_each_loopback_packet_is_there_once_in_order_and_whole(ring: PacketRing, spool: SpoolWriter) -> None:
    with datagrams() as (sender, port):
        ring.start(udp(port))
        for i in range(500):
            sender.send(b"datagram %d" % i)
        assert drain_all(ring, spool) == Counters(500, 0)
    file, packets = read(spool.path)
    assert [data[42:] for data in contents(file, packets)] == [b"datagram %d" % i for i in range(500)]
    assert packets["captured"].tolist() == packets["length"].tolist()
    file.close()


def test_packets_carry_the_kernels_time_in_nanoseconds(ring: PacketRing, spool: SpoolWriter) -> None:
    with datagrams() as (sender, port):
        ring.start(udp(port))
        before = time.time_ns()
        for _ in range(50):
            sender.send(b"x")
        after = time.time_ns()
        drain_all(ring, spool)
    file, packets = read(spool.path)
    stamps = list(times(packets))
    assert before <= stamps[0] <= stamps[-1] <= after
    assert stamps == sorted(stamps)
    assert any(stamp % 1000 for stamp in stamps)
    file.close()


def test_segments_of_64_kib_are_captured_whole(ring: PacketRing, spool: SpoolWriter) -> None:
    with conversation() as (client, server):
        ring.start(bpf.ports_program([server.getsockname()[1]]))
        for _ in range(8):
            transfer(client, server, 1 << 20)
            ring.wait(1)
            ring.drain(spool)
        counters = drain_all(ring, spool)
    file, packets = read(spool.path)
    assert counters == Counters(len(packets), 0)
    assert packets["captured"].tolist() == packets["length"].tolist()
    assert packets["length"].max() > 65_535
    file.close()


def test_what_finds_no_room_is_counted_to_the_packet(spool: SpoolWriter) -> None:
    ring, sent = PacketRing("lo", 2), 4000
    try:
        with datagrams() as (sender, port):
            ring.start(udp(port))
            for _ in range(sent):
                sender.send(bytes(1400))
            counters = drain_all(ring, spool)
        assert counters.dropped > 0
        assert counters == Counters(sent, sent - ring.written)
        file, packets = read(spool.path)
        assert len(packets) == ring.written
        file.close()
    finally:
        ring.close()


def test_packets_come_soon_however_few(ring: PacketRing, spool: SpoolWriter) -> None:
    with datagrams() as (sender, port):
        ring.start(udp(port))
        took = []
        for _ in range(5):
            sent = time.monotonic()
            sender.send(b"one")
            while not ring.drain(spool):
                ring.wait(1)
            took.append(time.monotonic() - sent)
        assert min(took) < 1, "on a busy machine this process may sleep that long itself, but not each time"


def test_the_wait_ends_without_packets(ring: PacketRing, spool: SpoolWriter) -> None:
    ring.start(bpf.NOTHING)
    ring.wait(0.01)
    assert ring.drain(spool) == 0


def test_where_the_kernel_cannot_leave_out_outgoing_packets_we_do(
    spool: SpoolWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(afpacket, "PACKET_IGNORE_OUTGOING", 999)
    ring = PacketRing("lo", 8)
    with datagrams() as (sender, port):
        ring.start(udp(port))
        for _ in range(20):
            sender.send(b"x")
        assert drain_all(ring, spool) == Counters(20, 0)
    ring.close()
    file, packets = read(spool.path)
    assert len(packets) == 20
    file.close()


@needs_tshark
def test_tshark_sees_the_conversation_that_took_place(ring: PacketRing, spool: SpoolWriter) -> None:
    with conversation() as (client, server):
        port = server.getsockname()[1]
        ring.start(bpf.ports_program([port]))
        client.sendall(b"ask")
        assert server.recv(10) == b"ask"
        server.sendall(b"answer")
        assert client.recv(10) == b"answer"
        drain_all(ring, spool)
    payloads = [row for row in tshark_fields(spool.path, "tcp.srcport", "tcp.payload") if row[1]]
    assert payloads == [[str(client_port(payloads, port)), b"ask".hex()], [str(port), b"answer".hex()]]
    file, packets = read(spool.path)
    assert len(packets) == len(tshark_fields(spool.path, "frame.number"))
    assert [row[0] for row in columns(packets, "interface")] == [0] * len(packets)
    file.close()


def client_port(rows: list[list[str]], server_port: int) -> int:
    return next(int(row[0]) for row in rows if int(row[0]) != server_port)


def test_the_ring_is_as_large_as_it_says() -> None:
    ring = PacketRing("lo")
    assert ring.ring_bytes == afpacket.BLOCKS * BLOCK_BYTES >= 32 << 20
    ring.close()


def test_an_interface_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(CaptureRefused, match=r"no interface nope0 here; there are: .*lo"):
        PacketRing("nope0")


def test_an_endpoint_that_was_opened_receives_nothing_before_it_is_bound() -> None:
    with open_packet_socket() as endpoint, datagrams() as (sender, _):
        sender.send(b"x")
        endpoint.setblocking(False)
        with pytest.raises(BlockingIOError):
            endpoint.recv(100)


def test_where_there_are_no_packet_sockets_another_way_is_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(socket, "AF_PACKET")
    with pytest.raises(afpacket.RingUnavailable):
        open_packet_socket()


def test_a_refusal_says_what_would_help(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> socket.socket:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(socket, "socket", refuse)
    with pytest.raises(CaptureRefused, match="sudo setcap cap_net_raw"):
        open_packet_socket()
