"""Captures merged by time; what the command line makes of it: tests/cli/test_input_files.py."""

from __future__ import annotations

from pathlib import Path

import pytest

from inspector.pcap import merge as module
from inspector.pcap.merge import NotMerged, merge
from tests.pcap.craft import Pcap, contents, read, save


def test_so_many_captures_are_merged_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = [
        str(save(tmp_path, Pcap().packet(3 - number, 0, b"from %d" % number).data, f"{number}.pcap"))
        for number in range(3)
    ]
    monkeypatch.setattr(module, "MAX_FILES", 3)
    assert merge(paths, tmp_path / "merged") == []
    file, packets = read(tmp_path / "merged")
    assert contents(file, packets) == [b"from 2", b"from 1", b"from 0"]
    file.close()
    monkeypatch.setattr(module, "MAX_FILES", 2)
    with pytest.raises(NotMerged, match="3 captures are too many: up to 2"):
        merge(paths, tmp_path / "not merged")
    assert not (tmp_path / "not merged").exists()
