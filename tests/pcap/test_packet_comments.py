from __future__ import annotations

import gzip
import os
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.pcap import packet_comments
from inspector.pcap.notes_file import Note
from inspector.pcap.packet_comments import NotSaved, put_in, save_copy, settle
from inspector.pcap.reader import PacketFile
from inspector.tables.table import Table
from tests.pcap.craft import Pcap, Pcapng, contents, read, save
from tests.tools import needs_tshark, tshark_fields

STRANGE = 0x0BAD_F00D
"""An unknown block type, which must stay where it is."""


def crafted(order: str = "<") -> Pcapng:
    """Two packets with other options and an old comment, blocks that mean nothing to us, an old and a simple packet."""
    file = Pcapng(order).interface()
    file.packet(1, b"first").block(STRANGE, b"\x06\0\0\0 looks like a packet").packet(
        2, b"second", 0, None, (2, b"\0\0\0\1"), (1, b"old")
    )
    return file.old_packet(3, b"third").simple_packet(b"fourth")


def copied(tmp_path: Path, data: bytes, notes: dict[int, str]) -> tuple[PacketFile, Table, int]:
    """A capture written once more with notes, read again."""
    file, packets = read(save(tmp_path, data, "original"))
    left_out = save_copy(file, packets, notes, tmp_path / "copy")
    file.close()
    return *read(tmp_path / "copy"), left_out


@pytest.mark.parametrize("order", ["<", ">"], ids=["little-endian", "big-endian"])
def test_notes_become_comments_and_the_packets_stay(tmp_path: Path, order: str) -> None:
    file, packets, left_out = copied(tmp_path, crafted(order).data, {0: "grüße", 1: "new", 2: "of an old block"})
    assert file.stated == {0: "grüße", 1: "new", 2: "of an old block"}
    assert contents(file, packets) == [b"first", b"second", b"third", b"fourth"]
    assert left_out == 0
    file.close()


def test_what_no_note_concerns_stays_byte_for_byte(tmp_path: Path) -> None:
    data = crafted().data + b"\x06\0\0\0torn"
    file, _, _ = copied(tmp_path, data, {1: "old"})
    assert (tmp_path / "copy").read_bytes() == data
    file.close()


def test_other_options_of_the_packet_stay(tmp_path: Path) -> None:
    file, _, _ = copied(tmp_path, crafted().data, {1: "new"})
    expected = crafted().options((1, b"new"), (2, b"\0\0\0\1"))
    assert expected in (tmp_path / "copy").read_bytes()
    file.close()


def test_a_note_taken_away_takes_the_comment_with_it(tmp_path: Path) -> None:
    file, _, _ = copied(tmp_path, crafted().data, {})
    assert file.stated == {}
    file.close()


def test_a_simple_packet_has_no_room_and_that_is_said(tmp_path: Path) -> None:
    file, _, left_out = copied(tmp_path, crafted().data, {1: "old", 3: "no room"})
    assert (file.stated, left_out) == ({1: "old"}, 1)
    file.close()


def test_sections_that_state_their_length_state_none_afterwards(tmp_path: Path) -> None:
    data = bytearray(crafted().data + crafted(">").data)
    struct.pack_into("<q", data, 16, len(crafted().data) - 28)
    file, packets, _ = copied(tmp_path, bytes(data), {0: "longer", 5: "in the second section"})
    written = (tmp_path / "copy").read_bytes()
    assert struct.unpack_from("<q", written, 16) == (-1,)
    assert (len(packets), file.stated) == (8, {0: "longer", 5: "in the second section"})
    file.close()


def test_a_pcap_file_becomes_pcapng(tmp_path: Path) -> None:
    data = Pcap(0xA1B23C4D, link_type=101).packet(1, 999_999_999, b"one").packet(2, 1, b"two", 500).data
    file, packets, left_out = copied(tmp_path, data, {1: "noted"})
    assert (file.format, file.link_types, file.stated, left_out) == ("pcapng", [101], {1: "noted"}, 0)
    assert packets["time_ns"].tolist() == [1_999_999_999, 2_000_000_001]
    assert packets["length"].tolist() == [3, 500]
    assert contents(file, packets) == [b"one", b"two"]
    file.close()


@given(st.dictionaries(st.integers(0, 3), st.text(st.characters(exclude_categories=["Cs"]), max_size=300)))
def test_any_text_survives(tmp_path_factory: pytest.TempPathFactory, notes: dict[int, str]) -> None:
    file, packets, left_out = copied(tmp_path_factory.mktemp("any"), crafted().data, notes)
    assert len(packets) == 4
    assert left_out == (3 in notes)
    kept = {row: text.rstrip("\0") for row, text in notes.items() if row != 3 and text}
    assert {row: text for row, text in file.stated.items() if text} == {r: t for r, t in kept.items() if t}
    file.close()


@needs_tshark
@pytest.mark.parametrize("order", ["<", ">"], ids=["little-endian", "big-endian"])
def test_tshark_shows_them(tmp_path: Path, order: str) -> None:
    file, _, _ = copied(tmp_path, crafted(order).data, {0: "why is this here?", 1: "<script> & grüße"})
    assert tshark_fields(tmp_path / "copy", "frame.number", "frame.len", "frame.comment") == [
        ["1", "5", "why is this here?"],
        ["2", "6", "<script> & grüße"],
        ["3", "5", ""],
        ["4", "6", ""],
    ]
    file.close()


def noted(tmp_path: Path, data: bytes, text: str = "mine") -> Path:
    """A recording with a note beside its first packet."""
    path = save(tmp_path, data)
    file, packets = read(path)
    file.note(Note(0, int(packets["time_ns"][0]), text))
    file.close()
    return path


@needs_tshark
def test_notes_beside_a_recording_are_put_into_it(tmp_path: Path) -> None:
    path = noted(tmp_path, crafted().data)
    os.chmod(path, 0o640)
    assert settle(path) == 0
    assert tshark_fields(path, "frame.comment") == [["mine"], ["old"], [""], [""]]
    assert os.listdir(tmp_path) == [path.name]
    assert path.stat().st_mode & 0o777 == 0o640


def test_without_notes_the_recording_is_left_alone(tmp_path: Path) -> None:
    path = save(tmp_path, crafted().data)
    before = path.stat()
    assert settle(path) == 0
    assert path.stat().st_ino == before.st_ino


def test_a_link_to_the_recording_stays_a_link(tmp_path: Path) -> None:
    path = noted(tmp_path, crafted().data)
    link = tmp_path / "link"
    link.symlink_to(path)
    file, packets = read(link)
    put_in(file, packets, {0: "through the link"})
    file.close()
    assert link.is_symlink()
    again, _ = read(path)
    assert again.stated[0] == "through the link"
    again.close()


def refused(tmp_path: Path, data: bytes, why: str) -> None:
    path = noted(tmp_path, data)
    with pytest.raises(NotSaved, match=why):
        settle(path)
    assert path.read_bytes() == data
    assert sorted(os.listdir(tmp_path)) == sorted([path.name, f"{path.name}.notes"])


def test_a_pcap_file_is_not_replaced(tmp_path: Path) -> None:
    refused(tmp_path, Pcap().packet(1, 0, b"one").data, "Save a copy")


def test_a_compressed_file_is_not_replaced(tmp_path: Path) -> None:
    refused(tmp_path, gzip.compress(crafted().data), "Save a copy")


def test_a_file_that_grows_is_not_replaced(tmp_path: Path) -> None:
    path = noted(tmp_path, crafted().data)
    file, packets = read(path)
    with path.open("ab") as growing:
        growing.write(b"more")
    with pytest.raises(NotSaved, match="still growing"):
        put_in(file, packets, file.comments)
    file.close()


def test_a_file_that_was_exchanged_is_not_replaced(tmp_path: Path) -> None:
    path = noted(tmp_path, crafted().data)
    file, packets = read(path)
    os.replace(save(tmp_path, crafted().data, "other"), path)
    with pytest.raises(NotSaved, match="was changed"):
        put_in(file, packets, file.comments)
    file.close()


def test_a_copy_that_reads_differently_is_thrown_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        packet_comments, "_annotated", lambda source, end, changes: iter([crafted().packet(9, b"one more").data])
    )
    refused(tmp_path, crafted().data, "it was deleted")


def test_no_file_is_written_over(tmp_path: Path) -> None:
    file, packets = read(save(tmp_path, crafted().data))
    with pytest.raises(NotSaved, match="exists already"):
        save_copy(file, packets, {}, file.path)
    file.close()
