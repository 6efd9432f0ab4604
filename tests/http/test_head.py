"""Heads as text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.http.head import FIELD_LIMIT, parse_fields, parse_head


def test_a_request() -> None:
    head = parse_head(b"GET /a?b=c HTTP/1.1\r\nHost: example\r\nAccept:  a , b \r\nACCEPT: c\r\n\r\n")
    assert (head.method, head.target, head.version, head.status, head.reason) == ("GET", "/a?b=c", "HTTP/1.1", None, "")
    assert head.fields == [("Host", "example"), ("Accept", "a , b"), ("ACCEPT", "c")]
    assert head.values("accept") == ["a , b", "c"]
    assert head.tokens("Accept") == ["a", "b", "c"]
    assert head.tokens("Missing") == []


def test_a_response() -> None:
    head = parse_head(b"HTTP/1.1 404 Not Found at all\r\nX:\r\n\r\n")
    assert (head.method, head.target, head.status, head.reason) == ("", "", 404, "Not Found at all")
    assert head.fields == [("X", "")]


START_LINES = {
    b"GET  HTTP/1.1\r\n\r\n": ("GET", "", "HTTP/1.1"),
    b"GET HTTP/1.1\r\n\r\n": ("GET", "", "HTTP/1.1"),
    b"GET /a b HTTP/1.1\r\n\r\n": ("GET", "/a b", "HTTP/1.1"),
    b"GET   /a   HTTP/1.1\n\n": ("GET", "/a", "HTTP/1.1"),
    b"GET /a\r\n": ("GET", "/a", "HTTP/0.9"),
    b"GET /a\r\nHost: b\r\n\r\n": ("GET", "/a", ""),
    b"GET /index.ht": ("GET", "/index.ht", ""),
    b"GET /index.html HT": ("GET", "/index.html", "HT"),
    b"GET /\xe4 HTTP/1.1\r\n\r\n": ("GET", "/\u00e4", "HTTP/1.1"),
    b"GET / HTTP/1.0.8\r\nHost: a\r\n\r\n": ("GET", "/", "HTTP/1.0.8"),
    b"GET /a HTTP 1.1\r\nHost: a\r\n\r\n": ("GET", "/a", "HTTP 1.1"),
    b"GET\t/a\tHTTP/1.1 \r\n\r\n": ("GET", "/a", "HTTP/1.1"),
    b"OPTIONS\r\nHost: a\r\n\r\n": ("OPTIONS", "", ""),
    b"GET /a 1.1\r\nHost: a\r\n\r\n": ("GET", "/a", "1.1"),
    b"": ("", "", "HTTP/0.9"),
}


@pytest.mark.parametrize(("raw", "expected"), START_LINES.items(), ids=map(repr, START_LINES))
def test_odd_request_lines_have_a_reading(raw: bytes, expected: tuple[str, str, str]) -> None:
    head = parse_head(raw)
    assert (head.method, head.target, head.version) == expected


STATUS_LINES = {
    b"HTTP/1.1 000 X\r\n\r\n": (0, "X", "000 X"),
    b"HTTP/1.1 2000 X\r\n\r\n": (None, "2000 X", "2000 X"),
    b"HTTP/1.1\r\n\r\n": (None, "", "response without a status"),
    b"HTTP/1.1 200OK\r\n\r\n": (200, "OK", "200 OK"),
    b"HTTP 200 OK\r\n\r\n": (200, "OK", "200 OK"),
}


@pytest.mark.parametrize(("raw", "expected"), STATUS_LINES.items(), ids=map(repr, STATUS_LINES))
def test_odd_status_lines_have_a_reading(raw: bytes, expected: tuple[int | None, str, str]) -> None:
    head = parse_head(raw)
    assert (head.status, head.reason, head.status_and_reason) == expected
    assert head.method == ""


def test_a_response_without_reason_or_with_a_cut_line() -> None:
    assert parse_head(b"HTTP/1.1 200\r\n\r\n").status == 200
    assert parse_head(b"HTTP/1.1 200 O").status == 200


def test_folded_lines_are_joined_and_lines_without_colon_kept() -> None:
    assert parse_fields(["A: 1", "  2", "\t3 ", "no colon", "B : 4", "", "C: 5"]) == [
        ("A", "1 2 3"),
        ("", "no colon"),
        ("B", "4"),
    ]


def test_a_flood_of_fields_is_cut() -> None:
    assert len(parse_fields(["a: b"] * 5000)) == FIELD_LIMIT


@given(st.binary(max_size=300))
def test_no_bytes_make_it_fail(raw: bytes) -> None:
    parse_head(raw)
    parse_head(b"GET / HTTP/1.1\r\n" + raw)
