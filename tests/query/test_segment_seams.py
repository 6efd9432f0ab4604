"""A word is found in an HTTP message exactly when the message's bytes hold it, however segments cut them."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import inspector
from inspector.engine.capture import Capture
from inspector.pcap.reader import open_packets
from inspector.query import segment_seams
from inspector.query.display_filter import DisplayFilter
from inspector.query.http_search import HttpBytes
from tests.web.traffic import Talk, Wire

ASKED = b"GET / HTTP/1.1\r\n\r\n"


def answer(body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)


def cut(stream: bytes, places: list[int]) -> list[bytes]:
    """The stream in pieces that end at these places."""
    ends = [*sorted({place % len(stream) for place in places} - {0}), len(stream)]
    return [stream[start:end] for start, end in zip([0, *ends], ends, strict=False)]


def record(path: Path, pieces: list[bytes], questions: int = 1) -> Path:
    """A connection whose server answers the requests `questions` in these segments."""
    wire = Wire(path)
    talk = Talk(wire, 40001)
    for _ in range(questions):
        talk.client(ASKED)
    for piece in pieces:
        talk.server(piece)
    wire.close()
    return path


def found(path: Path, word: bytes, is_whole: bool = False) -> list[bool]:
    """Of the answers in a capture, which hold the word."""
    with inspector.open(path) as capture:
        mask = HttpBytes(capture).holding(word, is_whole)
        return [bool(mask[row]) for row in range(len(mask)) if capture.http_messages["direction"][row] == 1]


@settings(deadline=None)
@given(
    st.lists(st.text("aB", max_size=24), min_size=1, max_size=4),
    st.lists(st.integers(0, 400), max_size=40),
    st.text("ab", min_size=1, max_size=6),
    st.integers(1, 9),
)
def test_an_answer_is_found_when_its_bytes_hold_the_word(
    bodies: list[str], places: list[int], word: str, at_once: int
) -> None:
    answers = [answer(body.encode()) for body in bodies]
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(segment_seams, "AT_ONCE", at_once)
        patch.setattr(segment_seams, "ROWS_AT_ONCE", at_once)
        path = record(Path(folder, "x.pcapng"), cut(b"".join(answers), places), len(answers))
        assert found(path, word.encode()) == [word.encode() in each.lower() for each in answers]


@settings(deadline=None)
@given(st.lists(st.text("aB", min_size=1, max_size=5), min_size=1, max_size=12), st.text("ab", min_size=1, max_size=6))
def test_live_finds_with_every_segment_what_is_there_by_then(pieces: list[str], word: str) -> None:
    body = "".join(pieces).encode()
    with TemporaryDirectory() as folder:
        wire = Wire(Path(folder, "x.pcapng"))
        talk = Talk(wire, 40001)
        talk.client(ASKED)
        talk.server(answer(body)[: -len(body)])
        so_far = b""
        with Capture(open_packets(wire.path)) as capture:
            search = HttpBytes(capture)
            for piece in pieces:
                talk.server(piece.encode())
                so_far += piece.encode()
                capture.refresh()
                while capture.advance():
                    pass
                is_there = word.encode() in so_far.lower()
                assert search.holding(word.encode(), False).tolist() == [False, is_there]
        wire.close()


@pytest.mark.parametrize(
    ("pieces", "is_found"),
    [
        pytest.param([b"room 41", b"7 is free"], True, id="cut in the middle"),
        pytest.param([b"4", b"1", b"7"], True, id="in three segments"),
        pytest.param([b"room 41", b"70"], False, id="a longer number, by a digit behind it"),
        pytest.param([b"14", b"17"], False, id="a longer number, by a digit before it"),
        pytest.param([b"1", b"4", b"17"], False, id="a longer number, by a segment before it"),
        pytest.param([b"14", b"17, 41", b"7"], True, id="in a longer number, and alone"),
    ],
)
def test_a_number_is_found_whole(tmp_path: Path, pieces: list[bytes], is_found: bool) -> None:
    head = answer(b"x" * sum(map(len, pieces))).partition(b"x")[0]
    path = record(tmp_path / "x.pcapng", [head, *pieces])
    assert found(path, b"417", is_whole=True) == [is_found]


def test_words_of_two_answers_are_no_word(tmp_path: Path) -> None:
    """One answer ends, and the next begins, where a segment does."""
    path = record(tmp_path / "x.pcapng", [answer(b"pat")[:-2], b"at", answer(b"x")[:1], answer(b"x")[1:]], 2)
    assert found(path, b"ath") == [False, False]
    assert found(path, b"pat") == [True, False]
    assert found(path, b"http") == [True, True]


def test_what_a_gap_separates_is_no_word(tmp_path: Path) -> None:
    wire = Wire(tmp_path / "x.pcapng")
    talk = Talk(wire, 40001)
    talk.client(ASKED)
    head, body = answer(b"x" * 8).partition(b"x")[0], b"nee"
    talk.server(head + body)
    talk.overtake(b"..", b"dle")
    talk.client(ASKED)  # acknowledges what nobody captured: it will not come any more
    wire.close()
    assert found(wire.path, b"needle") == [False]


def test_the_connection_is_found_too(tmp_path: Path) -> None:
    path = record(tmp_path / "x.pcapng", [answer(b"needle")[:-3], b"dle"])
    with inspector.open(path) as capture:
        display_filter = DisplayFilter(capture)
        assert display_filter.matching("connections", "NEEDLE").tolist() == [0]  # type: ignore[union-attr]
        assert display_filter.matching("exchanges", "needle").tolist() == [0]  # type: ignore[union-attr]
        assert display_filter.matching("packets", "needle").tolist() == []  # type: ignore[union-attr]


def test_what_was_searched_is_not_searched_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = record(tmp_path / "x.pcapng", cut(answer(b"needle" * 40), list(range(0, 280, 3))))
    looked: list[int] = []
    places = segment_seams.places_of
    monkeypatch.setattr(
        segment_seams, "places_of", lambda text, word: (looked.append(len(text)), places(text, word))[1]
    )
    with inspector.open(path) as capture:
        search = segment_seams.Seams(capture)
        for _ in range(2):
            assert not search.holding(b"pins", False).any()
    assert looked == [len(answer(b"needle" * 40))]


def test_of_long_segments_only_the_edges_are_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    body = b"needle" * 2000
    head = answer(body).removesuffix(body)
    path = record(tmp_path / "x.pcapng", [head, *(body[at : at + 1202] for at in range(0, len(body), 1202))])
    looked: list[int] = []
    places = segment_seams.places_of
    monkeypatch.setattr(
        segment_seams, "places_of", lambda text, word: (looked.append(len(text)), places(text, word))[1]
    )
    with inspector.open(path) as capture:
        assert segment_seams.Seams(capture).holding(b"needle", False).tolist() == [False, True]
    assert sum(looked) <= 11 * 2 * len(b"needle")


def test_no_more_words_are_remembered_than_allowed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segment_seams, "REMEMBERED", 2)
    with inspector.open(record(tmp_path / "x.pcapng", [answer(b"needle")])) as capture:
        search = segment_seams.Seams(capture)
        for word in (b"one", b"two", b"three", b"one"):
            search.holding(word, False)
        assert len(search._known) == 2
