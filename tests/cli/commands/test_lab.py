"""`wireglass lab`: the list, and one scenario run."""

from __future__ import annotations

from pathlib import Path

import pytest

from inspector.cli.main import main
from inspector.lab.scenarios import SCENARIOS
from tests.lab.conftest import needs_namespace


def test_the_list_names_every_scenario(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lab", "list"]) == 0
    listed = capsys.readouterr().out
    assert listed.startswith("Socket: One end of a connection")
    for scenario in SCENARIOS.values():
        assert f"  {scenario.name} " in listed
        assert scenario.title in listed


@needs_namespace
def test_a_scenario_is_explained_staged_told_and_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept = tmp_path / "refused.pcapng"
    assert main(["lab", "run", "refused", "--record", str(kept)]) == 0
    said = capsys.readouterr().out
    assert said.startswith("Connection refused\n")
    assert "RST: 127.0.0.1:80 refuses the connection." in said
    assert "Connection refused" in said
    assert str(kept) in said
    assert kept.stat().st_size > 300
    assert main(["lab", "run", "refused", "--record", str(kept)]) == 1
    assert "exists already" in capsys.readouterr().err


def test_an_unknown_name_is_met_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lab", "run", "simultanous-open"]) == 1
    assert "Did you mean simultaneous-open" in capsys.readouterr().err


def test_where_there_are_no_namespaces_it_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.platform", "darwin")
    assert main(["lab", "run", "refused", "--record", str(tmp_path / "x.pcapng")]) == 1
    assert "need Linux" in capsys.readouterr().err
