"""`wireglass expect`: the exit status says whether a filter selects as many rows as expected."""

from __future__ import annotations

from pathlib import Path

import pytest

from inspector.cli.main import main

CAPTURES = Path(__file__).parents[3] / "captures"
LOSS, DEMO = str(CAPTURES / "loss-fast.pcapng"), str(CAPTURES / "demo.pcapng")

Out = pytest.CaptureFixture[str]


@pytest.fixture
def out(capsys: Out) -> Out:
    return capsys


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        pytest.param([DEMO, "retransmission", "--at-most", "0"], 0, id="none, and none is there"),
        pytest.param([LOSS, "retransmission", "--at-most", "0"], 1, id="none, but one is there"),
        pytest.param([LOSS, "retransmission", "--at-least", "1", "--at-most", "1"], 0, id="exactly one"),
        pytest.param([LOSS, "retransmission", "--at-least", "2"], 1, id="too few"),
        pytest.param([DEMO, "200", "--table", "exchanges", "--at-least", "1"], 0, id="of another table"),
        pytest.param([DEMO, LOSS, "retransmission", "--at-most", "0"], 1, id="of several files"),
        pytest.param([DEMO, "retransmission"], 2, id="nothing is expected"),
        pytest.param([DEMO, "--at-most", "0"], 2, id="no filter"),
        pytest.param([DEMO, "x", "--at-most", "0", "--table", "colours"], 2, id="no such table"),
        pytest.param(["missing.pcap", "x", "--at-most", "0"], 1, id="no such file"),
    ],
)
def test_the_exit_status(out: Out, arguments: list[str], status: int) -> None:
    assert main(["expect", *arguments]) == status


def test_what_was_not_expected_is_printed(out: Out) -> None:
    assert main(["expect", LOSS, "retransmission", "--at-most", "0"]) == 1
    said = out.readouterr()
    assert "fast_retransmission" in said.out
    assert said.err == "“retransmission” selects 1 packet; expected at most 0.\n"
    assert main(["expect", DEMO, "200", "--table", "exchanges", "--at-most", "0", "--limit", "2"]) == 1
    assert len(out.readouterr().out.splitlines()) == 3


def test_what_is_as_expected_prints_nothing(out: Out) -> None:
    assert main(["expect", DEMO, "retransmission", "--at-most", "0"]) == 0
    assert out.readouterr() == ("", "")
