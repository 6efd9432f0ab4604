from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from inspector.cli.main import cli

CAPTURES = Path(__file__).parent.parent.parent.parent / "captures"
CAPTURE = str(CAPTURES / "keep-alive.pcapng")


def printed(*arguments: str) -> tuple[list[dict[str, object]], str]:
    """The rows that a table command prints, and what it says on standard error."""
    result = CliRunner().invoke(cli, [*arguments, "--format", "json"])
    assert result.exit_code == 0, result.stderr
    return [json.loads(line) for line in result.stdout.splitlines()], result.stderr


@pytest.mark.parametrize(
    ("arguments", "numbers"),
    [
        pytest.param([CAPTURE, "tcp.flags.syn == 1"], [1, 2], id="after the file"),
        pytest.param([CAPTURE, "--filter", "tcp.flags.syn == 1"], [1, 2], id="as an option"),
        pytest.param([CAPTURE, "tcp.flags.syn == 1", "--connection", "0"], [1, 2], id="with a connection"),
        pytest.param([CAPTURE, "tcp.flags.syn == 1", "--connection", "9"], [], id="with another connection"),
    ],
)
def test_a_filter_selects_packets(arguments: list[str], numbers: list[int]) -> None:
    rows, _ = printed("packets", *arguments)
    assert [row["number"] for row in rows] == numbers


@pytest.mark.parametrize(
    "table", ["connections", "exchanges", "events", "anomalies", "frames", "messages", "tokens", "kernel"]
)
def test_every_table_takes_a_filter(table: str) -> None:
    everything, _ = printed(table, CAPTURE)
    some, _ = printed(table, CAPTURE, "frame.number == 8")
    assert [row for row in everything if row in some] == some
    assert printed(table, CAPTURE, "tcp.port == 1")[0] == []


def test_a_word_says_how_it_was_read() -> None:
    _, said = printed("exchanges", CAPTURE, "404")
    assert "“404” is a port, a status or that number in the content" in said


def test_an_error_points_at_the_character() -> None:
    result = CliRunner().invoke(cli, ["packets", CAPTURE, "tcp.port == x"])
    assert result.exit_code == 2
    lines = result.stderr.splitlines()
    assert lines[0].index("x") == lines[1].index("^")
    assert "number" in lines[2]


def test_a_missing_capture_is_no_filter() -> None:
    result = CliRunner().invoke(cli, ["packets", CAPTURE, "missing.pcapng"])
    assert result.exit_code == 1


def test_fields_are_listed() -> None:
    rows, _ = printed("fields", "window_size_value")
    assert [row["name"] for row in rows] == ["tcp.window_size_value"]
    text = CliRunner().invoke(cli, ["fields"]).stdout
    assert all(name in text for name in ("ip.addr", "exchange.wait", "process.name"))
