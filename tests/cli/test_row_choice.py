"""The options of table commands that choose rows and columns, and their order."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from inspector.cli.main import main
from inspector.cli.row_choice import files_and_filter
from inspector.engine.capture import Capture
from inspector.views import rows

DEMO = str(Path(__file__).parents[2] / "captures" / "demo.pcapng")

Out = pytest.CaptureFixture[str]


@pytest.fixture
def out(capsys: Out) -> Out:
    return capsys


def csv_rows(out: Out, *arguments: str) -> list[dict[str, str]]:
    assert main([*arguments, "--format", "csv"]) == 0
    return list(csv.DictReader(io.StringIO(out.readouterr().out)))


def test_columns_are_those_asked_for_in_that_order(out: Out) -> None:
    assert main(["packets", DEMO, "--columns", "seq,number,flags", "--limit", "2", "--format", "csv"]) == 0
    assert out.readouterr().out == "seq,number,flags\n0,1,SYN\n0,2,SYN ACK\n"


def test_a_part_of_an_object_is_a_column_too_and_the_object_has_all_its_parts(out: Out) -> None:
    assert main(["exchanges", DEMO, "--columns", "request.target,timing_ns", "--limit", "1", "--format", "json"]) == 0
    assert json.loads(out.readouterr().out).keys() == {"request.target", "timing_ns"}
    (row,) = csv_rows(out, "exchanges", DEMO, "--columns", "timing_ns", "--limit", "1")
    assert [*row] == [f"timing_ns.{part}" for part in ("connect", "send", "wait", "receive")]


def test_the_table_for_reading_has_the_columns_asked_for(out: Out) -> None:
    assert main(["exchanges", DEMO, "--columns", "response.status,id", "--limit", "1"]) == 0
    assert [line.split() for line in out.readouterr().out.splitlines()] == [["response.status", "id"], ["200", "0"]]


@pytest.mark.parametrize("option", ["--columns", "--order-by"])
def test_a_column_that_is_not_there_is_an_error_that_names_those_that_are(out: Out, option: str) -> None:
    assert main(["packets", DEMO, option, "colour"]) == 2
    said = out.readouterr()
    assert said.out == ""
    assert "colour" in said.err
    assert "number, time_ns" in said.err


def test_numbers_are_ordered_as_numbers_and_empty_values_are_last(out: Out, demo: Capture) -> None:
    known = sorted(row["ack_rtt_ns"] for row in rows.packet_rows(demo) if row["ack_rtt_ns"] is not None)
    for order, expected in (("ack_rtt_ns", known), ("-ack_rtt_ns", known[::-1])):
        found = [row["ack_rtt_ns"] for row in csv_rows(out, "packets", DEMO, "--order-by", order)]
        assert found == [*map(str, expected), *[""] * (len(demo.packets) - len(known))]


def test_texts_are_ordered_and_rows_with_the_same_keep_their_order(out: Out) -> None:
    found = csv_rows(out, "exchanges", DEMO, "--order-by", "request.method", "--columns", "request.method,id")
    assert found == sorted(found, key=lambda row: (row["request.method"], int(row["id"])))
    assert len({row["request.method"] for row in found}) > 1


def test_an_object_is_no_order(out: Out) -> None:
    assert main(["exchanges", DEMO, "--order-by", "timing_ns"]) == 2
    assert "timing_ns.wait" in out.readouterr().err


def test_the_limit_is_of_the_rows_that_all_other_options_leave(out: Out) -> None:
    every = csv_rows(out, "packets", DEMO, "--find", "PSH", "--connection", "1")
    assert csv_rows(out, "packets", DEMO, "--find", "PSH", "--connection", "1", "--limit", "2") == every[:2]
    assert csv_rows(out, "packets", DEMO, "--find", "PSH", "--connection", "1", "--order-by", "-number") == every[::-1]
    assert main(["packets", DEMO, "--limit", "0", "--format", "csv", "--columns", "number"]) == 0
    assert out.readouterr().out == "number\n"


@pytest.mark.parametrize("name", ["packets", "connections", "exchanges", "messages"])
def test_a_filter_comes_after_the_files_or_as_an_option(out: Out, demo: Capture, name: str) -> None:
    after = csv_rows(out, name, DEMO, "websocket")
    assert after == csv_rows(out, name, DEMO, "--filter", "websocket")
    assert len(after) < len(getattr(demo, name)) or name == "messages"
    assert csv_rows(out, name, DEMO, "websocket", "--connection", "0") == []


def test_two_filters_are_an_error(out: Out) -> None:
    assert main(["packets", DEMO, "rst", "--filter", "syn"]) == 2
    assert "two filters" in out.readouterr().err


def test_what_is_a_file_or_has_the_name_of_a_capture_is_no_filter(tmp_path: Path) -> None:
    file = tmp_path / "tcp"
    file.touch()
    for files in (("a",), ("a", "-"), ("a", str(file)), ("a", "missing.pcap"), ("a", "missing.pcapng.gz")):
        assert files_and_filter(files) == (files, None)
    assert files_and_filter(("a", "b.pcap", "tcp.port == 80")) == (("a", "b.pcap"), "tcp.port == 80")
