"""Rows of a time range, over the API."""

from __future__ import annotations

import pytest

from tests.web.traffic import SAMPLE_PACKETS, STEP_NS
from tests.web.visitor import Visitor


@pytest.mark.parametrize(
    ("name", "ids"),
    [
        pytest.param("connections", [0, 1], id="connections that live in it"),
        pytest.param("exchanges", [1], id="exchanges that are under way in it"),
        pytest.param("messages", [0, 1], id="messages that are sent in it"),
    ],
)
def test_each_table_gives_what_of_it_lies_in_the_range(ours: Visitor, name: str, ids: list[int]) -> None:
    answer = ours.get(f"/api/{name}?from={7 * STEP_NS}&to={14 * STEP_NS}")
    assert [row["id"] for row in answer["rows"]] == ids


def test_a_table_gives_the_rows_of_a_range_only(ours: Visitor) -> None:
    answer = ours.get(f"/api/packets?from={2 * STEP_NS}&to={9 * STEP_NS}&start=1&stop=3")
    assert ([row["number"] for row in answer["rows"]], answer["total"]) == ([4, 5], 8)


def test_a_range_and_a_connection_go_together(ours: Visitor) -> None:
    answer = ours.get(f"/api/packets?from={2 * STEP_NS}&to={9 * STEP_NS}&connection=1")
    assert [row["number"] for row in answer["rows"]] == [9, 10]


def test_a_range_may_begin_before_the_first_packet(ours: Visitor) -> None:
    assert ours.get(f"/api/packets?from=-5&to={SAMPLE_PACKETS * STEP_NS}")["total"] == SAMPLE_PACKETS


def test_a_range_without_an_end_goes_to_the_newest_packet(ours: Visitor) -> None:
    assert ours.get(f"/api/packets?from={2 * STEP_NS}")["total"] == SAMPLE_PACKETS - 2
    assert ours.get(f"/api/packets?from={SAMPLE_PACKETS * STEP_NS}")["total"] == 0
    assert ours.get(f"/api/lanes?from={2 * STEP_NS}")["span"]["from"] == 2 * STEP_NS


@pytest.mark.parametrize(
    "query",
    [
        pytest.param("to=3", id="without a beginning"),
        pytest.param("from=5&to=3", id="that ends before it begins"),
        pytest.param("from=a&to=b", id="of words"),
        pytest.param("from=1&to=" + "9" * 40, id="beyond what a clock counts"),
        pytest.param("from=1e3&to=2e3", id="in another notation"),
    ],
)
@pytest.mark.parametrize("name", ["exchanges", "packets"])
def test_a_range_is_refused(ours: Visitor, name: str, query: str) -> None:
    answer = ours.ask(f"/api/{name}?{query}")
    assert answer.status == 400
    assert answer.json()["error"]["what_to_do"]
