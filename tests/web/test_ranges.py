"""Rows of a time range, over the API."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from web.session import Session

from .traffic import SAMPLE_PACKETS, STEP_NS, sample
from .visitor import Visitor, program, served, wait_until


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitor]:
    with served(Session.of_file(sample(tmp_path_factory.mktemp("ranges") / "sample.pcapng"))) as dashboard:
        visitor = program(dashboard)
        wait_until(lambda: visitor.get("/api/snapshot")["capture"]["state"] == "ended", "the file to be loaded")
        yield visitor


def test_each_table_says_which_of_its_rows_are_in_the_range(ours: Visitor) -> None:
    answer = ours.get(f"/api/within?from={7 * STEP_NS}&to={14 * STEP_NS}")
    assert answer == {
        "rows": {"packets": [[7, 15]], "connections": [[0, 2]], "exchanges": [[1, 2]], "messages": [[0, 2]]},
        "is_cut": False,
    }


def test_a_table_gives_the_rows_of_a_range_only(ours: Visitor) -> None:
    answer = ours.get(f"/api/packets?from={2 * STEP_NS}&to={9 * STEP_NS}&start=1&stop=3")
    assert ([row["number"] for row in answer["rows"]], answer["total"]) == ([4, 5], 8)


def test_a_range_and_a_connection_go_together(ours: Visitor) -> None:
    answer = ours.get(f"/api/packets?from={2 * STEP_NS}&to={9 * STEP_NS}&connection=1")
    assert [row["number"] for row in answer["rows"]] == [9, 10]


def test_a_range_may_begin_before_the_first_packet(ours: Visitor) -> None:
    assert ours.get(f"/api/packets?from=-5&to={SAMPLE_PACKETS * STEP_NS}")["total"] == SAMPLE_PACKETS


@pytest.mark.parametrize(
    "query",
    [
        pytest.param("from=1", id="without an end"),
        pytest.param("from=5&to=3", id="that ends before it begins"),
        pytest.param("from=a&to=b", id="of words"),
        pytest.param("from=1&to=" + "9" * 40, id="beyond what a clock counts"),
        pytest.param("from=1e3&to=2e3", id="in another notation"),
    ],
)
@pytest.mark.parametrize("path", ["/api/within", "/api/packets"])
def test_a_range_is_refused(ours: Visitor, path: str, query: str) -> None:
    answer = ours.ask(f"{path}?{query}")
    assert answer.status == 400
    assert answer.json()["error"]["what_to_do"]


def test_rows_within_nothing_are_refused(ours: Visitor) -> None:
    assert ours.ask("/api/within").status == 400
