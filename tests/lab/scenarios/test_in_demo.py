"""Errors of a scenario inside the demo that cannot be run."""

from __future__ import annotations

import asyncio
import sys

import pytest

from inspector.errors import LabError
from inspector.lab.process import child_process
from inspector.lab.process.json_lines import Message
from inspector.lab.scenarios.in_demo import GuestPlays
from inspector.lab.scenarios.runner import judged


def ignore(message: Message) -> None:
    pass


REFUSE = 'print(\'{"event": "error", "message": "No network of your own."}\')'


def test_where_there_are_no_private_networks_the_reason_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child_process, "in_new_network", lambda _: [sys.executable, "-c", REFUSE])
    with pytest.raises(LabError, match=r"No network of your own\."):
        asyncio.run(GuestPlays(None, ignore).play("refused"))


def test_an_unknown_name_is_met_with_the_known_ones() -> None:
    with pytest.raises(LabError, match="no scenario 'quarrel'; there are short-lived"):
        asyncio.run(GuestPlays(None, ignore).play("quarrel"))


def test_other_systems_are_told_that_it_needs_linux(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "darwin")
    with pytest.raises(LabError, match="need Linux"):
        asyncio.run(GuestPlays(None, ignore).play("refused"))


def test_a_director_that_says_nothing_has_failed() -> None:
    with pytest.raises(LabError, match="without a report"):
        judged({"event": "", "received": 0, "dropped": 0})
    with pytest.raises(LabError, match="No link"):
        judged({"event": "error", "message": "No link.", "received": 0, "dropped": 0})
