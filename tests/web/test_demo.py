"""The demo behind the dashboard: a button is pressed on a page, and the page is told what happened on the wire."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.client import ClientConnection

from inspector.lab.demo.controller import Lab
from inspector.lab.scenarios import SCENARIOS
from inspector.live.packet_source import Counters
from tests.lab.conftest import needs_namespace
from web.dashboard import Dashboard
from web.session.session import Session

from .visitor import PATIENCE, Page, page, served


@pytest.fixture(scope="module")
def spool(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo") / "demo.pcapng"


@pytest.fixture(scope="module")
def lab(spool: Path) -> Iterator[Lab]:
    with Lab.start(spool, http_port=0, chat_port=0) as lab:
        yield lab


@pytest.fixture(scope="module")
def dashboard(lab: Lab, spool: Path) -> Iterator[Dashboard]:
    session = Session.of_spool(
        spool, "lo", lambda: Counters(**lab.capture_statistics), lab=lab, troubles=lambda: lab.troubles
    )
    with served(session) as dashboard:
        yield dashboard


@pytest.fixture(scope="module")
def ours(dashboard: Dashboard) -> Page:
    return page(dashboard)


class Told:
    """What a page is told over its feed, from the greeting on."""

    def __init__(self, feed: ClientConnection) -> None:
        self._feed = feed
        self._rows: dict[str, dict[int, Any]] = {"connections": {}, "exchanges": {}, "messages": {}}
        feed.recv(timeout=PATIENCE)

    def wait_for(self, table: str, is_it: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The row of `table` that is meant, as soon as it is told."""
        end = time.monotonic() + PATIENCE
        while not (found := [row for row in self._rows[table].values() if is_it(row)]):
            assert time.monotonic() < end, f"no such row in {table}"
            delta = json.loads(self._feed.recv(timeout=PATIENCE))
            for name, rows in self._rows.items():
                rows |= {row["id"]: row for row in delta.get(name, ())}
        row: dict[str, Any] = found[0]
        return row


def test_the_page_is_offered_every_action(ours: Page, lab: Lab) -> None:
    demo = ours.get("/api/snapshot")["demo"]
    assert [action["name"] for action in demo["actions"]] == [action.name for action in lab.actions]
    assert all(action["label"] and action["explanation"] for action in demo["actions"])
    assert demo["addresses"] == lab.addresses


def test_a_get_shows_as_an_exchange(ours: Page) -> None:
    with ours.feed() as feed:
        told = Told(feed)
        answer = ours.post("/api/demo/get")
        assert (answer.status, answer.json()["ok"]) == (200, True)
        client = answer.json()["clients"][0]
        connection = told.wait_for("connections", lambda row: row["client"] == client)
        exchange = told.wait_for("exchanges", lambda row: row["connection"] == connection["id"] and row["response"])
        assert exchange["request"]["method"] == "GET"
        assert exchange["response"]["status"] == 200


def test_a_chat_shows_as_messages(ours: Page) -> None:
    with ours.feed() as feed:
        told = Told(feed)
        for action in ("join", "alice_says_hi", "leave"):
            assert ours.post(f"/api/demo/{action}").status == 200
        hi = told.wait_for("messages", lambda row: "Hi" in (row["text"] or "") and row["direction"] == "client")
        told.wait_for("messages", lambda row: row["kind"] == "close" and row["connection"] == hi["connection"])


def test_every_scenario_is_offered_and_explained(ours: Page) -> None:
    offered = ours.get("/api/lab")
    assert offered["can_play"]
    named = [scenario for group in offered["groups"] for scenario in group["scenarios"]]
    assert [scenario["name"] for scenario in named] == list(SCENARIOS)
    assert all(scenario["label"] and scenario["explanation"] for scenario in named)


@needs_namespace
def test_a_scenario_shows_on_the_page(ours: Page) -> None:
    with ours.feed() as feed:
        told = Told(feed)
        answer = ours.post("/api/lab/refused")
        assert (answer.status, answer.json()["ok"]) == (200, True)
        client = answer.json()["clients"][0]
        told.wait_for("connections", lambda row: row["client"] == client and row["conn_state"] == "REJ")


def test_a_scenario_that_does_not_exist_is_not_found(ours: Page) -> None:
    assert ours.post("/api/lab/format-disk").status == 404


def test_an_action_that_does_not_exist_is_not_found(ours: Page) -> None:
    assert ours.post("/api/demo/format_disk").status == 404
    assert ours.post("/api/demo/..%2fget").status == 404


def test_when_the_demo_is_over_its_buttons_say_so(ours: Page, lab: Lab) -> None:
    lab.stop()
    assert ours.post("/api/demo/get").refusal() == 502
