from __future__ import annotations

from pathlib import Path

import pytest

from inspector.sources.mapped import STEP, MappedFile


def test_a_mapping_sees_what_was_written_once_it_is_refreshed(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"begin")
    mapped = MappedFile(path.open("rb"))
    with path.open("ab") as writer:
        writer.write(b" and on")
    assert bytes(mapped.data) == b"begin"
    assert mapped.refresh()
    assert bytes(mapped.data) == b"begin and on"
    assert not mapped.refresh()
    mapped.close()


def test_an_empty_file_maps_to_nothing_until_it_grows(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.touch()
    mapped = MappedFile(path.open("rb"))
    assert len(mapped.data) == 0
    path.write_bytes(b"now")
    assert mapped.refresh()
    assert bytes(mapped.data) == b"now"
    mapped.close()


def test_the_mapping_cannot_be_written_to(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"kept")
    mapped = MappedFile((tmp_path / "x").open("rb"))
    assert mapped.data.readonly
    mapped.close()
    assert len(mapped.data) == 0


def resident_file_bytes() -> int:
    """Memory of this process that mapped files take (proc(5), RssFile)."""
    line = next(
        line for line in Path("/proc/self/status").read_text("utf-8").splitlines() if line.startswith("RssFile")
    )
    return int(line.split()[1]) * 1024


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells what a process has in memory")
def test_what_was_read_takes_no_memory_and_can_be_read_again(tmp_path: Path) -> None:
    path = tmp_path / "x"
    with path.open("wb") as file:
        file.write(b"first")
        file.truncate(2 * STEP + 1)
    mapped = MappedFile(path.open("rb"))
    assert sum(mapped.data[:: 1 << 12]) == ord("f")
    before = resident_file_bytes()
    mapped.read_until(len(mapped.data))
    assert before - resident_file_bytes() > STEP
    assert bytes(mapped.data[:5]) == b"first"
    mapped.close()
