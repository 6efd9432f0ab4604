"""`wireglass notes`, and notes that end up in a recording of our own."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from inspector.cli.commands.notes import keep_with
from inspector.cli.main import main
from inspector.lab.sample_captures import demo_recording
from inspector.pcap.notes_file import Note
from inspector.pcap.packet_comments import read_packets
from tests.pcap.craft import Pcap
from tests.tools import needs_tshark, tshark_fields


@pytest.fixture
def noted(tmp_path: Path) -> Path:
    """The recorded demo with two notes beside it."""
    path = tmp_path / "demo.pcapng"
    shutil.copy(demo_recording(), path)
    source, packets = read_packets(path)
    for row, text in ((3, "the ask \x1b[31m"), (5, "Bookmark")):
        source.note(Note(row, int(packets["time_ns"][row]), text))
    source.close()
    return path


def comments(path: Path) -> dict[str, str]:
    return {number: text for number, text in tshark_fields(path, "frame.number", "frame.comment") if text}


def test_notes_are_printed_and_no_escape_reaches_the_terminal(noted: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["notes", str(noted)]) == 0
    out = capsys.readouterr().out
    assert "the ask \\x1b[31m" in out
    assert "Bookmark" in out
    assert "\x1b[31m" not in out


def test_other_commands_show_them_as_comments(noted: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["packets", str(noted), "--format", "json"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {row["number"]: row["comment"] for row in rows if row["comment"]} == {4: "the ask \x1b[31m", 6: "Bookmark"}


@needs_tshark
def test_a_copy_holds_them_and_the_capture_stays(
    noted: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = noted.read_bytes()
    assert main(["notes", str(noted), "--save", str(tmp_path / "copy.pcapng")]) == 0
    assert "2 notes" in capsys.readouterr().out
    assert comments(tmp_path / "copy.pcapng")["6"] == "Bookmark"
    assert noted.read_bytes() == before
    assert main(["notes", str(noted), "--save", str(noted)]) == 1
    assert "exists already" in capsys.readouterr().err


@needs_tshark
def test_they_can_be_put_into_the_capture(noted: Path) -> None:
    assert main(["notes", str(noted), "--put-in"]) == 0
    assert set(comments(noted)) == {"4", "6"}
    assert not noted.with_name("demo.pcapng.notes").exists()


@needs_tshark
def test_a_recording_of_our_own_gets_them_at_its_end(noted: Path) -> None:
    keep_with(noted)
    assert set(comments(noted)) == {"4", "6"}


def test_where_they_cannot_be_put_in_they_stay_beside_it_and_that_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "x.pcap"
    path.write_bytes(Pcap().packet(1, 0, b"one").data)
    source, _ = read_packets(path)
    source.note(Note(0, 1_000_000_000, "mine"))
    source.close()
    keep_with(path)
    said = capsys.readouterr()
    assert "Save a copy" in said.err
    assert "1 note in" in said.out
    assert path.with_name("x.pcap.notes").exists()
