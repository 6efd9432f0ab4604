"""Requests and responses paired first in, first out."""

from __future__ import annotations

import pytest

from inspector.http.exchanges import Exchanges
from inspector.tables.table import Table

GET, HEAD = 0, 1


def rows(table: Table) -> list[tuple[int, int, int]]:
    return list(zip(*(table[name].tolist() for name in ("request", "response", "informational")), strict=True))


def test_answers_go_to_the_oldest_request_and_tell_its_method() -> None:
    table = Table("exchanges")
    exchanges = Exchanges(table)
    assert exchanges.ask(0, 10, HEAD, 1) == 0
    assert exchanges.ask(0, 11, GET, 2) == 1 * 4 + 1
    assert exchanges.inform(0) == 0 * 8 + HEAD * 2
    assert exchanges.answer(0, 12, 3) == 0 * 8 + HEAD * 2
    assert exchanges.answer(0, 13, 4) == 1 * 8
    assert exchanges.answer(0, 14, 5) == 2 * 8 + 1
    exchanges.settle()
    assert rows(table) == [(10, 12, 1), (11, 13, 0), (-1, 14, 0)]


def test_connections_have_queues_of_their_own() -> None:
    table = Table("exchanges")
    exchanges = Exchanges(table)
    exchanges.ask(7, 10, GET, 1)
    exchanges.ask(8, 11, GET, 2)
    assert exchanges.answer(8, 12, 3) >> 3 == 1
    assert exchanges.unanswered(7) == 1
    assert exchanges.request_of(0) == exchanges.waiting_request(7) == exchanges.waiting(7, 0) == 10
    exchanges.forget(7)
    assert exchanges.unanswered(7) == 0
    assert exchanges.waiting_request(7) == -1
    exchanges.settle()
    assert table["connection"].tolist() == [7, 8]


@pytest.mark.parametrize(("responses", "answered"), [(16, 0), (17, 1)], ids=["as many as are remembered", "one more"])
def test_a_late_request_finds_its_response_among_the_latest(responses: int, answered: int) -> None:
    table = Table("exchanges")
    exchanges = Exchanges(table)
    for number in range(responses):
        exchanges.answer(0, 100 + number, 10 + number)
    exchanges.ask(0, 99, GET, 1)
    exchanges.settle()
    assert rows(table)[answered] == (99, 100 + answered, 0)


def test_so_many_requests_wait_for_their_responses() -> None:
    exchanges = Exchanges(Table("exchanges"))
    told = [exchanges.ask(0, number, GET, number) % 4 for number in range(1003)]
    assert told == [0, *[1] * 999, 2, 1, 1]
    assert exchanges.unanswered(0) == 1000


def test_after_a_loss_the_newest_request_is_answered_unless_the_client_pipelines() -> None:
    exchanges = Exchanges(Table("exchanges"))
    for message in range(3):
        exchanges.ask(0, message, GET, message)
    assert exchanges.pass_over(0, -1) == 2
    assert exchanges.answer(0, 9, 9) >> 3 == 2
    for message in range(4):
        exchanges.ask(1, message, GET, message)
    exchanges.answer(1, 9, 9)
    assert exchanges.pass_over(1, -1) == 0
    assert exchanges.answer(1, 9, 9) >> 3 == 4


def test_after_a_loss_the_request_that_is_sure_to_be_answered_is() -> None:
    exchanges = Exchanges(Table("exchanges"))
    for message in range(3):
        exchanges.ask(0, message, GET, message)
    assert exchanges.pass_over(0, 1) == 1
    assert exchanges.answer(0, 9, 9) >> 3 == 1
    assert exchanges.waiting(0, 0) == 2


def test_a_request_whose_packet_is_older_than_an_orphan_response_belongs_to_it() -> None:
    table = Table("exchanges")
    exchanges = Exchanges(table)
    exchanges.answer(0, 20, packet=50)
    assert exchanges.ask(0, 21, GET, packet=40) == 0 * 4 + 3
    assert exchanges.response_of(0) == 20
    exchanges.answer(0, 22, packet=60)
    assert exchanges.ask(0, 23, GET, packet=70) == 2 * 4
    exchanges.settle()
    assert rows(table) == [(21, 20, 0), (-1, 22, 0), (23, -1, 0)]


def test_the_table_may_grow_at_any_time() -> None:
    table = Table("exchanges")
    exchanges = Exchanges(table)
    for message in range(300):
        exchanges.ask(message, message, GET, message)
    exchanges.settle()
    assert table["request"].tolist() == list(range(300))
