"""Every link type, tag and tunnel leads to the same segment; and tshark says so too."""

from __future__ import annotations

import shutil
import struct
import subprocess
from pathlib import Path

import pytest

from tests.wire import samples
from tests.wire.decoding import Decoded, decode
from tests.wire.samples import Sample

CHECKSUM_AND_URGENT_POINTER = 4
"""Bytes at the end of a header without options (RFC 9293 §3.1)."""


@pytest.mark.parametrize("sample", samples.ALL, ids=str)
def test_a_packet_leads_to_its_segment(sample: Sample) -> None:
    found = decode(sample.packet, sample.link_type)
    assert found["is_tcp"] == 1
    assert found["family"] == sample.family
    assert (found["source_port"], found["destination_port"]) == (samples.SOURCE_PORT, samples.DESTINATION_PORT)
    assert (found["seq"], found["ack"], found["flags"], found["window_field"]) == (1000, 2000, 0x18, 512)
    assert found["ip_protocol"] == 6
    assert found["bytes"] == samples.PAYLOAD
    assert found["payload"] == found["payload_captured"] == len(samples.PAYLOAD)


@pytest.mark.parametrize("sample", samples.ALL, ids=str)
def test_a_packet_cut_off_anywhere_is_tcp_as_soon_as_the_window_is_there(sample: Sample) -> None:
    whole = len(sample.packet)
    cuts = [sample.packet[:captured] for captured in range(whole)]
    for cut, found in zip(cuts, Decoded(cuts, sample.link_type, whole).all().rows(), strict=True):
        missing = whole - len(cut)
        assert found["is_tcp"] == (missing <= len(samples.PAYLOAD) + CHECKSUM_AND_URGENT_POINTER)
        if found["is_tcp"]:
            assert found["payload"] == len(samples.PAYLOAD)
            assert found["payload_captured"] == max(0, len(samples.PAYLOAD) - missing)


def test_tshark_finds_the_same_segments(tmp_path: Path) -> None:
    tshark = shutil.which("tshark")
    if tshark is None:
        pytest.skip("tshark is not installed")
    known = [sample for sample in samples.ALL if sample.tshark_knows]
    capture = tmp_path / "samples.pcapng"
    capture.write_bytes(_pcapng(known))
    fields = [option for name in ("srcport", "dstport", "len", "flags") for option in ("-e", f"tcp.{name}")]
    command = [tshark, "-r", str(capture), "-T", "fields", *fields]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    expected = f"{samples.SOURCE_PORT}\t{samples.DESTINATION_PORT}\t{len(samples.PAYLOAD)}\t0x0018"
    assert {s.name: line for s, line in zip(known, lines, strict=True)} == {s.name: expected for s in known}


def _pcapng(wanted: list[Sample]) -> bytes:
    """A capture file with an interface for each sample (draft-ietf-opsawg-pcapng)."""
    out = _block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))
    out += b"".join(_block(1, struct.pack("<HHI", sample.link_type, 0, 0)) for sample in wanted)
    for number, sample in enumerate(wanted):
        size = len(sample.packet)
        out += _block(6, struct.pack("<IIIII", number, 0, number, size, size) + sample.packet + bytes(-size % 4))
    return out


def _block(kind: int, body: bytes) -> bytes:
    size = struct.pack("<I", 12 + len(body))
    return struct.pack("<I", kind) + size + body + size
