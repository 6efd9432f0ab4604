"""Rows cut short for lists."""

from __future__ import annotations

import pytest

from web.session.row_trim import MAX_FIELDS, MAX_TEXT, brief

LONG = "x" * (MAX_TEXT + 1)
CUT = "x" * MAX_TEXT + "…"
FIELDS = [["name", "value"]] * MAX_FIELDS


@pytest.mark.parametrize(
    ("row", "short"),
    [
        pytest.param(
            {"text": "Hi", "n": 1, "none": None}, {"text": "Hi", "n": 1, "none": None}, id="a short row stays"
        ),
        pytest.param({"text": LONG}, {"text": CUT, "is_cut": True}, id="a long text is cut and marked"),
        pytest.param(
            {"request": {"target": LONG}}, {"request": {"target": CUT}, "is_cut": True}, id="also one that lies deeper"
        ),
        pytest.param(
            {"request": {"headers": [*FIELDS, ["one", "more"]]}},
            {"request": {"headers": FIELDS}, "is_cut": True},
            id="of too many fields the first are shown",
        ),
        pytest.param(
            {"headers": [["cookie", LONG]]}, {"headers": [["cookie", CUT]], "is_cut": True}, id="a long field"
        ),
    ],
)
def test_rows_are_bounded(row: dict[str, object], short: dict[str, object]) -> None:
    assert brief(row) == short


def test_the_row_itself_is_left_alone() -> None:
    row = {"headers": [["cookie", LONG]]}
    brief(row)
    assert row == {"headers": [["cookie", LONG]]}
