from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import inspector
from inspector.engine.capture import Capture
from inspector.query import byte_search
from inspector.query.byte_search import Stretches
from inspector.tables.arena import ARENA, Arena
from tests.web.traffic import sample


@dataclass
class Bytes:
    """What of a capture is searched: a file and an arena."""

    data: memoryview
    arena: Arena = field(default_factory=Arena)

    @property
    def source(self) -> Bytes:
        return self

    def read_bytes(self, at: int, length: int) -> bytes:
        return bytes(self.data[at : at + length])


def searched(file: bytes, kept: bytes, lengths: list[int], in_arena: list[bool]) -> tuple[Stretches, list[bytes]]:
    """Consecutive ranges of these lengths, each in the file or in the arena, and their bytes."""
    capture = Bytes(memoryview(file))
    capture.arena.append(kept)
    places, parts = {False: 0, True: ARENA}, []
    addresses = []
    for length, is_kept in zip(lengths, in_arena, strict=True):
        addresses.append(places[is_kept])
        at = places[is_kept] - (ARENA if is_kept else 0)
        parts.append((kept if is_kept else file)[at : at + length])
        places[is_kept] += length
    columns = np.array(addresses, np.int64), np.array([len(part) for part in parts], np.int64)
    return Stretches(capture, lambda: columns), parts  # type: ignore[arg-type]


@given(
    st.text("aB", max_size=60),
    st.text("aB", max_size=60),
    st.lists(st.tuples(st.integers(0, 9), st.booleans()), max_size=12),
    st.text("ab", min_size=1, max_size=4),
    st.integers(1, 9),
)
def test_a_stretch_is_found_when_its_own_bytes_hold_the_word(
    file: str, kept: str, plan: list[tuple[int, bool]], word: str, piece: int
) -> None:
    lengths, sides = [length for length, _ in plan], [is_kept for _, is_kept in plan]
    found, parts = searched(file.encode(), kept.encode(), lengths, sides)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(byte_search, "PIECE", piece)
        assert found.holding(word.encode()).tolist() == [word.encode() in part.lower() for part in parts]


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        pytest.param("80", True, id="alone"),
        pytest.param(":80/", True, id="between marks"),
        pytest.param("8080", False, id="in a longer number"),
        pytest.param("180 80", True, id="in a longer number, and alone"),
        pytest.param("a80", True, id="behind a letter"),
    ],
)
def test_a_number_is_found_whole(text: str, is_found: bool) -> None:
    found, _ = searched(text.encode(), b"", [len(text)], [False])
    assert found.holding(b"80", is_whole=True).tolist() == [is_found]


def test_a_digit_of_the_next_stretch_is_no_part_of_the_number() -> None:
    found, _ = searched(b"1801", b"", [1, 2, 1], [False] * 3)
    assert found.holding(b"80", is_whole=True).tolist() == [False, True, False]


@pytest.fixture(scope="module")
def capture(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Capture]:
    with inspector.open(sample(tmp_path_factory.mktemp("stretches") / "sample.pcapng")) as capture:
        yield capture


def test_only_what_is_new_or_longer_is_searched_again(monkeypatch: pytest.MonkeyPatch) -> None:
    capture = Bytes(memoryview(b"needle, needle, needle"))
    lengths = np.array([6, 3])
    addresses = np.array([0, 8, 16])
    found = Stretches(capture, lambda: (addresses[: len(lengths)], lengths), may_grow=True)  # type: ignore[arg-type]
    assert found.holding(b"needle").tolist() == [True, False]
    looked: list[list[int]] = []
    holding = byte_search._holding
    monkeypatch.setattr(byte_search, "_holding", lambda *args: (looked.append(args[1].tolist()), holding(*args))[1])
    lengths = np.array([6, 6, 6])
    assert found.holding(b"needle").tolist() == [True, True, True]
    assert looked == [[8, 16], []]


def test_what_cannot_become_longer_is_searched_once() -> None:
    capture, lengths = Bytes(memoryview(b"needle, needle, needle")), np.array([6, 3])
    found = Stretches(capture, lambda: (np.array([0, 8, 16])[: len(lengths)], lengths))  # type: ignore[arg-type]
    assert found.holding(b"needle").tolist() == [True, False]
    lengths = np.array([6, 6, 6])
    assert found.holding(b"needle").tolist() == [True, False, True]


def test_no_more_words_are_remembered_than_allowed(capture: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(byte_search, "REMEMBERED", 2)
    found = Stretches(capture, lambda: (capture.packets["address"], capture.packets["captured"]))
    for word in (b"hello", b"world", b"third", b"hello"):
        found.holding(word)
    assert len(found._known) == 2


def test_an_answer_is_the_callers_to_change(capture: Capture) -> None:
    found = Stretches(capture, lambda: (capture.packets["address"], capture.packets["captured"]))
    found.holding(b"hello")[:] = True
    assert np.flatnonzero(found.holding(b"hello")).tolist() == [4]


def test_what_is_between_the_stretches_is_none_of_them(tmp_path: Path) -> None:
    found = Stretches(
        Bytes(memoryview(b"aa--word--aa")),  # type: ignore[arg-type]
        lambda: (np.array([0, 10]), np.array([2, 2])),
    )
    assert not found.holding(b"word").any()
