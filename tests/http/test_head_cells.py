"""Many heads split at once, held against the parser of a single head."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from inspector.http.head import FIELD_LIMIT, Head, parse_head
from inspector.http.head_cells import HeadCells, head_cells
from inspector.tables.text_cells import Cells, cells_of

REGULAR = {
    "a request": b"GET /rooms/417?floor=4 HTTP/1.1\r\nHost: a\r\nAccept:*/*\r\n\r\n",
    "a response": b"HTTP/1.1 200 OK\r\nContent-Length:   5  \r\n\r\n",
    "a reason with spaces": b"HTTP/1.0 404 Not  Found \r\n\r\n",
    "no reason, with its space": b"HTTP/1.1 204 \r\n\r\n",
    "no reason": b"HTTP/1.1 204\r\n\r\n",
    "no fields": b"OPTIONS * HTTP/1.1\r\n\r\n",
    "quotes and backslashes": b'GET /"\\ HTTP/1.1\r\nETag: "\\"\r\n\r\n',
    "a field without a name, and one without a value": b"GET / HTTP/1.1\r\n: x\r\ny:\r\n\r\n",
    "bytes after it": b"GET / HTTP/1.1\r\n\r\nno: field",
}

IRREGULAR = {
    "a bare LF": b"GET / HTTP/1.1\nHost: a\r\n\r\n",
    "a folded field": b"GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n",
    "a byte beyond ASCII": b"GET /\xfc HTTP/1.1\r\n\r\n",
    "a tab": b"GET / HTTP/1.1\r\nA:\tb\r\n\r\n",
    "two spaces": b"GET  / HTTP/1.1\r\n\r\n",
    "no version": b"GET /\r\n\r\n",
    "a line without a colon": b"GET / HTTP/1.1\r\nA\r\n\r\n",
    "a space before the colon": b"GET / HTTP/1.1\r\nA : b\r\n\r\n",
    "no empty line": b"GET / HTTP/1.1\r\nA: b\r\n",
    "a method like HTTP": b"HTTP /x HTTP/1.1\r\n\r\n",
    "a status with a zero first": b"HTTP/1.1 007 Bond\r\n\r\n",
    "four digits": b"HTTP/1.1 2000 OK\r\n\r\n",
    "too many fields": b"GET / HTTP/1.1\r\n" + b"a:b\r\n" * (FIELD_LIMIT + 1) + b"\r\n",
    "nothing": b"",
}


def parts_of(cells: HeadCells, i: int) -> tuple[str, str, str, list[list[str]]]:
    def text(some: Cells) -> str:
        return some.data[some.starts[i] : some.ends[i]].tobytes().decode()

    return text(cells.version), text(cells.first), text(cells.second), json.loads(text(cells.fields))


def parts_of_head(head: Head) -> tuple[str, str, str, list[list[str]]]:
    first, second = (head.method, head.target) if head.status is None else (str(head.status), head.reason)
    return head.version, first, second, [list(field) for field in head.fields]


@pytest.mark.parametrize("raw", REGULAR.values(), ids=REGULAR)
def test_a_regular_head_is_split_as_the_parser_does(raw: bytes) -> None:
    cells = head_cells(cells_of([b"", raw, b"x"]), b", ")
    assert cells.is_regular.tolist() == [False, True, False]
    assert parts_of(cells, 1) == parts_of_head(parse_head(raw))


@pytest.mark.parametrize("raw", IRREGULAR.values(), ids=IRREGULAR)
def test_any_other_head_is_left_to_the_parser(raw: bytes) -> None:
    assert head_cells(cells_of([raw]), b", ").is_regular.tolist() == [False]


@given(
    st.lists(
        st.lists(st.sampled_from([*b'GETHTP/1.0 29:;"\\\r\n\t\x7f\xe9', b"\r\n", b"HTTP/1.1", b" 200 ", b"A: b\r\n"]))
        .map(lambda pieces: b"".join(p if isinstance(p, bytes) else bytes([p]) for p in pieces))
        .flatmap(lambda rest: st.sampled_from([b"", b"GET / HTTP/1.1\r\n", b"HTTP/1.1 "]).map(lambda head: head + rest))
    )
)
@example([b"GET / HTTP/1.1\r\n\r\n", b"\n", b"HTTP/1.1 200 OK\r\nA: b\r\n\r\n"])
def test_whatever_is_split_is_split_as_the_parser_does(heads: list[bytes]) -> None:
    cells = head_cells(cells_of(heads), b", ")
    for i in np.flatnonzero(cells.is_regular).tolist():
        assert parts_of(cells, i) == parts_of_head(parse_head(heads[i]))


@pytest.mark.parametrize(("comma", "fields"), [(b", ", b'[["A", "b"], ["C", "d"]]'), (b",", b'[["A","b"],["C","d"]]')])
def test_fields_are_json_with_the_separator_asked_for(comma: bytes, fields: bytes) -> None:
    cells = head_cells(cells_of([b"GET / HTTP/1.1\r\nA: b\r\nC: d\r\n\r\n"]), comma).fields
    assert cells.data[cells.starts[0] : cells.ends[0]].tobytes() == fields
