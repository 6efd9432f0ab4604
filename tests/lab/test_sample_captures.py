from __future__ import annotations

from pathlib import Path

import pytest

from inspector.lab import sample_captures as module
from inspector.lab.sample_captures import demo_recording, recordings


def test_the_demo_comes_with_the_program() -> None:
    assert demo_recording().read_bytes()[:4] == b"\x0a\x0d\x0d\x0a", "a pcapng section begins"


def test_an_installed_one_lies_inside_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PACKAGE", tmp_path)
    (tmp_path / "captures").mkdir()
    (tmp_path / "captures" / "demo.pcapng").touch()
    assert demo_recording() == tmp_path / "captures" / "demo.pcapng"


def test_every_recording_is_there_under_its_title() -> None:
    found = recordings()
    assert next(iter(found)) == "demo"
    assert {path.name for path, _ in found.values()} == {path.name for path in demo_recording().parent.glob("*.pcapng")}
    assert all(title for _, title in found.values())
