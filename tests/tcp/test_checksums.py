"""Segments with a wrong TCP checksum, from whole packets to the streams: what counts, and what is offload."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from scapy.layers.inet import IP, TCP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import Ether
from scapy.packet import Packet, Raw

from inspector.anomalies import ANOMALIES
from inspector.engine.capture import Capture
from inspector.pcap.reader import open_packets
from inspector.views.rows import packet_rows

CODE = "tcp-bad-checksum"

Break = Callable[[Packet], None]


def segment(
    side: int,
    flags: str,
    payload: bytes = b"",
    seq: int = 0,
    ack: int = 0,
    spoil: Break | None = None,
    version: int = 4,
) -> Packet:
    """A whole packet; `spoil` may change its checksum, which is right before."""
    hosts = ("10.0.0.1", "10.0.0.2") if version == 4 else ("2001:db8::1", "2001:db8::2")
    ports = (40000, 80)
    ip = (IP if version == 4 else IPv6)(src=hosts[side], dst=hosts[1 - side])
    tcp = TCP(sport=ports[side], dport=ports[1 - side], flags=flags, seq=seq, ack=ack)
    packet = Ether(bytes(Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02") / ip / tcp / Raw(payload)))
    if spoil:
        spoil(packet[TCP])
    return packet


def wrong(tcp: Packet) -> None:
    """A checksum that one changed bit makes."""
    tcp.chksum ^= 0x0100


def partial(tcp: Packet) -> None:
    """The sum of the pseudo-header alone, as Linux leaves it to the card."""
    addresses = struct.unpack(">4H", bytes(tcp.underlayer)[12:20])
    total = sum(addresses) + 6 + len(tcp)
    tcp.chksum = (total & 0xFFFF) + (total >> 16)


def handshake(version: int = 4, client: Break | None = None) -> list[Packet]:
    return [
        segment(0, "S", seq=99, spoil=client, version=version),
        segment(1, "SA", seq=299, ack=100, version=version),
        segment(0, "A", seq=100, ack=300, spoil=client, version=version),
    ]


def bad_then_good(version: int = 4) -> list[Packet]:
    return [
        *handshake(version),
        segment(0, "PA", b"EVIL", 100, 300, wrong, version),
        segment(0, "PA", b"GOOD", 100, 300, version=version),
        segment(1, "A", b"", 300, 104, version=version),
    ]


def acknowledged_all_the_same() -> list[Packet]:
    return [
        *handshake(),
        segment(0, "PA", b"ONE ", 100, 300, wrong),
        segment(1, "A", b"", 300, 104),
        segment(0, "PA", b"TWO ", 104, 300, wrong),
        segment(0, "PA", b"END", 108, 300),
        segment(1, "A", b"", 300, 111),
    ]


def offloaded(spoil: Break) -> list[Packet]:
    return [
        *handshake(client=spoil),
        segment(0, "PA", b"SENT", 100, 300, spoil),
        segment(1, "A", b"", 300, 104),
        segment(0, "A", b"", 104, 300),  # sent without a socket, with a checksum of its own
        segment(0, "PA", b"MORE", 104, 300, spoil),
        segment(1, "A", b"", 300, 108),
    ]


def merged_by_its_receiver() -> list[Packet]:
    return [*handshake(), segment(0, "PA", b"MERGED", 100, 300, partial), segment(1, "A", b"", 300, 106)]


def reset_with_a_wrong_one() -> list[Packet]:
    return [
        *handshake(),
        segment(0, "R", b"", 100, 0, wrong),
        segment(0, "PA", b"ALIVE", 100, 300),
        segment(1, "A", b"", 300, 105),
    ]


class Told:
    """The engine's results for packets of which the capture holds `snaplen` bytes each."""

    def __init__(self, folder: Path, packets: list[Packet], snaplen: int = 65535, batch: int = 1000) -> None:
        path = folder / "checksums.pcap"
        file = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, snaplen, 1)
        for number, packet in enumerate(map(bytes, packets)):
            file += struct.pack("<4I", 1000, number * 1000, min(len(packet), snaplen), len(packet)) + packet[:snaplen]
        path.write_bytes(file)
        with Capture(open_packets(path)) as capture:
            while capture.advance(batch):
                pass
            capture.finish()
            self.anomaly_codes = [ANOMALIES[code].code for code in capture.anomalies["code"].tolist()]
            self.refused = [row["unacceptable"] for row in packet_rows(capture)]
            self.sent = bytes(capture.stream_bytes(0, 0))


@pytest.mark.parametrize("batch", [1, 1000])
@pytest.mark.parametrize("version", [4, 6])
def test_a_segment_with_a_wrong_checksum_yields_to_the_right_one(tmp_path: Path, version: int, batch: int) -> None:
    told = Told(tmp_path, bad_then_good(version), batch=batch)
    assert told.sent == b"GOOD"
    assert told.anomaly_codes == [CODE]
    assert told.refused == [None, None, None, "bad_checksum", None, None]


@pytest.mark.parametrize("batch", [1, 1000])
def test_a_reset_with_a_wrong_checksum_ends_nothing(tmp_path: Path, batch: int) -> None:
    told = Told(tmp_path, reset_with_a_wrong_one(), batch=batch)
    assert told.sent == b"ALIVE"
    assert told.anomaly_codes == [CODE]


@pytest.mark.parametrize("batch", [1, 1000])
def test_what_its_receiver_acknowledges_was_changed_in_the_capture_alone(tmp_path: Path, batch: int) -> None:
    told = Told(tmp_path, acknowledged_all_the_same(), batch=batch)
    assert told.sent == b"ONE TWO END"
    assert told.anomaly_codes == []
    assert set(told.refused) == {None}


@pytest.mark.parametrize(
    ("packets", "sent"),
    [
        pytest.param(offloaded(wrong), b"SENTMORE", id="a card makes them"),
        pytest.param(offloaded(partial), b"SENTMORE", id="a card makes them of the pseudo-header's sum"),
        pytest.param(merged_by_its_receiver(), b"MERGED", id="the receiver's kernel merged segments"),
    ],
)
def test_offload_is_no_damage(tmp_path: Path, packets: list[Packet], sent: bytes) -> None:
    told = Told(tmp_path, packets)
    assert told.sent == sent
    assert told.anomaly_codes == []
    assert set(told.refused) == {None}


def test_of_a_segment_that_is_not_captured_whole_nothing_is_said(tmp_path: Path) -> None:
    told = Told(tmp_path, bad_then_good(), snaplen=57)
    assert CODE not in told.anomaly_codes
    assert "bad_checksum" not in told.refused
