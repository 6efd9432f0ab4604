"""Columns as text: what is written is what Python's json and csv write of the same values."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import inspector
from inspector.engine.capture import Capture
from inspector.query.waits import waits
from inspector.views import rows, story
from inspector.views.columns import (
    COMPACT,
    FORMULA,
    LOOSE,
    Columns,
    Numbers,
    Texts,
    Words,
    csv_rows,
    flattened,
    json_rows,
    records,
)
from inspector.views.wait_rows import wait_columns

CAPTURES = Path(__file__).parents[2] / "captures"
NAMES = ("demo", "chat", "chunked", "expect-continue", "fragments", "loss-fast", "half-open", "polling-and-push")
RECORDINGS = [CAPTURES / f"{name}.pcapng" for name in NAMES]


def tables(capture: Capture) -> dict[str, Columns]:
    """All tables of a capture."""
    found = {name: build(capture) for name, build in rows.COLUMNS.items()}
    of_waits = waits(capture)
    return found | {
        "events": rows.event_columns(capture, story.events(capture)),
        "waits": wait_columns(capture, of_waits, np.arange(len(of_waits.table))),
    }


def csv_of(columns: Columns) -> str:
    """The rows as the csv module writes them."""
    out = io.StringIO()
    lines = zip(*(column.tolist() for column in flattened(columns).values()), strict=True)
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerows([cell(value) for value in line] for line in lines)
    return out.getvalue().replace("\r\n", "\n")


def cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f"'{value}" if value.startswith(FORMULA) else value
    if isinstance(value, list):
        return " ".join(value) if all(isinstance(item, str) for item in value) else json.dumps(value)
    return value


@pytest.mark.parametrize("recording", RECORDINGS, ids=lambda path: path.stem)
def test_json_and_csv_are_as_pythons_own_modules_write_them(recording: Path) -> None:
    with inspector.open(recording) as capture:
        for name, columns in tables(capture).items():
            for separators in (LOOSE, COMPACT):
                expected = "".join(json.dumps(row, separators=separators) + "\n" for row in records(columns))
                assert json_rows(columns, separators, b"\n").data.tobytes().decode() == expected, name
            assert csv_rows(flattened(columns)).data.tobytes().decode() == csv_of(columns), name


def test_texts_with_line_ends_quotes_and_formulas_are_one_field_each() -> None:
    values = ["a\nb", 'say "hi"', "=1+1", "-", "", None, "ü, ö"]
    columns: Columns = {"id": Numbers(np.arange(len(values))), "text": Texts(values)}
    assert csv_rows(columns).data.tobytes().decode() == csv_of(columns)
    assert [json.loads(line)["text"] for line in json_rows(columns, LOOSE, b"\n").data.tobytes().splitlines()] == values


def test_an_empty_value_alone_in_its_line_is_still_a_row() -> None:
    assert csv_rows({"text": Texts(["", "a", None])}).data.tobytes() == b'""\na\n""\n'
    assert csv_rows({"n": Numbers(np.array([1, 2]), np.array([True, False]))}).data.tobytes() == b'1\n""\n'


def test_words_count_from_the_end_for_negative_codes_and_are_null_where_not_known() -> None:
    words = Words(np.array([0, -1, 1], np.int8), ("a", "b", None))
    assert words.tolist() == ["a", None, "b"]
    assert words.where(np.array([True, True, False])).tolist() == ["a", None, None]
    assert Words(np.array([1, 0], np.uint8), ("a", "b")).where(np.array([False, True])).tolist() == [None, "a"]


def test_lists_of_words_are_lists_of_their_own() -> None:
    first, second = Words(np.array([0, 0]), (["SYN"],), "texts").tolist()
    first.append("ACK")
    assert second == ["SYN"]


def test_numbers_beyond_63_bits_are_written_whole() -> None:
    columns: Columns = {"n": Numbers(np.array([2**64 - 1, 1], np.uint64), np.array([True, False]))}
    assert json_rows(columns, LOOSE).data.tobytes() == b'{"n": 18446744073709551615}{"n": null}'
