"""The answers on which `tests/page/drawn` draws the page are those that the API gives."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.web.visitor import Visitor, opened, wait_until

ROOT = Path(__file__).parents[3]
RECORDED = sorted((ROOT / "tests/page/drawn/answers").glob("*.jsonl"))


@pytest.fixture(scope="module", params=RECORDED, ids=lambda path: path.stem)
def recorded(request: pytest.FixtureRequest) -> Iterator[tuple[dict[str, Any], Visitor]]:
    """The answers recorded of a sample capture, and a visitor of the dashboard on it."""
    with opened(ROOT / "captures" / f"{request.param.stem}.pcapng") as visitor:
        wait_until(lambda: visitor.get("/api/snapshot")["capture"]["state"] == "ended", "the file to be loaded")
        yield dict(map(numbers_of_the_page, request.param.read_text().splitlines())), visitor


def test_the_page_is_drawn_on_what_the_api_answers(recorded: tuple[dict[str, Any], Visitor]) -> None:
    answers, visitor = recorded
    assert len(answers) > 10
    for address, expected in answers.items():
        answer = visitor.ask(address)
        is_json = answer.headers["content-type"] == "application/json"
        assert answer.status == expected["status"], address
        found = without_revision(numbers_of_the_page(answer.body.decode()) if is_json else None)
        assert found == without_revision(expected["body"]), f"{address}: record anew (tests/page/drawn/drawings.mjs)"


def numbers_of_the_page(text: str) -> Any:
    """The value of a JSON text with all numbers as floats: JavaScript has no others."""
    return json.loads(text, parse_int=float)


def without_revision(body: Any) -> Any:
    """Without the number of the last delta, which depends on how the capture was loaded."""
    return {name: value for name, value in body.items() if name != "rev"} if isinstance(body, dict) else body
