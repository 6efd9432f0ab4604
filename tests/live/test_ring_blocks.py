"""Crafted ring blocks; test_afpacket.py has the kernel's own."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from inspector.live.ring_blocks import BlockConverter
from inspector.pcap import pcapng_writer

BLOCK = 1 << 16


@dataclass
class Packet:
    data: bytes
    time_ns: int = 1_700_000_000_123_456_789
    length: int | None = None
    status: int = 0
    tag: tuple[int, int] = (0, 0)
    kind: int = 0

    @property
    def wire_length(self) -> int:
        return len(self.data) if self.length is None else self.length


def ring_block(packets: list[Packet]) -> bytes:
    """A block as the kernel delivers it: struct tpacket_block_desc, then packets after their struct tpacket3_hdr."""
    out = struct.pack("=IIIIII", 1, 0, 1, len(packets), 48, 0) + bytes(24)
    for i, packet in enumerate(packets):
        mac = 82
        size = (mac + len(packet.data) + 15) & ~15
        last = i == len(packets) - 1
        header = struct.pack("=III", 0 if last else size, *divmod(packet.time_ns, 1_000_000_000))
        header += struct.pack("=IIIHH", len(packet.data), packet.wire_length, packet.status, mac, mac + 14)
        header += struct.pack("=IIHH", 0xDEAD, packet.tag[1], packet.tag[0], 0) + bytes(8)
        header += struct.pack("=H2siHBB", 17, b"\x08\0", 1, 1, packet.kind, 6) + bytes([2, 3, 4, 5, 6, 7, 0xEE, 0xDD])
        out += (header.ljust(mac, b"\0") + packet.data).ljust(size, b"\xee")
    return out


def convert(
    packets: list[Packet], at: int = 0, skips_outgoing_of: int = 0, has_tags: bool = True, is_cooked: bool = False
) -> tuple[bytes, BlockConverter]:
    block = ring_block(packets)
    ring = bytearray(at) + block.ljust(BLOCK, b"\0")
    buffer = bytearray(b"\xaa" * BLOCK)
    converter = BlockConverter(memoryview(ring), memoryview(buffer), skips_outgoing_of, has_tags, is_cooked)
    return bytes(buffer[: converter.convert(at)]), converter


@given(st.lists(st.builds(Packet, st.binary(max_size=70), st.integers(0, 2**32 * 10**9 - 1)), max_size=12))
def test_a_block_becomes_the_blocks_that_the_writer_would_write(packets: list[Packet]) -> None:
    written, converter = convert(packets)
    assert written == b"".join(pcapng_writer.packet(p.time_ns, p.data, p.wire_length) for p in packets)
    assert converter.packets == len(packets)


def test_the_second_block_of_a_ring_is_as_good_as_the_first() -> None:
    packets = [Packet(b"x" * n) for n in range(20)]
    assert convert(packets, at=BLOCK)[0] == convert(packets)[0]


def test_a_packet_that_the_filter_cut_keeps_its_length_on_the_wire() -> None:
    assert convert([Packet(b"cut", length=1500)])[0] == pcapng_writer.packet(Packet(b"").time_ns, b"cut", 1500)


FRAME = bytes(range(12)) + b"\x08\x00" + b"payload"


def test_a_vlan_tag_that_the_kernel_took_out_is_put_back() -> None:
    plain, stacked = Packet(FRAME, status=1 << 4, tag=(0, 0x6005)), Packet(FRAME, status=0x50, tag=(0x88A8, 7))
    expected = [FRAME[:12] + tag + FRAME[12:] for tag in (b"\x81\x00\x60\x05", b"\x88\xa8\x00\x07")]
    written, _ = convert([plain, stacked])
    assert written == b"".join(pcapng_writer.packet(plain.time_ns, data, len(data)) for data in expected)


def test_a_tag_is_not_put_where_there_is_no_ethernet_header() -> None:
    tagged = Packet(FRAME, status=1 << 4, tag=(0, 5))
    assert convert([tagged], has_tags=False)[0] == pcapng_writer.packet(tagged.time_ns, FRAME, len(FRAME))
    short = Packet(FRAME[:11], status=1 << 4, tag=(0, 5))
    assert convert([short])[0] == pcapng_writer.packet(short.time_ns, FRAME[:11], 11)


def test_outgoing_packets_are_left_out_where_they_come_by_again() -> None:
    packets = [Packet(b"out", kind=4), Packet(b"in"), Packet(b"out", kind=4)]
    written, converter = convert(packets, skips_outgoing_of=1)
    assert written == pcapng_writer.packet(packets[1].time_ns, b"in", 2)
    assert (converter.packets, converter.left_out) == (1, 2)
    assert convert(packets)[1].packets == 3
    assert convert(packets, skips_outgoing_of=2)[1].packets == 3, "those of another interface come by once"


def test_a_cooked_packet_gets_a_header_that_says_where_it_was() -> None:
    packet = Packet(b"\x45 and so on", kind=4, status=1 << 4, tag=(0, 5))
    header = bytes.fromhex("0800 0000 00000001 0001 04 06 0203040506070000")
    written, _ = convert([packet], is_cooked=True, has_tags=False)
    assert written == pcapng_writer.packet(packet.time_ns, header + packet.data, 20 + len(packet.data))


def test_a_released_converter_holds_the_ring_no_longer(tmp_path: Path) -> None:
    ring = bytearray(ring_block([]).ljust(BLOCK, b"\0"))
    view = memoryview(ring)
    converter = BlockConverter(view, memoryview(bytearray(BLOCK)), 0, True)
    converter.release()
    view.release()
    ring.clear()
