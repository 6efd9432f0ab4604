from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import inspector
from inspector.engine.capture import Capture
from inspector.pcap.reader import open_packets
from inspector.query.packet_display_filter import PacketDisplayFilter, as_bytes, words_of
from inspector.query.time_range import Span, extent
from inspector.views.overview import Overview
from tests.web.traffic import SAMPLE_PACKETS, Talk, Wire, exchange, sample


@pytest.fixture(scope="module")
def capture(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Capture]:
    with inspector.open(sample(tmp_path_factory.mktemp("search") / "sample.pcapng")) as capture:
        yield capture


LOSSY = Path(__file__).parent.parent.parent / "captures" / "loss-fast.pcapng"
TWIST = Path(__file__).parent.parent.parent / "captures" / "simultaneous-open.pcapng"
"""A recording with a retransmission and a note."""

ALL = list(range(1, SAMPLE_PACKETS + 1))
FIRST, CHAT, SECOND = ALL[:8], ALL[8:18], ALL[18:]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        pytest.param("40002", CHAT, id="a port"),
        pytest.param(":40002", CHAT, id="a port with its colon"),
        pytest.param("4000", [], id="part of a port is no port"),
        pytest.param("#2", SECOND, id="a connection"),
        pytest.param("#77", [], id="a connection that is not there"),
        pytest.param("127.0.0.1", ALL, id="an address"),
        pytest.param("127.0", ALL, id="a part of an address"),
        pytest.param("127.0.0.1:40001", FIRST, id="a socket"),
        pytest.param("127.0.0.2", [], id="another address"),
        pytest.param("rst", [], id="a flag that nobody sets"),
        pytest.param("SYN server", [2, 10, 20], id="a flag and a side"),
        pytest.param("websocket", CHAT, id="what a connection speaks"),
        pytest.param("udp", [], id="another protocol"),
        pytest.param("/first", [4], id="bytes of a request"),
        pytest.param("HELLO", [5], id="bytes whatever their case"),
        pytest.param("hello 40003", [], id="words that fit no packet together"),
        pytest.param("grüße", [], id="letters beyond ASCII"),
    ],
)
def test_every_word_must_fit(capture: Capture, text: str, numbers: list[int]) -> None:
    found = PacketDisplayFilter(capture).matching(text)
    assert found is not None
    assert (found + 1).tolist() == numbers


@pytest.mark.parametrize("text", ["", "  \t "])
def test_no_word_is_no_filter(capture: Capture, text: str) -> None:
    assert PacketDisplayFilter(capture).matching(text) is None


def test_verdicts_are_found_by_a_part_of_their_name(tmp_path: Path) -> None:
    wire = Wire(tmp_path / "x.pcapng")
    talk = Talk(wire, 40001)
    talk.overtake(b"one", b"two")
    talk.arrive()
    wire.close()
    with inspector.open(wire.path) as capture:
        odd = np.flatnonzero(capture.packets["analysis"])
        assert set(PacketDisplayFilter(capture).matching("out-of-order").tolist()) <= set(odd.tolist())  # type: ignore[union-attr]
        assert (
            PacketDisplayFilter(capture).matching("order").tolist()
            == PacketDisplayFilter(capture).matching("out_of_order").tolist()
        )  # type: ignore[union-attr]


@pytest.mark.parametrize(("path", "severity"), [(TWIST, "note"), (LOSSY, "warning")], ids=["notes", "warnings"])
def test_a_code_finds_exactly_what_the_overview_counts(path: Path, severity: str) -> None:
    with inspector.open(path) as capture:
        troubles = Overview(capture, extent(capture) or Span(0, 0)).troubles()
        assert severity in {trouble["severity"] for trouble in troubles}
        for trouble in troubles:
            found = PacketDisplayFilter(capture).matching("is:" + trouble["code"].replace("_", "-"))
            assert found is not None
            assert len(found) == trouble["count"]
            assert [one["packet"] - 1 for one in trouble["packets"]] == found[: len(trouble["packets"])].tolist()


def test_a_code_that_is_none_is_text_like_any_other(capture: Capture) -> None:
    assert PacketDisplayFilter(capture).matching("is:nonsense").size == 0  # type: ignore[union-attr]


def test_bytes_between_two_packets_are_no_packets(capture: Capture) -> None:
    """The words of the file's own headers, and a word that begins in one packet and ends in the next."""
    assert PacketDisplayFilter(capture).matching("test-traffic").size == 0  # type: ignore[union-attr]
    assert PacketDisplayFilter(capture).matching("wireglass").size == 0  # type: ignore[union-attr]


def test_what_came_since_is_found_too(tmp_path: Path) -> None:
    wire = Wire(tmp_path / "x.pcapng")
    exchange(wire, 40001, "/needle")
    with Capture(open_packets(wire.path)) as capture:
        while capture.advance():
            pass
        found = PacketDisplayFilter(capture)
        assert found.matching("needle").tolist() == [3]  # type: ignore[union-attr]
        exchange(wire, 40002, "/needle")
        capture.refresh()
        while capture.advance():
            pass
        assert found.matching("needle").tolist() == [3, 11]  # type: ignore[union-attr]
    wire.close()


def test_so_many_words_count_and_so_many_bytes_of_each() -> None:
    assert words_of("w " * 16 + "nothing") == ["w"] * 16
    assert words_of("w " * 15 + "last") == [*["w"] * 15, "last"]
    assert as_bytes("x" * 64) == b"x" * 64
    assert as_bytes("x" * 64 + "y") == b"x" * 64


WORDS = ["hello", "Hi", "get", "HTTP/1.1", "40001", ":80", "#1", "websocket", "client", "syn", "127.0", "is:nonsense"]


@settings(max_examples=80)
@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=4), st.randoms(use_true_random=False))
def test_a_filter_finds_what_each_of_its_words_finds(capture: Capture, words: list[str], random: Any) -> None:
    search = PacketDisplayFilter(capture)
    each = [set(search.matching(word).tolist()) for word in words]  # type: ignore[union-attr]
    mixed = [word.upper() if random.random() < 0.5 else word for word in random.sample(words, len(words))]
    found = search.matching("  ".join(mixed))
    assert found is not None
    assert found.tolist() == sorted(set.intersection(*each))


@settings(max_examples=80)
@given(st.data())
def test_a_word_of_bytes_is_found_in_the_packets_that_hold_it(capture: Capture, data: st.DataObject) -> None:
    packets = [capture.packet_bytes(row).lower() for row in range(len(capture.packets))]
    row = data.draw(st.integers(0, len(packets) - 1))
    at = data.draw(st.integers(0, len(packets[row]) - 1))
    word = packets[row][at : at + data.draw(st.integers(1, 12))]
    holding = [i for i, packet in enumerate(packets) if word in packet]
    assert np.flatnonzero(PacketDisplayFilter(capture)._bytes.holding(word)).tolist() == holding
