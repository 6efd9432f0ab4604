"""Facts about file descriptors: the lowest free number is allocated, and one closes before its connection does."""

from __future__ import annotations

import random
from types import SimpleNamespace
from typing import Any

import pytest

from inspector.tables.table import Direction, Table
from inspector.views.sockets.lessons import _gone_while_closing, _with_a_higher_one
from tests.descriptors.craft import Book, call


def found(book: Book) -> list[tuple[int, int]]:
    rows = sorted(range(len(book.tokens)), key=lambda row: int(book.tokens["opened_ns"][row]))
    return list(_with_a_higher_one(book.tokens, rows))


def test_a_lower_number_beside_a_higher_one_is_found_with_the_next_higher() -> None:
    book = Book().take(call("socket", 1, 9, 50), call("socket", 2, 7, 51), call("socket", 3, 3, 52))
    assert found(book) == [(1, 0), (2, 1)]


def test_a_higher_one_that_was_given_back_before_counts_no_more() -> None:
    book = Book().take(call("socket", 1, 9, 50), call("close", 2, 9, 50), call("socket", 3, 3, 52))
    assert found(book) == []


def test_numbers_in_rising_order_are_nothing_to_wonder_at() -> None:
    assert found(Book().take(*(call("socket", at, at, at) for at in range(3, 20)))) == []


def test_it_is_what_a_look_at_every_pair_finds() -> None:
    dice = random.Random(3)
    book, free, held = Book(), set(range(3, 40)), set[int]()
    for at in range(1, 400):
        if held and dice.random() < 0.45:
            fd = dice.choice(sorted(held))
            held.remove(fd)
            free.add(fd)
            book.take(call("close", at, fd, fd))
        else:
            fd = min(free)
            free.remove(fd)
            held.add(fd)
            book.take(call("socket", at, fd, fd))
    fds, opened, closed = (book.tokens[name].tolist() for name in ("fd", "opened_ns", "closed_ns"))
    rows = range(len(fds))
    expected = {
        row
        for row in rows
        if any(
            fds[other] > fds[row] and opened[other] < opened[row] and (closed[other] < 0 or closed[other] > opened[row])
            for other in rows
        )
    }
    assert {row for row, _ in found(book)} == expected != set()


@pytest.mark.parametrize(("reset_by", "count"), [(-1, 1), (Direction.SERVER, 1), (Direction.CLIENT, 0)])
def test_an_end_that_has_reset_its_connection_does_not_go_on_closing(
    monkeypatch: pytest.MonkeyPatch, reset_by: int, count: int
) -> None:
    monkeypatch.setattr("inspector.views.sockets.lessons._sent_after", lambda *_: 0)
    book = Book().take(call("socket", 1, 3, 50), call("close", 5, 3, 50))
    book.tokens["connection"][0], book.tokens["direction"][0] = 0, Direction.CLIENT
    connections = Table("connections")
    connections.reserve(1)
    connections.rows = 1
    for name, value in {"closed_by": Direction.CLIENT, "reset_by": reset_by, "end_ns": 10**18}.items():
        connections[name][0] = value
    capture: Any = SimpleNamespace(tokens=book.tokens, connections=connections)
    assert len(list(_gone_while_closing(capture))) == count
