from __future__ import annotations

from pathlib import Path

from inspector.sources.mapped import MappedFile


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
