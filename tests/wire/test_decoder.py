"""The decoder as a whole: batches, mappings that move, interfaces that appear."""

from __future__ import annotations

import importlib.util
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import inspector.wire
from inspector.tables.arena import Arena
from inspector.tables.table import Table
from inspector.wire.ip_reassembly import Fragments
from tests.wire import samples
from tests.wire.decoding import Decoded
from tests.wire.test_ip_reassembly import TEXT, v4_fragments, v6_fragments

MIXED = [
    *(sample.packet for sample in samples.ALL if sample.link_type == 1),
    *v4_fragments(samples.tcp(TEXT), 64),
    b"",
    samples.over_ip(1, b"ping"),
    *v6_fragments(samples.tcp(TEXT), 64)[::-1],
]


def _plain(name: str) -> ModuleType:
    """A module of `inspector.wire` run from its source, though a compiled one may lie beside it."""
    path = Path(inspector.wire.__file__).with_name(f"{name}.py")
    spec = importlib.util.spec_from_file_location(f"plain_{name}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class PlainDecoder:
    """The decoder's two passes, uncompiled."""

    network = _plain("layer_walk")
    segments = _plain("tcp_header")

    def __init__(self, packets: Table, headers: Table, arena: Arena, link_types: list[int]) -> None:
        self.headers = headers
        self.passes: list[Any] = [
            self.network.LayerWalker(packets, headers, arena, link_types, Fragments()),
            self.segments.TcpHeaderReader(packets, headers, arena),
        ]

    def attach(self, data: memoryview) -> None:
        for each in self.passes:
            each.attach(data)

    def advance(self, first: int, stop: int) -> None:
        self.headers.rows = 0
        self.headers.reserve(stop - first)
        self.headers.rows = stop - first
        for column in self.headers.columns:
            self.headers[column].fill(0)
        for each in self.passes:
            each.advance(first, stop)


def _kept(decoded: Decoded) -> dict[str, list[Any]]:
    return {name: decoded.packets[name].tolist() for name in decoded.packets.columns}


@given(st.lists(st.integers(0, len(MIXED)), max_size=8))
def test_the_cut_into_batches_changes_nothing(cuts: list[int]) -> None:
    decoded, whole = Decoded(MIXED), Decoded(MIXED).all()
    edges = sorted({0, *cuts, len(MIXED)})
    scratch: list[list[int]] = []
    for first, stop in pairwise(edges):
        decoded.decoder.advance(first, stop)
        assert len(decoded.headers) == stop - first
        scratch += decoded.headers["source_lo"].tolist()
    assert _kept(decoded) == _kept(whole)
    assert scratch == whole.headers["source_lo"].tolist()
    assert bytes(decoded.arena.data[: decoded.arena.size]) == bytes(whole.arena.data[: whole.arena.size])


@pytest.mark.parametrize("sample", samples.ALL, ids=str)
def test_compiled_and_plain_agree_on_a_sample(sample: samples.Sample) -> None:
    plain = Decoded([sample.packet], sample.link_type, make=PlainDecoder).all()
    assert plain.rows() == Decoded([sample.packet], sample.link_type).all().rows()


def test_compiled_and_plain_agree_on_a_mixture() -> None:
    assert Decoded(MIXED, make=PlainDecoder).all().rows() == Decoded(MIXED).all().rows()


def test_nothing_to_do_is_done() -> None:
    decoded = Decoded([samples.FRAME])
    decoded.decoder.advance(1, 1)
    assert len(decoded.headers) == 0


def test_a_new_mapping_takes_the_place_of_the_old() -> None:
    decoded = Decoded([samples.FRAME, samples.ethernet(samples.V6, samples.IP6)])
    whole = bytes(decoded.file)
    decoded.decoder.attach(memoryview(whole[: int(decoded.packets["address"][1])]))
    decoded.decoder.advance(0, 1)
    assert decoded.headers["is_tcp"].tolist() == [1]
    decoded.decoder.attach(memoryview(whole))
    decoded.decoder.advance(1, 2)
    assert decoded.headers["is_tcp"].tolist() == [1]


def test_a_packet_that_is_not_in_the_mapping_is_left_alone() -> None:
    decoded = Decoded([samples.FRAME])
    decoded.decoder.attach(memoryview(bytes(decoded.file[:100])))
    decoded.all()
    assert decoded.headers["is_tcp"].tolist() == [0]
    assert decoded.packets["ip_protocol"].tolist() == [255]


def test_interfaces_may_appear_while_the_capture_is_read() -> None:
    decoded = Decoded([samples.FRAME, samples.V6])
    link_types = [1]
    decoded.packets["interface"][:] = [0, 1]
    decoded.decoder = inspector.wire.Decoder(decoded.packets, decoded.headers, decoded.arena, link_types)
    decoded.decoder.attach(memoryview(bytes(decoded.file)))
    decoded.decoder.advance(0, 2)
    assert decoded.headers["is_tcp"].tolist() == [1, 0]
    link_types.append(101)
    decoded.decoder.advance(0, 2)
    assert decoded.headers["is_tcp"].tolist() == [1, 1]


def test_each_packet_is_read_by_its_own_interface() -> None:
    decoded = Decoded([s.packet for s in samples.ALL], [s.link_type for s in samples.ALL]).all()
    assert decoded.headers["is_tcp"].all()
    assert decoded.headers["family"].tolist() == [s.family for s in samples.ALL]
