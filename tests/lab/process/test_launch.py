from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from inspector.lab.process import launch


def test_a_module_is_found_from_any_directory_and_nothing_in_it_gets_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "argparse.py").write_text("raise SystemExit('the wrong argparse')")
    command = launch.command("inspector.lab.demo.http_client", "--help")
    done = subprocess.run(command, cwd=tmp_path, env=launch.environment(), capture_output=True, text=True, check=True)
    assert "The demo's HTTP client" in done.stdout


def test_the_users_own_import_path_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", "/somewhere")
    assert launch.environment()["PYTHONPATH"].split(":")[-1] == "/somewhere"


def test_an_installed_package_needs_no_help(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTHONPATH", raising=False)
    monkeypatch.setattr(launch.sysconfig, "get_path", lambda _: str(launch.ROOT))
    assert "PYTHONPATH" not in launch.environment()
