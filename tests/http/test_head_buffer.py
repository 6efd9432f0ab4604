"""Heads that straddle pieces: how much of a piece belongs to them."""

from __future__ import annotations

from inspector.http.head_buffer import LIMIT, HeldHead


def test_the_start_line_comes_first_and_then_the_rest_of_the_head() -> None:
    held = HeldHead()
    assert held.gather(b"GET / HT") == 8
    assert held.gather(b"TP/1.1\r\nHost: x\r\n") == 8
    held.has_start_line = True
    assert held.gather(b"Host: x\r\n\r") == 10
    assert not held.is_whole
    assert held.gather(b"\nbody") == 1
    assert held.is_whole
    assert bytes(held.buffer) == b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


def test_a_head_without_fields_ends_behind_its_start_line() -> None:
    held = HeldHead()
    held.gather(b"GET / HTTP/1.1\r\n")
    held.has_start_line = True
    assert held.gather(b"\r") == 1
    assert held.gather(b"\nGET") == 1
    assert held.is_whole


def test_too_much_is_too_long() -> None:
    held = HeldHead()
    held.has_start_line = True
    held.gather(b"x" * LIMIT)
    assert not held.is_too_long
    held.gather(b"x")
    assert held.is_too_long


def test_a_start_line_that_is_cut_off_gets_an_end_only_when_it_can_be_told() -> None:
    for said, readable in (
        (b"GET /index.ht", b"GET /index.ht HTTP/0.0\r\n"),
        (b"HTTP/1.1 200 O", b"HTTP/1.1 200 O\r\n"),
        (b"EHLO exam", b"EHLO exam"),
        (b"HTTP/1.1 2", b"HTTP/1.1 2"),
    ):
        held = HeldHead()
        held.gather(said)
        assert bytes(held.readable()) == readable
