from __future__ import annotations

import os
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.errors import NotACapture
from inspector.pcap.reader import open_packets
from inspector.tables.table import Table
from tests.pcap.craft import SECOND, Pcap, Pcapng, columns, contents, read, read_all, save, times


def test_a_pcap_file_gives_its_packets_with_times_lengths_and_addresses(tmp_path: Path) -> None:
    path = save(tmp_path, Pcap().packet(10, 7, b"first").packet(11, 999_999, b"second", length=1500).data)
    file, packets = read(path)
    assert file.format == "pcap"
    assert file.notes == []
    assert file.is_complete
    assert contents(file, packets) == [b"first", b"second"]
    assert columns(packets, "time_ns", "captured", "length", "interface") == [
        (10 * SECOND + 7000, 5, 5, 0),
        (11 * SECOND + 999_999_000, 6, 1500, 0),
    ]
    file.close()


def test_a_pcapng_file_gives_its_packets_with_times_lengths_and_addresses(tmp_path: Path) -> None:
    crafted = Pcapng().interface(1, 96, (2, b"lo"), (3, b"Loopback"))
    path = save(tmp_path, crafted.packet(10_000_007, b"first").packet(11_999_999, b"second", 0, 1500).data)
    file, packets = read(path)
    assert file.format == "pcapng"
    assert file.is_complete
    assert contents(file, packets) == [b"first", b"second"]
    assert columns(packets, "time_ns", "captured", "length") == [
        (10 * SECOND + 7000, 5, 5),
        (11 * SECOND + 999_999_000, 6, 1500),
    ]
    assert [(i.name, i.description, i.link_type, i.snaplen) for i in file.interfaces] == [("lo", "Loopback", 1, 96)]
    assert file.link_types == [1]
    file.close()


def test_interfaces_are_known_before_the_first_packet_is_read(tmp_path: Path) -> None:
    file = open_packets(save(tmp_path, Pcapng().interface(113).interface(101).packet(0, b"x").data))
    assert file.link_types == [113, 101]
    file.close()


CUT_IN = {
    "pcap": Pcap().packet(1, 0, b"one").packet(2, 0, b"two").data,
    "pcapng": Pcapng().interface().packet(1, b"one").packet(2, b"two").data,
}


@pytest.mark.parametrize("whole", CUT_IN.values(), ids=CUT_IN)
def test_a_file_cut_off_anywhere_gives_all_whole_packets_and_a_note(tmp_path: Path, whole: bytes) -> None:
    for size in range(29, len(whole)):
        file, packets = read(save(tmp_path, whole[:size]))
        assert contents(file, packets) == [b"one", b"two"][: len(packets)]
        assert len(packets) < 2
        at_a_boundary = file.is_complete
        assert at_a_boundary == (file.notes == [])
        if not at_a_boundary:
            assert f"{len(packets)} whole packets" in file.notes[0]
            assert "offset" in file.notes[0]
        file.close()


@pytest.mark.parametrize("whole", CUT_IN.values(), ids=CUT_IN)
def test_a_growing_file_gives_each_packet_once_it_is_whole(tmp_path: Path, whole: bytes) -> None:
    path = save(tmp_path, whole[:28])
    file, packets = open_packets(path), Table("packets")
    with path.open("ab", buffering=0) as writer:
        for at in range(28, len(whole)):
            writer.write(whole[at : at + 1])
            assert file.refresh()
            file.read(packets, 100)
    file.finish()
    assert contents(file, packets) == [b"one", b"two"]
    assert file.is_complete
    assert not file.refresh()
    file.close()


def test_views_of_an_earlier_mapping_outlive_refresh_and_close(tmp_path: Path) -> None:
    path = save(tmp_path, CUT_IN["pcap"])
    file = open_packets(path)
    early = file.data
    with path.open("ab") as writer:
        writer.write(bytes(100_000))
    assert file.refresh()
    file.close()
    assert bytes(early) == CUT_IN["pcap"]


@given(limits=st.lists(st.integers(1, 5), min_size=1, max_size=8), kind=st.sampled_from(["pcap", "pcapng"]))
def test_the_rows_do_not_depend_on_how_many_are_read_at_once(
    tmp_path_factory: pytest.TempPathFactory, limits: list[int], kind: str
) -> None:
    crafted: Pcap | Pcapng = Pcap() if kind == "pcap" else Pcapng().interface()
    for i in range(12):
        crafted = crafted.packet(i, i, bytes(i)) if isinstance(crafted, Pcap) else crafted.packet(i, bytes(i))
    path = save(tmp_path_factory.mktemp("cuts"), crafted.data)
    file, expected = read(path)
    again, packets = open_packets(path), Table("packets")
    for limit in [*limits, *([12] * 2)]:
        assert again.read(packets, limit) <= limit
    for name in packets.columns:
        assert packets[name].tolist() == expected[name].tolist()
    assert len(packets) == 12
    file.close()
    again.close()


def test_rows_are_appended_behind_those_of_the_table(tmp_path: Path) -> None:
    file, packets = read(save(tmp_path, CUT_IN["pcap"], "a"))
    other = open_packets(save(tmp_path, CUT_IN["pcapng"], "b"))
    assert other.read(packets, 10) == 2
    assert len(packets) == 4
    file.close()
    other.close()


def test_a_header_alone_is_a_capture_without_packets(tmp_path: Path) -> None:
    for data in (Pcap().data, Pcapng().data, Pcapng().interface().data):
        file, packets = read(save(tmp_path, data))
        assert len(packets) == 0
        assert file.is_complete
        file.close()


def test_damage_keeps_the_packets_before_it_and_says_where_it_is(tmp_path: Path) -> None:
    crafted = Pcap().packet(1, 0, b"one")
    offset = len(crafted.data)
    file, packets = read(save(tmp_path, crafted.data + b"\xff" * 64))
    assert contents(file, packets) == [b"one"]
    assert not file.is_complete
    assert file.notes == [f"the file is damaged at offset {offset}: 1 packets before it were read"]
    file.finish()
    assert len(file.notes) == 1
    file.close()


NOT_CAPTURES = {
    "an empty file": (b"", "is empty"),
    "a PNG": (b"\x89PNG\r\n\x1a\n" + bytes(40), "89 50 4e 47"),
    "a text": (b"hello, this is text", "pcapng"),
    "a pcap file cut off in its header": (Pcap().data[:20], "inside its header"),
    "one byte": (b"\x0a", "not a capture"),
}


@pytest.mark.parametrize(("data", "words"), NOT_CAPTURES.values(), ids=NOT_CAPTURES)
def test_what_is_no_capture_is_refused_with_its_name_and_a_reason(tmp_path: Path, data: bytes, words: str) -> None:
    with pytest.raises(NotACapture, match=words) as refused:
        open_packets(save(tmp_path, data, "odd.bin"))
    assert "odd.bin" in str(refused.value)


def test_what_cannot_be_opened_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NotACapture, match="no such file"):
        open_packets(tmp_path / "missing.pcap")
    with pytest.raises(NotACapture, match="a directory"):
        open_packets(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(NotACapture, match="not a regular file"):
        open_packets(tmp_path / "pipe")


def test_a_section_header_that_is_not_whole_is_waited_for(tmp_path: Path) -> None:
    file, packets = read(save(tmp_path, Pcapng().data[:20]))
    assert len(packets) == 0
    assert not file.is_complete
    file.close()


def test_a_length_that_no_memory_has_costs_none(tmp_path: Path) -> None:
    hostile = Pcap().packet(1, 0, b"one").data + bytes(8) + b"\xff" * 8
    tracemalloc.start()
    file, packets = read(save(tmp_path, hostile))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert contents(file, packets) == [b"one"]
    assert peak < 1 << 20
    file.close()


@given(noise=st.binary(max_size=300), at=st.integers(0, 250))
def test_noise_in_a_file_never_raises_and_never_loses_what_stands_before(
    tmp_path_factory: pytest.TempPathFactory, noise: bytes, at: int
) -> None:
    crafted = Pcapng().interface()
    for i in range(5):
        crafted.packet(i, b"packet %d" % i, 0, None, (1, b"said"))
    whole = crafted.data
    keep = min(max(at, 28), len(whole))
    folder = tmp_path_factory.mktemp("noise")
    before, packets_before = read(save(folder, whole[:keep], "before"))
    file, packets = read(save(folder, whole[:keep] + noise, "noisy"))
    assert times(packets)[: len(packets_before)] == times(packets_before)
    before.close()
    file.close()


def test_packet_comments_are_kept_by_row(tmp_path: Path) -> None:
    crafted = Pcapng().interface().packet(0, b"a").packet(1, b"bb", 0, None, (2, bytes(4)), (1, "grüße".encode()))
    file, _ = read(save(tmp_path, crafted.data))
    assert file.comments == {1: "grüße"}
    file.close()


def test_several_comments_of_a_packet_stand_one_below_the_other(tmp_path: Path) -> None:
    file, _ = read(save(tmp_path, Pcapng().interface().packet(0, b"a", 0, None, (1, b"one"), (1, b"two")).data))
    assert file.comments == {0: "one\ntwo"}
    file.close()


def test_reading_goes_on_where_it_was(tmp_path: Path) -> None:
    file = open_packets(save(tmp_path, CUT_IN["pcap"]))
    packets = Table("packets")
    assert [file.read(packets, 1) for _ in range(3)] == [1, 1, 0]
    assert file.packets_read == 2
    assert len(read_all(file)) == 0
    file.close()
