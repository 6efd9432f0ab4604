"""Rows of any table under a filter: all of the capture's, by pages, with how many they are."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.web.traffic import Wire, chat, exchange
from tests.web.visitor import Visitor, opened

MANY = 1200
"""More than a snapshot carries and more than one answer holds."""


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitor]:
    """Exchange 0 is the only one of its kind, then many alike; a chat ends them."""
    wire = Wire(tmp_path_factory.mktemp("listing") / "x.pcapng")
    exchange(wire, 40001, "/needle", b"first of all")
    for i in range(MANY):
        exchange(wire, 41000 + i, f"/hay/{i}")
    chat(wire, 40003, "Hi", "a needle too", "Bye").close()
    wire.close()
    with opened(wire.path) as visitor:
        yield visitor


@pytest.mark.parametrize(
    ("query", "total", "first"),
    [
        pytest.param("exchanges?q=needle", 1, 0, id="the oldest, which no page holds"),
        pytest.param("exchanges?q=first+of", 1, 0, id="a body"),
        pytest.param("exchanges?q=hay&stop=5", MANY, 1, id="many, some of them asked for"),
        pytest.param("exchanges?q=hay&start=-1", MANY, MANY, id="the last of many"),
        pytest.param("exchanges?q=41007", 1, 8, id="a port"),
        pytest.param("connections?q=needle", 2, 0, id="connections that say it"),
        pytest.param("connections?q=websocket", 1, MANY + 1, id="connections that speak it"),
        pytest.param("messages?q=needle", 1, 1, id="a message"),
        pytest.param(f"messages?q=hi&connection={MANY + 1}", 1, 0, id="a message of a conversation"),
        pytest.param("messages?q=hi&connection=0", 0, None, id="a message of another"),
        pytest.param("exchanges?q=hay&from=0&to=11000000", 1, 1, id="words within a time range"),
        pytest.param("packets?q=needle", 2, None, id="packets"),
        pytest.param("anomalies?q=needle&stop=1", None, None, id="what words leave whole"),
    ],
)
def test_a_filter_looks_at_all_rows(ours: Visitor, query: str, total: int | None, first: int | None) -> None:
    answer = ours.get(f"/api/{query}")
    assert total is None or answer["total"] == total
    assert len(answer["rows"]) <= 1000
    assert first is None or answer["rows"][0]["id"] == first


def test_pages_of_a_filter_follow_each_other(ours: Visitor) -> None:
    pages = [ours.get(f"/api/exchanges?q=hay&start={start}&stop={start + 500}")["rows"] for start in (0, 500, 1000)]
    assert [row["id"] for page in pages for row in page] == list(range(1, MANY + 1))


@pytest.mark.parametrize(
    ("path", "index", "total"),
    [
        pytest.param("exchanges/7/place?q=hay", 6, MANY, id="among those that a filter leaves"),
        pytest.param("exchanges/0/place?q=hay", None, MANY, id="not among them"),
        pytest.param("exchanges/7/place", 7, MANY + 2, id="without a filter"),
        pytest.param("exchanges/0/place", 0, MANY + 2, id="the first"),
        pytest.param("exchanges/99999/place", None, MANY + 2, id="one that is not there"),
        pytest.param("messages/1/place?q=needle", 0, 1, id="a message"),
    ],
)
def test_the_place_of_a_row(ours: Visitor, path: str, index: int | None, total: int) -> None:
    assert ours.get(f"/api/{path}") == {"index": index, "total": total}


def test_a_list_is_sorted_whole_and_under_a_filter(ours: Visitor) -> None:
    hosts = ours.get("/api/exchanges?order=-target&stop=2")
    assert [row["request"]["target"] for row in hosts["rows"]] == ["/needle", "/hay/999"]
    assert hosts["total"] == MANY + 2
    hay = ours.get("/api/exchanges?order=-target&q=hay&stop=2")
    assert [row["request"]["target"] for row in hay["rows"]] == ["/hay/999", "/hay/998"]
    assert hay["total"] == MANY
    assert ours.get("/api/packets?order=-number&stop=1")["rows"][0]["number"] == ours.get("/api/packets")["total"]


def test_the_place_of_a_row_in_a_sorted_list(ours: Visitor) -> None:
    assert ours.get("/api/exchanges/1000/place?order=-target&q=hay") == {"index": 0, "total": MANY}
    assert ours.get("/api/exchanges/0/place?order=-target&q=hay") == {"index": None, "total": MANY}
    assert ours.get("/api/packets/1/place?order=-number")["index"] == ours.get("/api/packets")["total"] - 1


@pytest.mark.parametrize("query", ["exchanges?order=colour", "exchanges?order=--id", "frames?order=id"])
def test_an_unknown_column_is_refused_with_those_that_are_known(ours: Visitor, query: str) -> None:
    answer = ours.ask(f"/api/{query}")
    assert answer.status == 400
    assert "cannot be sorted by" in answer.json()["error"]["message"]


@pytest.mark.parametrize("view", ["exchanges", "lanes"])
def test_a_filter_that_cannot_be_read_is_refused_at_its_character(ours: Visitor, view: str) -> None:
    answer = ours.ask(f"/api/{view}?q=tcp.port+%3D%3D+x")
    assert answer.status == 400
    error = answer.json()["error"]
    assert (error["position"], error["length"]) == (12, 1)
    assert "number" in error["message"]


def test_a_filter_of_fields(ours: Visitor) -> None:
    assert ours.get("/api/exchanges?q=tcp.port+%3D%3D+41007")["total"] == 1


def test_a_filter_has_an_end(ours: Visitor) -> None:
    answer = ours.ask(f"/api/exchanges?q={'zq' * 500}z")
    assert answer.status == 400
    assert "1000" in answer.json()["error"]["message"]


def test_a_filter_may_be_so_long(ours: Visitor) -> None:
    assert ours.get(f"/api/packets?q={'zq' * 500}")["total"] == 0
    assert ours.ask(f"/api/packets?q={'x' * 1001}").refusal() == 400


@pytest.mark.parametrize(("digits", "status"), [(12, 200), (13, 400)])
def test_a_number_may_have_so_many_digits(ours: Visitor, digits: int, status: int) -> None:
    assert ours.ask(f"/api/packets?start={'0' * digits}").status == status
