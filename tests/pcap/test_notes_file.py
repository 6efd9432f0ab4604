from __future__ import annotations

from pathlib import Path

import pytest

from inspector.pcap import notes_file
from inspector.pcap.notes_file import Note, Notebook, NotKept
from tests.pcap.craft import Pcapng, read, save


def test_a_note_comes_back(tmp_path: Path) -> None:
    Notebook(tmp_path / "x").write(Note(3, 30, "grüße\nzwei"))
    assert Notebook(tmp_path / "x").notes == {3: Note(3, 30, "grüße\nzwei")}


def test_the_last_word_on_a_packet_counts(tmp_path: Path) -> None:
    book = Notebook(tmp_path / "x")
    for text in ("one", "two", ""):
        book.write(Note(1, 10, text))
    assert Notebook(tmp_path / "x").notes == {1: Note(1, 10, "")}


def test_nothing_is_written_until_there_is_a_note(tmp_path: Path) -> None:
    assert not Notebook(tmp_path / "x").path.exists()


def test_only_its_owner_may_read_it(tmp_path: Path) -> None:
    book = Notebook(tmp_path / "x")
    book.write(Note(0, 0, "secret"))
    assert book.path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(b"", id="an empty line"),
        pytest.param(b'{"packet": 2, "time_ns": 20, "note": "ha', id="half a line"),
        pytest.param(b"[" * 100_000, id="brackets without end"),
        pytest.param(b'{"packet": true, "time_ns": 1, "note": "x"}', id="a packet that is no number"),
        pytest.param(b'{"packet": 0, "time_ns": 1, "note": "x"}', id="packet nought"),
        pytest.param(b'{"packet": 1, "time_ns": 1, "note": 7}', id="a note that is no text"),
        pytest.param(b"\xff\xfe\0", id="no UTF-8"),
    ],
)
def test_what_is_no_note_is_passed_over_and_the_rest_is_kept(tmp_path: Path, line: bytes) -> None:
    book = Notebook(tmp_path / "x")
    book.path.write_bytes(line)
    Notebook(tmp_path / "x").write(Note(5, 50, "whole"))
    assert Notebook(tmp_path / "x").notes == {5: Note(5, 50, "whole")}


def test_half_a_letter_becomes_a_whole_one(tmp_path: Path) -> None:
    book = Notebook(tmp_path / "x")
    book.path.write_bytes(b'{"packet": 1, "time_ns": 1, "note": "\\ud800"}')
    assert Notebook(tmp_path / "x").notes[0].text == "?"


def test_what_cannot_be_kept_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    book = Notebook(tmp_path / "no such folder" / "x")
    with pytest.raises(NotKept, match="cannot be kept"):
        book.write(Note(0, 0, "a"))
    with pytest.raises(NotKept, match="4096 bytes"):
        book.write(Note(0, 0, "ü" * 2049))
    monkeypatch.setattr(notes_file, "MAX_COMMENTS", 1)
    full = Notebook(tmp_path / "x")
    full.write(Note(0, 0, "a"))
    full.write(Note(0, 0, "b"))
    with pytest.raises(NotKept, match="already"):
        full.write(Note(1, 0, "c"))


def test_no_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "x.notes").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(NotKept):
        Notebook(tmp_path / "x").write(Note(0, 0, "a"))
    assert not (tmp_path / "elsewhere").exists()


def test_notes_go_before_the_comments_in_the_file_and_can_take_them_away(tmp_path: Path) -> None:
    crafted = Pcapng().interface()
    for i in range(3):
        crafted.packet(i, b"a", 0, None, (1, b"stated %d" % i))
    path = save(tmp_path, crafted.data)
    book = Notebook(path)
    book.write(Note(0, 0, "mine"))
    book.write(Note(1, 1000, ""))
    book.write(Note(2, 77, "of another file that once had this name"))
    file, _ = read(path)
    assert file.comments == {0: "mine", 2: "stated 2"}
    assert file.stated == {row: f"stated {row}" for row in range(3)}
    file.close()


def test_no_more_of_a_file_of_notes_is_read_than_notes_may_take(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = Notebook(tmp_path / "x")
    for row in range(3):
        book.write(Note(row, row, "text"))
    size = book.path.stat().st_size
    monkeypatch.setattr(notes_file, "MAX_BYTES", size)
    assert len(Notebook(tmp_path / "x").notes) == 3
    monkeypatch.setattr(notes_file, "MAX_BYTES", size - 2)
    assert len(Notebook(tmp_path / "x").notes) == 2


def test_no_more_notes_of_a_file_are_kept_than_may_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    book = Notebook(tmp_path / "x")
    for row in (0, 1, 2, 0):
        book.write(Note(row, row, f"text {row}"))
    monkeypatch.setattr(notes_file, "MAX_COMMENTS", 2)
    assert sorted(Notebook(tmp_path / "x").notes) == [0, 1]


def test_a_note_of_the_longest_kind_is_kept_whole(tmp_path: Path) -> None:
    Notebook(tmp_path / "x").write(Note(0, 0, "x" * 4096))
    assert Notebook(tmp_path / "x").notes[0].text == "x" * 4096
