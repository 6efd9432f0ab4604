"""One packet taken apart for its reader: layers, fields, byte ranges."""

from __future__ import annotations

import json
import struct
import subprocess
import sys
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scapy.layers.dns import DNS, DNSQR
from scapy.layers.inet import IP, TCP, UDP
from scapy.layers.l2 import Ether

from inspector.wire.field_labels import FLAGS, LABELS, TITLES
from inspector.wire.scapy_dissect import MAX_BYTES, MAX_FIELDS, MAX_LAYERS, MAX_TEXT, Layer, _scapy, dissect
from tests.wire import samples
from tests.wire.samples import FRAME, PAYLOAD, SNAP, V4, ethernet
from tests.wire.test_hostile import HOSTILE

SCAPY_LINKS = sorted(number for number in _scapy(True).num2layer if isinstance(number, int))
SYN_OPTIONS = bytes.fromhex("020405b4 0402 080a 00000001 00000000 01 030307")


def _names(layers: list[Layer]) -> list[str]:
    return [layer["name"] for layer in layers]


def _fields(layer: Layer) -> dict[str, tuple[str, int, int]]:
    return {field["name"]: (field["value"], field["start"], field["stop"]) for field in layer["fields"]}


def test_a_web_request() -> None:
    link, ip, tcp, payload = dissect(FRAME, 1)
    assert [(layer["name"], layer["start"], layer["stop"]) for layer in (link, ip, tcp, payload)] == [
        ("Ethernet", 0, 14),
        ("IP", 14, 34),
        ("TCP", 34, 54),
        ("Raw", 54, 70),
    ]
    assert _fields(link)["type"] == ("IPv4 (0x800)", 12, 14)
    assert _fields(ip)["src"] == ("192.0.2.1", 26, 30)
    assert _fields(ip)["proto"] == ("tcp (6)", 23, 24)
    assert _fields(tcp)["sport"] == ("49200", 34, 36)
    assert _fields(tcp)["flags"] == ("PSH, ACK", 46, 48)
    assert _fields(payload)["load"] == ('"GET / HTTP/1.1\\r\\n"', 54, 70)


def test_fields_of_a_few_bits_share_their_byte() -> None:
    fields = _fields(dissect(FRAME, 1)[1])
    assert fields["version"] == ("4", 14, 15)
    assert fields["ihl"] == ("5", 14, 15)
    assert fields["flags"] == ("none", 20, 21)
    assert fields["frag"] == ("0", 20, 22)


def test_options_are_told_by_name_and_argument() -> None:
    tcp = dissect(ethernet(samples.ipv4(samples.tcp(b"", SYN_OPTIONS, flags=2))), 1)[2]
    assert _fields(tcp)["options"] == ("MSS 1460, SAckOK, Timestamp 1 0, NOP, WScale 7", 54, 74)
    assert _fields(tcp)["flags"][0] == "SYN"


def test_labels_speak_plainly() -> None:
    labels = {field["name"]: field["label"] for field in dissect(FRAME, 1)[2]["fields"]}
    assert labels["seq"] == "sequence number"
    assert labels["dport"] == "destination port"


def test_padding_is_told_from_payload() -> None:
    layers = dissect(FRAME + bytes(6), 1)
    assert _names(layers) == ["Ethernet", "IP", "TCP", "Raw", "Padding"]
    assert (layers[-1]["start"], layers[-1]["stop"]) == (len(FRAME), len(FRAME) + 6)


def test_a_name_lookup_is_shown_with_its_question() -> None:
    packet = bytes(
        Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02")
        / IP(src="192.0.2.1", dst="192.0.2.2")
        / UDP()
        / DNS(qd=DNSQR(qname="example.org"))
    )
    dns = dissect(packet, 1)[-1]
    assert dns["name"] == "DNS"
    assert "example.org" in _fields(dns)["qd"][0]


@pytest.mark.parametrize(
    ("link_type", "packet", "names"),
    [
        pytest.param(0, b"\2\0\0\0" + V4, ["Loopback", "IP", "TCP", "Raw"], id="BSD loopback"),
        pytest.param(101, V4, ["IP", "TCP", "Raw"], id="bare IPv4"),
        pytest.param(101, samples.V6, ["IPv6", "TCP", "Raw"], id="bare IPv6"),
        pytest.param(229, samples.V6, ["IPv6", "TCP", "Raw"], id="always IPv6"),
        pytest.param(113, samples.LINKS[20].packet, ["cooked linux", "IP", "TCP", "Raw"], id="Linux cooked"),
        pytest.param(
            10, b"\x50" + samples.MAC + SNAP + b"\x08\0" + V4, ["Link", "LLC", "SNAP", "IP", "TCP", "Raw"], id="FDDI"
        ),
        pytest.param(
            239, struct.pack("<4sHH", b"\2\0\0\0", 60, 9) + V4, ["Link", "IP", "TCP", "Raw"], id="netfilter log"
        ),
        pytest.param(147, V4, ["Raw"], id="an unknown link type"),
        pytest.param(1, b"", [], id="no bytes"),
        pytest.param(1, FRAME[:9], ["Raw"], id="less than a header"),
        pytest.param(101, b"\x75" + V4[1:], ["Raw"], id="bare bytes of no IP version"),
        pytest.param(
            1, samples.MAC + b"\x81\0\0\x16\x08\0" + V4, ["Ethernet", "802.1Q", "IP", "TCP", "Raw"], id="VLAN"
        ),
    ],
)
def test_layers_of_a_link_type(link_type: int, packet: bytes, names: list[str]) -> None:
    assert _names(dissect(packet, link_type)) == names


@pytest.mark.parametrize(
    "tunnel", [s for s in samples.ALL if s.name in ("VXLAN", "Geneve", "GRE", "MPLS with one label", "GTP-U")], ids=str
)
def test_tunnels_are_opened_down_to_the_payload(tunnel: samples.Sample) -> None:
    layers = dissect(tunnel.packet, tunnel.link_type)
    assert _names(layers)[-2:] == ["TCP", "Raw"]
    assert tunnel.packet[layers[-1]["start"] : layers[-1]["stop"]] == PAYLOAD


def test_a_packet_of_nothing_but_tags_is_cut_short() -> None:
    assert len(dissect(samples.MAC + bytes.fromhex("81000001") * 15_000, 1)) <= MAX_LAYERS


def test_a_long_payload_is_shown_in_part_with_its_whole_range() -> None:
    packet = ethernet(samples.ipv4(samples.tcp(b"x" * 60_000), total=0))
    load = dissect(packet, 1)[-1]["fields"][0]
    assert (load["stop"] - load["start"], load["label"]) == (60_000, "60000 bytes")
    assert len(load["value"]) <= MAX_TEXT


def test_what_is_longer_than_any_packet_is_not_looked_at_whole() -> None:
    assert dissect(FRAME + bytes(2 * MAX_BYTES), 1)[-1]["stop"] == MAX_BYTES


def test_captured_markup_stays_text() -> None:
    load = dissect(ethernet(samples.ipv4(samples.tcp(b"<script>alert(1)</script>"))), 1)[-1]["fields"][0]
    assert load["value"] == '"<script>alert(1)</script>"'


def _check_ranges(layers: list[Layer], size: int) -> None:
    for layer in layers:
        assert 0 <= layer["start"] <= layer["stop"] <= size
        assert len(layer["fields"]) <= MAX_FIELDS
        for field in layer["fields"]:
            assert layer["start"] <= field["start"] <= field["stop"] <= layer["stop"]
            assert len(field["value"]) <= MAX_TEXT


@pytest.mark.parametrize("sample", samples.ALL, ids=str)
def test_layers_follow_each_other_without_a_hole(sample: samples.Sample) -> None:
    layers = dissect(sample.packet, sample.link_type)
    _check_ranges(layers, len(sample.packet))
    assert layers[0]["start"] == 0
    assert all(layer["stop"] == after["start"] for layer, after in pairwise(layers))
    assert layers[-1]["stop"] == len(sample.packet)


def test_a_layer_that_scapy_corrects_ends_where_its_payload_begins() -> None:
    radiotap, wifi = dissect(struct.pack("<BBHI4x", 0, 0, 12, 0) + b"\x08", 127)
    assert (radiotap["start"], radiotap["stop"]) == (0, 12)
    assert (wifi["start"], wifi["stop"]) == (12, 13)


@settings(max_examples=300)
@example((127, b"\0\0\x08\0\0\0\0\0\x08"))  # a radiotap header of 8 bytes, and one byte behind it
@given(st.one_of(HOSTILE, st.tuples(st.sampled_from(SCAPY_LINKS), st.binary(max_size=200))))
def test_hostile_bytes_are_dissected_without_complaint(hostile: tuple[int, bytes]) -> None:
    link_type, packet = hostile
    layers = dissect(packet, link_type)
    _check_ranges(layers, len(packet))
    json.dumps(layers)


@settings(max_examples=60)
@given(st.binary(max_size=60))
def test_hostile_options_are_dissected_without_complaint(options: bytes) -> None:
    options = options[: len(options) & ~3][:40]
    layers = dissect(ethernet(samples.ipv4(samples.tcp(options=options))), 1)
    assert _names(layers)[:3] == ["Ethernet", "IP", "TCP"]


def test_the_engine_does_not_load_scapy() -> None:
    code = "import sys, inspector.wire.decoder, inspector.wire.scapy_dissect; sys.exit('scapy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_every_label_belongs_to_a_layer_and_field_that_scapy_has() -> None:
    known: dict[str, Any] = {}
    for layer in _loaded_layers():
        known.setdefault(layer._name or layer.__name__, set()).update(field.name for field in layer.fields_desc)
    assert {name for name, _ in LABELS} | set(TITLES) <= known.keys() | {"Link"}
    assert [(name, field) for name, field in LABELS if field not in known[name]] == []


def _loaded_layers() -> list[Any]:
    dissect(FRAME, 1)
    from scapy.config import conf

    return list(conf.layers)


def test_every_flag_of_tcp_has_its_name() -> None:
    assert set(TCP(flags=0x1FF).flags) <= FLAGS.keys()
