from __future__ import annotations

import gzip
import io
import sys
from pathlib import Path

import pytest

from inspector.errors import NotACapture
from inspector.pcap.decompress import unpack
from inspector.pcap.formats import is_packed
from inspector.pcap.reader import open_packets
from tests.pcap.craft import Pcap, contents, read, save

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

PLAIN = Pcap().packet(1, 0, b"one").packet(2, 0, b"two").data
PACKERS = {"gzip": gzip.compress, "zstd": zstd.compress}


@pytest.mark.parametrize("pack", PACKERS.values(), ids=PACKERS)
def test_a_packed_capture_reads_like_the_plain_one(tmp_path: Path, pack: object) -> None:
    file, packets = read(save(tmp_path, pack(PLAIN), "x.pcap.packed"))  # type: ignore[operator]
    assert contents(file, packets) == [b"one", b"two"]
    assert file.is_complete
    assert file.notes == []
    file.close()


@pytest.mark.parametrize("pack", PACKERS.values(), ids=PACKERS)
def test_files_packed_one_behind_the_other_unpack_to_one(pack: object) -> None:
    file, notes = unpack(io.BytesIO(pack(b"first ") + pack(b"second")))  # type: ignore[operator]
    with file:
        file.seek(0)
        assert file.read() == b"first second"
    assert notes == []


@pytest.mark.parametrize("pack", PACKERS.values(), ids=PACKERS)
def test_a_packed_file_that_is_cut_off_gives_its_beginning_and_a_note(tmp_path: Path, pack: object) -> None:
    whole = Pcap()
    for i in range(20_000):
        whole.packet(i, i * 7919 % 1_000_000, b"%d" % (i * i))
    packed: bytes = pack(whole.data)  # type: ignore[operator]
    file, packets = read(save(tmp_path, packed[: len(packed) - 10]))
    assert 10_000 < len(packets) < 20_000
    assert not file.is_complete
    assert "truncated or damaged" in file.notes[0]
    file.close()


def test_damage_in_a_packed_file_gives_what_stands_before_it_and_a_note(tmp_path: Path) -> None:
    file, packets = read(save(tmp_path, gzip.compress(PLAIN) + b"garbage behind it"))
    assert contents(file, packets) == [b"one", b"two"]
    assert "damaged" in file.notes[0]
    file.close()


def test_a_packed_file_of_which_nothing_is_left_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotACapture, match=r"Nothing of .* could be unpacked"):
        open_packets(save(tmp_path, zstd.compress(PLAIN)[:20]))


def test_unpacking_stops_at_the_limit_with_a_note() -> None:
    bomb = io.BytesIO(gzip.compress(bytes(1 << 22)))
    file, notes = unpack(bomb, limit=1 << 20)
    with file:
        assert file.seek(0, io.SEEK_END) == 1 << 20
    assert notes == ["the file unpacks to more than 1 MiB: the rest was not read"]


def test_a_file_just_as_long_as_the_limit_is_whole() -> None:
    file, notes = unpack(io.BytesIO(gzip.compress(bytes(1 << 20))), limit=1 << 20)
    file.close()
    assert notes == []


def test_a_file_packed_twice_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NotACapture, match="compressed twice"):
        open_packets(save(tmp_path, gzip.compress(gzip.compress(PLAIN))))


def test_what_is_packed_is_told_by_the_first_bytes_not_by_the_name() -> None:
    assert is_packed(gzip.compress(b""))
    assert is_packed(zstd.compress(b""))
    assert not is_packed(PLAIN)
    assert not is_packed(b"")
