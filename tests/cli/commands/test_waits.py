"""`wireglass waits`."""

from __future__ import annotations

import csv
import io
import json

import pytest

from inspector.cli.commands.waits import SLOW_MS
from inspector.cli.main import main
from inspector.lab.sample_captures import demo_recording
from inspector.query.wait_causes import CAUSES
from inspector.query.waits import SLOW_NS

Out = pytest.CaptureFixture[str]


def recording(name: str) -> str:
    return str(demo_recording().with_name(f"{name}.pcapng"))


def test_the_longest_wait_comes_first(capsys: Out) -> None:
    assert main(["waits", recording("news"), "--least", "1", "--format", "json"]) == 0
    took = [json.loads(line)["wait_ns"] for line in capsys.readouterr().out.splitlines()]
    assert took == sorted(took, reverse=True)
    assert min(took) >= 1_000_000


def test_a_line_names_the_cause_and_the_packets(capsys: Out) -> None:
    assert main(["waits", recording("loss-timer")]) == 0
    head, line = capsys.readouterr().out.splitlines()
    assert head.split() == ["time", "conn", "what", "wait", "cause", "share", "waited"]
    assert "timeout" in line
    assert "226 ms for a retransmission timer between packets 6 and 7." in line


def test_only_slow_waits_are_listed_unless_all_are_asked_for(capsys: Out) -> None:
    assert main(["waits", recording("keep-alive"), "--format", "csv"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1
    assert main(["waits", recording("keep-alive"), "--format", "csv", "--least", "0"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 4
    assert SLOW_MS * 1e6 == SLOW_NS


def test_csv_has_a_column_for_each_share(capsys: Out) -> None:
    assert main(["waits", recording("loss-fast"), "--format", "csv"]) == 0
    (row,) = csv.DictReader(io.StringIO(capsys.readouterr().out))
    assert sum(int(row[f"shares_ns.{code}"]) for code in CAUSES) == int(row["wait_ns"])


def test_rows_of_one_connection_or_with_a_text(capsys: Out) -> None:
    assert main(["waits", recording("short-lived"), "--least", "0", "--connection", "1", "--format", "json"]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line)["what"] == "GET /menu"
    assert main(["waits", recording("short-lived"), "--least", "0", "--find", "/news", "--format", "json"]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line)["connection"] == 2
