"""The timeline over the API."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.web.traffic import SAMPLE_PACKETS, STEP_NS, Talk, Wire
from tests.web.visitor import Visitor, program, served
from web.session.session import Session

END = (SAMPLE_PACKETS - 1) * STEP_NS


def test_lanes_come_with_their_groups_and_marks(ours: Visitor) -> None:
    answer = ours.get("/api/lanes?width=2600")
    assert answer["extent"] == answer["span"] == {"from": 0, "to": END}
    assert (answer["total"], [lane["id"] for lane in answer["lanes"]]) == (3, [0, 1, 2])
    assert answer["groups"] == [{"server": "127.0.0.1:80", "first": 0, "lanes": 3}]
    assert answer["ticks"]["packet"] == list(range(1, SAMPLE_PACKETS + 1))
    assert answer["blocks"]["exchange"] == [0, 1, 2]
    assert answer["arrows"]["message"] == [0, 1]


def test_marks_of_few_lanes_have_words(ours: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = ours.get("/api/lanes?width=2600")
    assert answer["blocks"]["text"][0] == "GET /first 200"
    assert len(answer["arrows"]["text"]) == len(answer["arrows"]["message"])
    assert len(answer["ticks"]["client"]) == len(answer["ticks"]["server"]) == len(answer["ticks"]["packet"])
    assert set(answer["states"]["lane"]) == {0, 1, 2}
    assert answer["troubles"] == {"tick": [], "side": [], "text": []}
    monkeypatch.setattr("web.api.timeline.WORDED_LANES", 2)
    many = ours.get("/api/lanes?width=2600")
    assert "text" not in many["blocks"]
    assert "client" not in many["ticks"]
    assert "states" not in many


def test_silence_is_folded_where_that_is_asked_for(tmp_path: Path) -> None:
    wire = Wire(tmp_path / "silent.pcapng")
    talk = Talk(wire, 40001)
    talk.client(b"GET / HTTP/1.1\r\nHost: demo\r\n\r\n")
    wire.now += 1000 * STEP_NS
    last = wire.packets
    talk.server(b"HTTP/1.1 204 No Content\r\n\r\n")
    talk.close()
    wire.close()
    with served(Session.of_file(wire.path)) as dashboard:
        ours = program(dashboard)
        assert ours.get("/api/lanes?width=800")["folds"] == []
        folded = ours.get("/api/lanes?width=800&fold=1")
        (fold,) = folded["folds"]
        assert fold["to"] - fold["from"] == 1001 * STEP_NS
        tick = folded["ticks"]["column"][folded["ticks"]["packet"].index(last + 1)]
        assert 300 < tick < 600, "what follows has room"


def test_only_the_lanes_asked_for_are_sent(ours: Visitor) -> None:
    answer = ours.get("/api/lanes?first=1&stop=2")
    assert (answer["total"], answer["first"], [lane["id"] for lane in answer["lanes"]]) == (3, 1, [1])
    assert set(answer["ticks"]["lane"]) == {0}
    assert ours.get("/api/lanes?first=9")["lanes"] == []


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        pytest.param(f"from=0&to={3 * STEP_NS}", [0], id="of a stretch of time"),
        pytest.param(f"last={3 * STEP_NS}", [2], id="of the newest stretch"),
        pytest.param("order=duration", [1, 0, 2], id="in another order"),
        pytest.param("q=40002", [1], id="of a port"),
        pytest.param("q=GET+second", [2], id="in which every word was said"),
        pytest.param("q=first+second", [], id="of no connection, when the words are those of two"),
    ],
)
def test_lanes_are_those(ours: Visitor, query: str, ids: list[int]) -> None:
    assert [lane["id"] for lane in ours.get(f"/api/lanes?{query}")["lanes"]] == ids


def test_a_connection_is_found_among_the_lanes(ours: Visitor) -> None:
    assert ours.get("/api/lanes?order=duration&at=2")["at"] == 2
    assert ours.get(f"/api/lanes?last={3 * STEP_NS}&at=0")["at"] is None
    assert ours.get("/api/lanes")["at"] is None


def test_the_answer_is_bounded_by_the_pixels(ours: Visitor) -> None:
    answer = ours.get("/api/lanes?width=1")
    assert [len(answer[marks]["lane"]) for marks in ("ticks", "blocks", "arrows")] == [3, 3, 1]


def test_activity_is_that_of_the_whole_capture(ours: Visitor) -> None:
    answer = ours.get("/api/activity?width=13")
    assert answer["extent"] == {"from": 0, "to": END}
    assert (sum(answer["packets"]), len(answer["packets"])) == (SAMPLE_PACKETS, 13)


@pytest.mark.parametrize("query", ["order=colour", "width=wide", "first=" + "9" * 40, "from=2&to=1"])
def test_what_makes_no_sense_is_refused(ours: Visitor, query: str) -> None:
    answer = ours.ask(f"/api/lanes?{query}")
    assert answer.status == 400
    assert answer.json()["error"]["what_to_do"]


def test_a_capture_without_packets_has_no_lanes(tmp_path: Path) -> None:
    wire = Wire(tmp_path / "empty.pcapng")
    wire.close()
    with served(Session.of_file(wire.path)) as dashboard:
        empty = program(dashboard)
        assert empty.get("/api/lanes")["extent"] is None
        assert empty.get("/api/activity")["packets"] == []


def test_one_answer_has_so_many_lanes_at_most(ours: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.api.timeline.MAX_LANES", 2)
    for query in ("", "?first=0&stop=2", "?first=0&stop=3"):
        assert [lane["id"] for lane in ours.get(f"/api/lanes{query}")["lanes"]] == [0, 1]


@pytest.mark.parametrize(("width", "columns"), [(4096, 4096), (4097, 4096), (1, 1), (0, 1)])
def test_no_answer_is_wider_than_any_screen(ours: Visitor, width: int, columns: int) -> None:
    assert len(ours.get(f"/api/activity?width={width}")["packets"]) == columns
