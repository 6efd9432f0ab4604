"""Descriptor reports of a scenario in its recording, including those at its end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from inspector.lab.scenarios import SCENARIOS
from inspector.lab.scenarios.descriptor_notes import Notes
from inspector.lab.scenarios.link_addresses import Mirror

ENDS = {"local": "127.0.0.1:51000", "remote": "127.0.0.1:80"}


def descriptor(call: str, fd: int, **facts: str) -> dict[str, Any]:
    """A report of a worker."""
    told = {"time_ns": 1, "namespace": 4, "pid": 9, "process": "client", "fd": fd, "inode": fd * 10}
    return {"event": "descriptor", "call": call, **told, **facts}


def taken_down(spool: Path, *messages: dict[str, Any], goes_on: bool) -> list[dict[str, Any]]:
    """The reports in the recording after the scenario."""
    spool.touch()
    notes = Notes(Mirror(SCENARIOS["refused"]), goes_on)
    notes.begin(str(spool))
    for message in messages:
        notes.heard(message)
    notes.end()
    lines = (line[line.index(b"{") :] for line in spool.read_bytes().splitlines() if b"{" in line)
    return [json.loads(line[: line.rindex(b"}") + 1]) for line in lines]


@pytest.mark.parametrize("goes_on", [True, False])
def test_what_is_given_back_in_the_play_is_told_once(tmp_path: Path, goes_on: bool) -> None:
    told = taken_down(tmp_path / "spool", descriptor("socket", 5), descriptor("close", 5), goes_on=goes_on)
    assert [report["call"] for report in told] == ["socket", "close"]


def test_a_recording_that_goes_on_is_told_that_nothing_is_left(tmp_path: Path) -> None:
    play = descriptor("socket", 3), descriptor("socket", 4), descriptor("connect", 4, **ENDS)
    *_, door, connection, gone = taken_down(tmp_path / "spool", *play, goes_on=True)
    assert [(one["call"], one["fd"], one["inode"]) for one in (door, connection)] == [
        ("close", 3, 30),
        ("close", 4, 40),
    ]
    assert (gone["seen"], gone["local"], gone["remote"]) == ("gone", ENDS["local"], ENDS["remote"])
    assert door["time_ns"] == connection["time_ns"] == gone["time_ns"] > 1


def test_a_recording_of_the_play_alone_ends_as_the_play_left_it(tmp_path: Path) -> None:
    told = taken_down(tmp_path / "spool", descriptor("socket", 4), descriptor("connect", 4, **ENDS), goes_on=False)
    assert [report["call"] for report in told] == ["socket", "connect"]
