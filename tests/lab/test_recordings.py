from __future__ import annotations

from pathlib import Path

import pytest

from inspector.lab import recordings
from inspector.lab.recordings import demo_recording


def test_the_demo_comes_with_the_program() -> None:
    assert demo_recording().read_bytes()[:4] == b"\x0a\x0d\x0d\x0a", "a pcapng section begins"


def test_an_installed_one_lies_inside_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recordings, "PACKAGE", tmp_path)
    (tmp_path / "captures").mkdir()
    (tmp_path / "captures" / "demo.pcapng").touch()
    assert demo_recording() == tmp_path / "captures" / "demo.pcapng"
