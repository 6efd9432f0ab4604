"""Bytes written by somebody who means ill: nothing raises, and nothing outside the packet is looked at."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from inspector.tables.arena import ARENA
from inspector.wire import layers
from inspector.wire.layer_parsers import OPENERS, open_layer
from inspector.wire.link_layer import BARE, FIXED_HEADERS
from tests.wire import samples
from tests.wire.decoding import Decoded
from tests.wire.test_decoder import PlainDecoder
from tests.wire.test_ip_reassembly import TEXT, v4_fragments, v6_fragments

LINK_TYPES = sorted({*BARE, *FIXED_HEADERS, *(code - layers.LINK for code in OPENERS if code & layers.LINK), 147})
SEEDS = [
    *((sample.link_type, sample.packet) for sample in samples.ALL),
    *((1, frame) for frame in v4_fragments(samples.tcp(TEXT), 64) + v6_fragments(samples.tcp(TEXT), 64)),
]


@st.composite
def mutated(draw: st.DrawFn) -> tuple[int, bytes]:
    """A sample with some bytes changed, cut off or repeated."""
    link_type, packet = draw(st.sampled_from(SEEDS))
    altered = bytearray(packet)
    for _ in range(draw(st.integers(0, 6))):
        altered[draw(st.integers(0, len(altered) - 1))] = draw(
            st.one_of(st.sampled_from([0, 1, 4, 6, 0x45, 0x7F, 0x80, 0xFF]), st.integers(0, 255))
        )
    start = draw(st.integers(0, 8))
    stop = draw(st.integers(0, len(altered)))
    return link_type, bytes(altered[:stop] if start else altered + altered[stop:])


HOSTILE = st.one_of(st.tuples(st.sampled_from(LINK_TYPES), st.binary(max_size=200)), mutated())


def _relative(decoded: Decoded) -> list[dict[str, Any]]:
    """The columns, with the payload's place counted from its packet."""
    rows = decoded.rows()
    for row in rows:
        if row["is_tcp"] and row["payload_address"] < ARENA:
            row["payload_address"] -= row["address"]
        row["address"] = 0
    return rows


@given(st.lists(HOSTILE, min_size=1, max_size=6), st.integers(0, 2000))
def test_no_bytes_make_it_raise_or_look_outside_the_packet(packets: list[tuple[int, bytes]], length: int) -> None:
    link_types = [link_type for link_type, _ in packets]
    data = [packet for _, packet in packets]
    guards = [b"", b"\x00" * 64, b"\xff" * 64, samples.V4]
    found = [_relative(Decoded(data, link_types, length, guard).all()) for guard in guards]
    assert all(rows == found[0] for rows in found[1:])


@given(st.lists(HOSTILE, min_size=1, max_size=6), st.integers(0, 2000))
def test_what_is_called_payload_lies_inside_the_packet(packets: list[tuple[int, bytes]], length: int) -> None:
    decoded = Decoded([packet for _, packet in packets], [link_type for link_type, _ in packets], length).all()
    for row in decoded.rows():
        assert 0 <= row["payload_captured"] <= row["payload"] <= max(row["captured"], row["length"], 65535)
        if row["is_tcp"] and row["payload_address"] < ARENA:
            end = row["address"] + row["captured"]
            assert row["payload_captured"] == 0 or row["payload_address"] + row["payload_captured"] <= end


@given(st.lists(HOSTILE, min_size=1, max_size=6), st.integers(0, 2000))
def test_compiled_and_plain_agree(packets: list[tuple[int, bytes]], length: int) -> None:
    link_types = [link_type for link_type, _ in packets]
    data = [packet for _, packet in packets]
    plain = Decoded(data, link_types, length, make=PlainDecoder).all()
    assert plain.rows() == Decoded(data, link_types, length).all().rows()


@given(st.sampled_from(sorted(OPENERS)), st.binary(max_size=120))
def test_an_opener_gives_a_step_forward_or_none(code: int, packet: bytes) -> None:
    step = open_layer(code, memoryview(packet))
    assert step is None or (step[0] >= 0 and step[1] >= 0)


def test_a_packet_of_nothing_but_nested_headers_ends() -> None:
    for packet in (samples.IPV4_SOURCE * 16_000, b"\x45\x00\x00\x00" * 16_000, bytes.fromhex("81000001") * 16_000):
        assert Decoded([packet], 101).all().row()["is_tcp"] == 0
        assert Decoded([samples.MAC + packet]).all().row()["is_tcp"] == 0
