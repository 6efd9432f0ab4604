"""`wireglass compare` as people and programs read it."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

import inspector
from inspector.cli.main import main
from inspector.compare import compare
from tests.compare.traffic import Wire, five_ways
from tests.conftest import DEMO
from tests.lab.conftest import needs_namespace


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["compare", *arguments]) == 0
    return capsys.readouterr().out


def test_the_screen_answers_every_question_for_every_kind(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = five_ways(tmp_path / "five.pcapng")
    screen = said(capsys, str(path))
    with inspector.open(path) as capture:
        told = compare(capture)
    for fact in told["facts"]:
        assert fact["question"] in screen
        assert all(f"  {cell['text']}\n" in screen for cell in fact["cells"].values())
    assert all(truth["claim"] in screen for truth in told["truths"])
    assert "[packets 31, 49, 75]" in screen
    assert max(map(len, screen.splitlines())) <= 110


def test_the_screen_says_what_the_capture_lacks(capsys: pytest.CaptureFixture[str]) -> None:
    assert "Not in this capture: Polling; Server-Sent Events." in said(capsys, str(DEMO))


@needs_namespace
def test_the_same_news_is_run_through_all_five_and_compared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept = tmp_path / "kept.pcapng"
    assert main(["compare", "--run", "--record", str(kept), "--format", "json"]) == 0
    out, err = capsys.readouterr()
    told = json.loads(out)
    assert [kind["name"] for kind in told["kinds"]] == [
        "closed", "kept_alive", "polling", "server_sent_events", "websocket"
    ]  # fmt: skip
    assert "five readers" in err
    assert str(kept) in err
    with inspector.open(kept) as capture:
        assert told == compare(capture)


def test_a_file_or_a_run_and_not_both(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare"]) == 2
    assert "a FILE or --run" in capsys.readouterr().err
    assert main(["compare", "--run", str(DEMO)]) == 2
    assert main(["compare", "--record", "x.pcapng", str(DEMO)]) == 2
    assert "only with --run" in capsys.readouterr().err


def test_nothing_to_compare_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wire = Wire(tmp_path / "empty.pcapng")
    wire.close()
    assert said(capsys, str(wire.path)).startswith("Nothing to compare")


def test_json_is_the_comparison(capsys: pytest.CaptureFixture[str]) -> None:
    with inspector.open(DEMO) as capture:
        assert json.loads(said(capsys, str(DEMO), "--format", "json")) == compare(capture)


def test_csv_has_a_line_for_each_number(capsys: pytest.CaptureFixture[str]) -> None:
    rows = list(csv.DictReader(said(capsys, str(DEMO), "--format", "csv").splitlines()))
    found = {(row["fact"], row["kind"], row["figure"]): row["value"] for row in rows}
    assert found["pipes", "closed", "pipes"] == "4"
    assert found["message", "websocket", "messages"] == "12"
    assert found["delivery", "closed", "poll_every_ns"] == ""
