"""The JSON API: every table by range, one connection's story, one packet's layers, and what goes wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from inspector.engine.capture import Capture
from inspector.views import rows, story
from tests.web.traffic import SAMPLE_PACKETS, Wire, exchange, sample
from tests.web.visitor import Visitor, opened, page, plain, program, served
from web.api import blueprint as api_module
from web.api import parameters
from web.session.session import Session

TABLES = ("connections", "exchanges", "frames", "messages", "anomalies")


@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_the_rows_of_the_engine(ours: Visitor, capture: Capture, name: str) -> None:
    answer = ours.get(f"/api/{name}")
    assert answer["rows"] == plain(rows.BUILDERS[name](capture))
    assert answer["total"] == len(getattr(capture, name))


def test_the_sample_fills_the_tables_that_matter(capture: Capture) -> None:
    assert [len(getattr(capture, name)) for name in ("packets", *TABLES[:4])] == [SAMPLE_PACKETS, 3, 3, 2, 2]


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        pytest.param("start=3&stop=6", [4, 5, 6], id="from start up to stop"),
        pytest.param(f"start={SAMPLE_PACKETS - 2}", [SAMPLE_PACKETS - 1, SAMPLE_PACKETS], id="to the end"),
        pytest.param("start=-2", [SAMPLE_PACKETS - 1, SAMPLE_PACKETS], id="counted from the end"),
        pytest.param("stop=2", [1, 2], id="from the beginning"),
        pytest.param("start=6&stop=3", [], id="nothing between"),
        pytest.param("start=1000&stop=2000", [], id="nothing behind the end"),
        pytest.param("connection=1&start=0&stop=2", [9, 10], id="those of a connection"),
        pytest.param("connection=1&start=8", [17, 18], id="the last of a connection"),
        pytest.param("connection=77", [], id="those of a connection that is not there"),
    ],
)
def test_rows_are_asked_for_by_range(ours: Visitor, query: str, numbers: list[int]) -> None:
    assert [row["number"] for row in ours.get(f"/api/packets?{query}")["rows"]] == numbers


def test_total_counts_what_the_range_is_taken_from(ours: Visitor) -> None:
    assert ours.get("/api/packets?start=1&stop=2")["total"] == SAMPLE_PACKETS
    assert ours.get("/api/packets?start=1&stop=2&connection=0")["total"] == 8


def test_one_request_gets_so_many_rows_at_most(ours: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parameters, "MAX_ROWS", 4)
    assert [row["number"] for row in ours.get("/api/packets?start=2&stop=20")["rows"]] == [3, 4, 5, 6]


def test_events_tell_the_story_in_sentences(ours: Visitor, capture: Capture) -> None:
    everything = ours.get("/api/events")
    told = story.events(capture)
    assert everything["total"] == len(told)
    assert everything["rows"] == plain(rows.event_rows(capture, told))
    of_one = ours.get("/api/events?connection=0&start=1&stop=3")
    assert len(of_one["rows"]) == 2
    assert of_one["total"] == len(story.events(capture, 0))


def test_a_connection_comes_with_everything_about_it(ours: Visitor, capture: Capture) -> None:
    told = ours.get("/api/connections/1")
    assert told["connection"] == plain(rows.connection_rows(capture, slice(1, 2)))[0]
    assert [row["number"] for row in told["packets"]] == list(range(9, 19))
    assert [row["text"] for row in told["messages"]] == ["Hi", "Bob"]
    assert [row["response"]["status"] for row in told["exchanges"]] == [101]
    assert told["events"] == plain(rows.event_rows(capture, story.events(capture, 1)))
    assert told["anomalies"] == [row for row in ours.get("/api/anomalies")["rows"] if row["connection"] == 1]
    assert told["phases"][0]["name"] == "handshake"
    assert told["phases"][0]["first_packet"] == 9


def test_a_long_story_is_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api_module, "MAX_EVENTS", 3)
    monkeypatch.setattr(api_module, "STORY_ROWS", {"packets": 2, "exchanges": 0})
    with opened(sample(tmp_path / "sample.pcapng")) as visitor:
        story = visitor.get("/api/connections/0")
        assert (len(story["events"]), len(story["packets"]), len(story["exchanges"])) == (3, 2, 0)


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        pytest.param("/api/packets/0", 404, id="packets are numbered from one"),
        pytest.param(f"/api/packets/{SAMPLE_PACKETS + 1}", 404, id="a packet behind the last"),
        pytest.param("/api/packets/99999999999999999999999", 404, id="a packet of absurd number"),
        pytest.param("/api/packets/x", 404, id="a packet of no number"),
        pytest.param("/api/connections/3", 404, id="a connection behind the last"),
        pytest.param("/api/connections/99999999999999999999999", 404, id="a connection of absurd number"),
        pytest.param("/api/headers", 404, id="a table that is nobody's business"),
        pytest.param("/api/", 404, id="no table"),
        pytest.param("/api/packets?start=x", 400, id="a start that is no number"),
        pytest.param("/api/packets?stop=1e3", 400, id="a stop that is no number"),
        pytest.param("/api/packets?stop=" + "9" * 5000, 400, id="a stop of five thousand digits"),
        pytest.param("/api/packets?connection=", 400, id="a connection that is no number"),
        pytest.param("/api/connections?connection=1", 400, id="connections of a connection"),
        pytest.param("/api/events?connection=x", 400, id="events of a connection that is no number"),
    ],
)
def test_what_cannot_be_answered_is_said(ours: Visitor, asked: str, status: int) -> None:
    assert ours.ask(asked).refusal() == status


def test_events_of_a_connection_that_is_not_there_are_none(ours: Visitor) -> None:
    assert ours.get("/api/events?connection=77")["rows"] == []


def test_an_ended_capture_can_neither_be_paused_nor_resumed(ours: Visitor) -> None:
    assert ours.post("/api/capture/pause").status == 409
    assert ours.post("/api/capture/resume").status == 409


def test_a_running_one_can(tmp_path: Path) -> None:
    with served(Session.of_replay(sample(tmp_path / "sample.pcapng"), speed=0.001)) as dashboard:
        ours = page(dashboard)
        assert ours.post("/api/capture/pause").status == 200
        assert ours.get("/api/snapshot")["capture"]["state"] == "paused"
        assert ours.post("/api/capture/resume").status == 200
        assert ours.get("/api/snapshot")["capture"]["state"] == "running"


def test_without_a_demo_there_are_no_actions(ours: Visitor) -> None:
    answer = ours.post("/api/demo/get")
    assert answer.status == 404
    assert "wireglass demo" in answer.json()["error"]["what_to_do"]


def test_an_empty_capture_is_no_error(tmp_path: Path) -> None:
    wire = Wire(tmp_path / "empty.pcapng")
    wire.close()
    with served(Session.of_file(wire.path)) as dashboard:
        visitor = program(dashboard)
        for name in ("packets", *TABLES, "events"):
            assert visitor.get(f"/api/{name}")["rows"] == []
        assert visitor.ask("/api/packets/1").status == 404


def test_long_captured_texts_are_whole_in_the_table_and_short_in_the_snapshot(tmp_path: Path) -> None:
    wire = Wire(tmp_path / "long.pcapng")
    exchange(wire, 40001, "/" + "y" * 3000)
    wire.close()
    with opened(wire.path) as visitor:
        whole = visitor.get("/api/exchanges")["rows"][0]["request"]["target"]
        short = visitor.get("/api/snapshot")["exchanges"][0]
        assert len(whole) == 3001
        assert len(short["request"]["target"]) < 1100
        assert short["is_cut"]
