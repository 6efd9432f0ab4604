"""The command line as people and programs use it, on the recorded demo."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

import click
import pytest

import inspector
from inspector.cli import commands
from inspector.cli.main import BROKEN_PIPE, COMMANDS, INTERRUPTED, cli, main
from inspector.engine.capture import Capture
from inspector.pcap.interfaces import Interface
from inspector.pcap.pcapng_writer import SpoolWriter
from inspector.pcap.socket_reports import ReportWriter
from inspector.views import rows, story
from tests.descriptors.craft import CAFE, seen

DEMO = str(Path(__file__).parent.parent.parent / "captures" / "demo.pcapng")
TABLES = [*rows.COLUMNS, "events"]
PAIRS = ("packets", "bytes", "missed_bytes", "retransmissions", "processes", "fds")
EMPTY_PCAP = bytes.fromhex("d4c3b2a1020004000000000000000000ffff000001000000")


def run(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    """The command in a process of its own, as a shell would start it."""
    return subprocess.run([sys.executable, "-m", "inspector", *arguments], capture_output=True, check=False, timeout=60)


@pytest.fixture
def out(capsys: pytest.CaptureFixture[str]) -> pytest.CaptureFixture[str]:
    return capsys


def lines_of(out: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    assert main(arguments) == 0
    return out.readouterr().out.splitlines()


def expected_rows(demo: Capture, name: str) -> list[rows.Row]:
    return rows.event_rows(demo, story.events(demo)) if name == "events" else rows.BUILDERS[name](demo)


@pytest.mark.parametrize("name", TABLES)
def test_json_is_one_row_a_line_and_the_rows_of_the_engine(
    out: pytest.CaptureFixture[str], demo: Capture, name: str
) -> None:
    assert list(map(json.loads, lines_of(out, name, DEMO, "--format", "json"))) == expected_rows(demo, name)


@pytest.mark.parametrize("name", TABLES)
def test_csv_has_a_header_and_a_row_a_line(out: pytest.CaptureFixture[str], demo: Capture, name: str) -> None:
    table = list(csv.DictReader(io.StringIO("\n".join(lines_of(out, name, DEMO, "--format", "csv")))))
    wanted = expected_rows(demo, name)
    assert len(table) == len(wanted)
    for csv_row, row in zip(table, wanted, strict=True):
        assert {column.partition(".")[0] for column in csv_row} == set(row)
        assert None not in csv_row.values()
        plain = {key: value for key, value in row.items() if isinstance(value, int) and not isinstance(value, bool)}
        assert {key: csv_row[key] for key in plain} == {key: str(value) for key, value in plain.items()}


@pytest.mark.parametrize("name", TABLES)
def test_a_table_for_eyes_has_a_line_a_row(out: pytest.CaptureFixture[str], demo: Capture, name: str) -> None:
    assert len(lines_of(out, name, DEMO)) == 1 + len(expected_rows(demo, name))


def test_a_table_for_eyes_marks_a_state_that_is_only_assumed(out: pytest.CaptureFixture[str]) -> None:
    syn = lines_of(out, "packets", str(Path(DEMO).with_name("filtered.pcapng")))[1]
    assert " SYN-SENT " in syn
    assert " LISTEN?" in syn


def test_a_table_for_eyes_knows_no_state_of_an_end_that_was_not_captured(out: pytest.CaptureFixture[str]) -> None:
    assert " SYN-SENT / unknown " in lines_of(out, "connections", str(Path(DEMO).with_name("filtered.pcapng")))[1]


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("shape", ["table", "json", "csv"])
def test_a_capture_without_packets_gives_a_header_and_no_rows(
    out: pytest.CaptureFixture[str], tmp_path: Path, name: str, shape: str
) -> None:
    empty = tmp_path / "empty.pcap"
    empty.write_bytes(EMPTY_PCAP)
    assert len(lines_of(out, name, str(empty), "--format", shape)) == (0 if shape == "json" else 1)


@pytest.mark.parametrize("name", ["tokens", "kernel"])
def test_tokens_before_the_first_packet_have_no_time_on_its_clock(
    out: pytest.CaptureFixture[str], tmp_path: Path, name: str
) -> None:
    recording = tmp_path / "early.pcapng"
    SpoolWriter(recording, Interface(1, 262_144, "lo", "Loopback")).close()
    writer = ReportWriter(recording)
    writer.write(json.loads(seen(1, "LISTEN", 50, [[CAFE, "cafe", 3]], remote="0.0.0.0:0")))
    writer.close()
    (row,) = lines_of(out, name, str(recording))[1:]
    assert "–" in row.split()


def test_csv_takes_pairs_and_exchanges_apart(out: pytest.CaptureFixture[str]) -> None:
    connections = lines_of(out, "connections", DEMO, "--format", "csv")[0].split(",")
    exchanges = lines_of(out, "exchanges", DEMO, "--format", "csv")[0].split(",")
    assert {"packets.client", "bytes.server", "missed_bytes.client"} <= set(connections)
    assert {"request.target", "response.status", "timing_ns.wait"} <= set(exchanges)


@pytest.mark.parametrize("name", TABLES)
def test_csv_has_every_column_that_json_has(out: pytest.CaptureFixture[str], demo: Capture, name: str) -> None:
    header = next(csv.reader(lines_of(out, name, DEMO, "--format", "csv")[:1]))
    parts = defaultdict(set)
    for row in expected_rows(demo, name):
        for column, value in row.items():
            is_pair = name == "connections" and column in PAIRS
            of_column = value if isinstance(value, dict) else ("client", "server") if is_pair else ()
            parts[column] |= {f"{column}.{part}" for part in of_column}
    wanted = {part for column, found in parts.items() for part in found or {column}}
    assert set(header) == (wanted or {*rows.COLUMNS["anomalies"](demo)})


def test_what_the_reader_noted_is_in_the_json_and_on_stderr_and_the_file_counts_as_read(
    out: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    cut = tmp_path / "cut.pcapng"
    cut.write_bytes(Path(DEMO).read_bytes()[:-5])
    assert main(["analyze", "--json", str(cut)]) == 0
    said = out.readouterr()
    found = json.loads(said.out)
    assert [*found][:3] == ["file", "error", "notes"]
    assert found["error"] is None
    (note,) = found["notes"]
    assert "ends in the middle of a packet" in note
    assert said.err == f"note: {note}\n"


@pytest.mark.parametrize("command", [["analyze", "--json"], ["summary"], ["packets"]], ids=lambda command: command[0])
def test_a_file_of_which_nothing_could_be_read_ends_with_status_1(
    out: pytest.CaptureFixture[str], tmp_path: Path, command: list[str]
) -> None:
    cut = tmp_path / "cut.pcap"
    cut.write_bytes(EMPTY_PCAP + b"\xff" * 20)
    assert main([*command, str(cut)]) == 1
    assert "note: the file is damaged at offset 24: 0 packets before it were read" in out.readouterr().err


@pytest.mark.parametrize("name", [name for name in TABLES if name != "anomalies"])
def test_connection_narrows_a_table_to_one_connection(
    out: pytest.CaptureFixture[str], demo: Capture, name: str
) -> None:
    key = "id" if name == "connections" else "connection"
    wanted = expected_rows(demo, name)
    chosen = next((row[key] for row in reversed(wanted) if row[key] is not None), 0)
    found = [json.loads(line) for line in lines_of(out, name, DEMO, "--format", "json", "--connection", str(chosen))]
    assert found == [row for row in wanted if row[key] == chosen]
    assert bool(found) == bool(wanted)


def test_find_keeps_the_rows_that_hold_the_text_in_any_column(out: pytest.CaptureFixture[str], demo: Capture) -> None:
    found = [json.loads(line) for line in lines_of(out, "messages", DEMO, "--format", "json", "--find", "HI")]
    assert found
    assert all("hi" in json.dumps(row).lower() for row in found)
    assert not lines_of(out, "messages", DEMO, "--format", "json", "--find", "nobody says this")


def test_the_summary_is_one_screen_of_all_that_happened(out: pytest.CaptureFixture[str], demo: Capture) -> None:
    screen = lines_of(out, "summary", DEMO)
    text = "\n".join(screen)
    assert len(screen) <= 40
    assert screen[0].startswith("demo.pcapng")
    for word in ("Packets", "Connections", "http", "websocket", "Exchanges", "2xx", "Messages", "text", "Trouble"):
        assert word in text
    assert f"{len(demo.packets):,}" in text


def test_a_summary_of_nothing_is_a_summary(out: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    empty = tmp_path / "empty.pcap"
    empty.write_bytes(EMPTY_PCAP)
    assert any(line.startswith("Packets") for line in lines_of(out, "summary", str(empty)))


def test_analyze_prints_one_object_a_file_and_goes_on_after_one_that_cannot_be_read(
    out: pytest.CaptureFixture[str], demo: Capture, tmp_path: Path
) -> None:
    nothing = str(tmp_path / "nothing.pcap")
    assert main(["analyze", "--json", nothing, DEMO]) == 1
    broken, whole = map(json.loads, out.readouterr().out.splitlines())
    assert (broken["file"], broken["packets"]) == (nothing, [])
    assert "no such file" in broken["error"]
    assert (whole["file"], whole["error"]) == (DEMO, None)
    assert {name: whole[name] for name in rows.BUILDERS} == {name: build(demo) for name, build in rows.BUILDERS.items()}


def test_analyze_goes_on_after_a_failure_of_its_own(
    out: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = inspector.open

    def failing(path: str, **how: Any) -> Capture:
        if path == "bad":
            raise IndexError("out of bounds")
        return whole(path, **how)

    monkeypatch.setattr(inspector, "open", failing, raising=False)
    assert main(["analyze", "--json", "bad", DEMO]) == 1
    captured = out.readouterr()
    bad, good = map(json.loads, captured.out.splitlines())
    assert "out of bounds" in bad["error"]
    assert "Traceback" in captured.err
    assert good["error"] is None


def test_analyze_of_good_files_is_done(out: pytest.CaptureFixture[str]) -> None:
    assert main(["analyze", DEMO, "--json"]) == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(["summary", "nowhere.pcap"], "no such file", id="a file that is not there"),
        pytest.param(["packets", "."], "directory", id="a directory"),
        pytest.param(["open", __file__, "--no-browser"], "not a capture", id="a file that is no capture"),
        pytest.param(["replay", __file__, "--no-browser"], "not a capture", id="a replay of what is no capture"),
        pytest.param(["record", __file__], "exists already", id="a recording over an old file"),
        pytest.param(["record", "no/such/folder/x.pcapng"], "no folder", id="a recording into nowhere"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line_on_stderr(
    out: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert main(arguments) == 1
    captured = out.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("wireglass: ")
    assert said in captured.err
    assert captured.err.count("\n") == 1


@pytest.mark.parametrize(
    "arguments",
    [["nonsense"], ["packets"], ["packets", DEMO, "--format", "xml"], ["follow", DEMO, "100000"], ["analyze", DEMO]],
    ids=["no such command", "no file", "no such format", "no such connection", "analyze without --json"],
)
def test_a_command_line_that_is_not_understood_ends_with_status_2(
    out: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    assert main(arguments) == 2
    assert "Error: " in out.readouterr().err


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_teaches_itself(out: pytest.CaptureFixture[str], name: str) -> None:
    text = " ".join(lines_of(out, name, "--help"))
    assert "Usage: wireglass" in text
    command = cli.get_command(click.Context(cli), name)
    assert command
    assert all(option.help for option in command.params if isinstance(option, click.Option))


def test_every_module_of_a_command_is_on_the_list() -> None:
    assert {module.name for module in iter_modules(commands.__path__)} == set(COMMANDS)


def test_follow_prints_both_ends_in_turn(out: pytest.CaptureFixture[str], demo: Capture) -> None:
    connection = rows.exchange_rows(demo)[0]["connection"]
    text = "\n".join(lines_of(out, "follow", DEMO, str(connection)))
    assert text.index("── client") < text.index("HTTP/1.1") < text.index("── server")
    only = "\n".join(lines_of(out, "follow", DEMO, str(connection), "--side", "server"))
    assert "── client" not in only
    assert "00000000  " in "\n".join(lines_of(out, "follow", DEMO, str(connection), "--as", "hex"))


def test_follow_raw_gives_the_bytes_of_the_stream(demo: Capture) -> None:
    connection = rows.exchange_rows(demo)[0]["connection"]
    done = run("follow", DEMO, str(connection), "--as", "raw", "--side", "server")
    assert done.stdout == demo.stream_bytes(connection, 1)


def test_a_reader_that_goes_away_ends_it_quietly() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "inspector", "packets", DEMO], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == BROKEN_PIPE


def test_ctrl_c_ends_long_work_quietly(out: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("inspector.cli.commands.summary.analysed", interrupted)
    assert main(["summary", DEMO]) == INTERRUPTED
    assert out.readouterr().err.strip() == ""


def test_an_ascii_terminal_gets_escapes_instead_of_an_error() -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "LC_ALL": "C"}
    done = subprocess.run(
        [sys.executable, "-m", "inspector", "summary", DEMO], capture_output=True, check=False, env=environment
    )
    assert done.returncode == 0
    assert done.stdout.isascii()
