"""Which HTTP messages contain a word, where a piece of the stream has several."""

from __future__ import annotations

from pathlib import Path

import pytest

from inspector.query import http_search
from tests.query.test_segment_seams import answer, found, record


@pytest.mark.parametrize(
    ("limit", "expected"),
    [(3, [False, True, False]), (2, [False, True, True])],
    ids=["as many as are examined", "one more counts as a match"],
)
def test_messages_that_share_a_piece_are_examined_up_to_a_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: int, expected: list[bool]
) -> None:
    monkeypatch.setattr(http_search, "SHARED", limit)
    piece = b"".join(answer(body) for body in (b"one", b"needle", b"two"))
    assert found(record(tmp_path / "x.pcapng", [piece], 3), b"needle") == expected


@pytest.mark.parametrize(
    ("word", "expected"),
    [(b"12", [False, True, False]), (b"123", [True, False, False]), (b"34", [False, False, True])],
)
def test_a_whole_number_is_no_part_of_another(tmp_path: Path, word: bytes, expected: list[bool]) -> None:
    piece = b"".join(answer(body) for body in (b"a 123", b"b 12 c", b"x34y"))
    assert found(record(tmp_path / "x.pcapng", [piece], 3), word, is_whole=True) == expected
