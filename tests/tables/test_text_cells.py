"""Cells and rows of text, held against Python's own csv and json."""

from __future__ import annotations

import csv
import io
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.tables.text_cells import (
    Cells,
    Digits,
    cells_of,
    chosen_of,
    csv_fields,
    joined,
    json_strings,
    masked,
    replaced,
)

ENDS_OF_RANGE = [0, 9, 10, -1, -9, -10, 99, 100, 10**18, 10**18 - 1, 2**63 - 1, -(2**63), 1 - 2**63]


def texts(cells: Cells) -> list[bytes]:
    data = cells.data.tobytes()
    return [data[start:end] for start, end in zip(cells.starts.tolist(), cells.ends.tolist(), strict=True)]


def numbers(values: list[int]) -> list[bytes]:
    return texts(joined([Digits(np.array(values, np.int64), None, b"")], len(values)))


@pytest.mark.parametrize("value", ENDS_OF_RANGE)
def test_numbers_have_all_their_digits(value: int) -> None:
    assert numbers([value, 7]) == [str(value).encode(), b"7"]


@given(st.lists(st.integers(-(2**63), 2**63 - 1)))
def test_numbers_are_as_python_writes_them(values: list[int]) -> None:
    assert numbers(values) == [str(value).encode() for value in values]


@given(st.lists(st.tuples(st.binary(max_size=5), st.integers(-1000, 1000), st.booleans())))
def test_rows_are_all_parts_one_after_the_other(rows: list[tuple[bytes, int, bool]]) -> None:
    words, values, known = (list(column) for column in zip(*rows, strict=True)) if rows else ([], [], [])
    cells, mask = cells_of(words), np.array(known, bool)
    digits = Digits(np.array(values, np.int64), mask, b"null")
    found = joined([b"<", cells, b"|", digits, masked(cells, mask, b"-"), b">"], len(rows))
    expected = [
        b"<%b|%b%b>" % (word, b"%d" % value if one else b"null", word if one else b"-") for word, value, one in rows
    ]
    assert texts(found) == expected
    assert found.data.tobytes() == b"".join(expected)


def test_a_part_without_a_column_is_repeated() -> None:
    assert texts(joined([b"a", b"b"], 3)) == [b"ab"] * 3


def test_a_cell_outside_its_data_is_an_error_and_never_other_memory() -> None:
    for start, end in ((0, 4), (-1, 2), (2, 1)):
        with pytest.raises(IndexError):
            joined([Cells(np.zeros(3, np.uint8), np.array([start]), np.array([end]))], 1)


def test_some_cells_are_replaced_and_few_words_are_chosen() -> None:
    assert texts(replaced(cells_of([b"a", b"b", b"c"]), np.array([1]), [b"new"])) == [b"a", b"new", b"c"]
    assert texts(chosen_of([b"x", b"yy"], np.array([1, 0, 1]))) == [b"yy", b"x", b"yy"]


@given(st.lists(st.text(st.characters(min_codepoint=32, max_codepoint=126))))
def test_json_strings_are_as_json_writes_them(values: list[str]) -> None:
    found = json_strings(cells_of([value.encode() for value in values]))
    assert texts(found) == [json.dumps(value).encode() for value in values]


@given(st.lists(st.text('a ,"\r\n=+-@\tü', max_size=6), min_size=1))
def test_csv_fields_are_read_back_and_no_spreadsheet_takes_them_for_formulas(values: list[str]) -> None:
    fields = texts(csv_fields(cells_of([value.encode() for value in values]), is_captured=True))
    (read,) = csv.reader(io.StringIO(b",".join([b"first", *fields]).decode(), newline=""), strict=True)
    assert read[1:] == [f"'{value}" if value[:1] in set("=+-@\t\r") else value for value in values]


@given(st.text('a ,"\r\nb', min_size=1, max_size=6))
def test_only_fields_that_need_quotes_have_them(value: str) -> None:
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow([value, "x"])
    assert texts(csv_fields(cells_of([value.encode()])))[0].decode() + ",x\r\n" == line.getvalue()
