"""Tunnels on non-standard ports: decoded if configured, otherwise mentioned in a note."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import pytest

import inspector
from inspector.cli.main import main
from inspector.wire.layer_parsers import UDP_PORTS
from inspector.wire.udp_tunnels import KINDS
from tests.pcap.craft import Pcap, save
from tests.wire.decoding import decode
from tests.wire.samples import FRAME, PAYLOAD, V4, over_udp

VXLAN = b"\x08\0\0\0\0\0\1\0" + FRAME
GENEVE = b"\0\0\x65\x58\0\0\1\0" + FRAME
GTP = struct.pack(">BBHI", 0x30, 0xFF, len(V4), 1) + V4


def test_vxlan_is_read_on_the_port_that_linux_uses() -> None:
    assert decode(over_udp(8472, VXLAN), 1)["bytes"] == PAYLOAD


def test_every_kind_has_its_usual_port() -> None:
    assert set(KINDS.values()) <= UDP_PORTS


def file_of(folder: Path, *packets: bytes) -> str:
    capture = Pcap()
    for second, packet in enumerate(packets):
        capture.packet(second, 0, packet)
    return str(save(folder, bytes(capture.data)))


@pytest.mark.parametrize(("kind", "content"), [("vxlan", VXLAN), ("geneve", GENEVE), ("gtp", GTP)])
def test_what_looks_like_a_tunnel_is_hinted_at_and_read_when_told(tmp_path: Path, kind: str, content: bytes) -> None:
    path = file_of(tmp_path, *[over_udp(40123, content)] * 3)
    with inspector.open(path) as capture:
        assert len(capture.connections) == 0
        assert capture.notes == [
            f"3 UDP packets to port 40123 look like {kind}: --tunnel {kind}:40123 reads what is in them"
        ]
    with inspector.open(path, tunnels={40123: kind}) as capture:
        assert (len(capture.connections), capture.notes) == (1, [])


@pytest.mark.parametrize(
    "content",
    [b"", b"\x08", VXLAN[:20], b"\x08\0\0\0\0\0\1\0" + bytes(40), GTP[:-1], GTP + b"\0", b"0" * 60, bytes(60)],
    ids=["nothing", "a byte", "cut off", "no frame inside", "shorter", "longer", "digits", "zeros"],
)
def test_what_only_begins_like_a_tunnel_is_none(tmp_path: Path, content: bytes) -> None:
    with inspector.open(file_of(tmp_path, *[over_udp(40123, content)] * 3)) as capture:
        assert capture.notes == []


def test_the_command_line_sets_a_port(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = file_of(tmp_path, over_udp(40123, VXLAN))
    assert main(["connections", path, "--tunnel", "vxlan:40123", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["id"] == 0
    assert main(["connections", path, "--tunnel", "vxlan"]) == 2
    assert "KIND:PORT" in capsys.readouterr().err


def test_packets_of_a_link_type_that_is_not_read_are_counted_in_a_note(tmp_path: Path) -> None:
    capture = Pcap(link_type=147)
    for second in range(3):
        capture.packet(second, 0, V4)
    with inspector.open(save(tmp_path, bytes(capture.data))) as opened:
        assert opened.notes == [
            "3 packets are of link type 147 (USER0), which Wireglass does not decode: shown as bytes"
        ]


@pytest.mark.parametrize(("others", "is_hinted_at"), [(63, True), (64, False)], ids=["the last port", "one more"])
def test_so_many_ports_are_watched_for_tunnels(tmp_path: Path, others: int, is_hinted_at: bool) -> None:
    packets = [over_udp(41000 + i, VXLAN) for i in range(others)] + [over_udp(50000, VXLAN)] * 3
    with inspector.open(file_of(tmp_path, *packets)) as capture:
        assert any("port 50000" in note for note in capture.notes) is is_hinted_at
