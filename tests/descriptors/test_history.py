from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.descriptors import history as ledger_module
from inspector.descriptors.history import Closed, Opened, Role
from inspector.tables.table import Direction
from inspector.tcp.states import State
from tests.descriptors.craft import CAFE, LOCAL, REMOTE, VISITOR, Book, call, gone, seen

ENDS = {"local": LOCAL, "remote": REMOTE}
BACK = {"local": REMOTE, "remote": LOCAL}


def test_a_life_from_accept_to_close() -> None:
    book = Book().take(call("accept", 10, 7, 55, **ENDS), call("close", 20, 7, 55))
    assert book.lives() == [(CAFE, 7, 10, 20)]
    assert book.tokens["opened_by"][0] == Opened.ACCEPT
    assert book.tokens["closed_by"][0] == Closed.CLOSE
    assert book.tokens["role"][0] == Role.SERVER
    assert book.text("process", 0) == "p100"


def test_a_name_that_a_process_takes_later_is_given_to_all_its_tokens() -> None:
    book = Book().take(seen(1, "LISTEN", 5, [[CAFE, "python", 3]]), call("accept", 2, 7, 55, **ENDS))
    book.take(seen(3, "LISTEN", 5, [[CAFE, "python", 3]]))
    assert [book.text("process", row) for row in range(2)] == ["p100", "p100"]


def test_a_number_is_used_again_for_another_socket() -> None:
    book = Book().take(*(call(*one) for one in (("socket", 1, 3, 9), ("close", 2, 3, 9), ("socket", 3, 3, 10))))
    assert book.lives() == [(CAFE, 3, 1, 2), (CAFE, 3, 3, -1)]


def test_the_same_number_in_two_processes_is_two_tokens() -> None:
    book = Book().take(call("socket", 1, 3, 9), call("socket", 2, 3, 10, pid=VISITOR), call("close", 3, 3, 9))
    assert book.lives() == [(CAFE, 3, 1, 3), (VISITOR, 3, 2, -1)]


def test_a_poll_that_is_quicker_than_the_program_finds_the_same_token() -> None:
    holders = [[CAFE, "cafe", 7]]
    book = Book().take(seen(12, "ESTABLISHED", 55, holders), call("accept", 10, 7, 55, **ENDS))
    assert book.lives() == [(CAFE, 7, 10, -1)]
    assert book.tokens["opened_by"][0] == Opened.ACCEPT
    assert book.kernel["token"].tolist() == [0]


def test_a_poll_that_is_late_does_not_open_a_closed_token_again() -> None:
    book = Book().take(call("accept", 10, 7, 55, **ENDS), call("close", 20, 7, 55))
    book.take(seen(19, "ESTABLISHED", 55, [[CAFE, "cafe", 7]]))
    assert book.lives() == [(CAFE, 7, 10, 20)]


def test_a_close_that_is_told_late_sets_the_time_right() -> None:
    book = Book().take(call("accept", 10, 7, 55, **ENDS), seen(11, "ESTABLISHED", 55, [[CAFE, "cafe", 7]]))
    book.take(seen(30, "FIN-WAIT-2"))
    assert book.lives() == [(CAFE, 7, 10, 30)]
    assert book.tokens["closed_by"][0] == Closed.SEEN
    book.take(call("close", 20, 7, 55))
    assert book.lives() == [(CAFE, 7, 10, 20)]


def test_a_number_handed_out_again_ends_a_life_whose_close_nobody_told() -> None:
    book = Book().take(call("socket", 1, 3, 9), call("socket", 5, 3, 10))
    assert book.lives() == [(CAFE, 3, 1, 5), (CAFE, 3, 5, -1)]
    assert book.tokens["closed_by"][0] == Closed.REPLACED


def test_a_socket_whose_holder_is_not_seen_closes_no_token() -> None:
    book = Book().take(call("accept", 10, 7, 55, **ENDS), seen(11, "ESTABLISHED", 55, [[CAFE, "cafe", 7]]))
    book.take(seen(12, "ESTABLISHED", 55, []))
    assert book.lives() == [(CAFE, 7, 10, -1)]
    assert book.kernel["token"].tolist() == [0, 0], "by its inode it is known all the same"


@pytest.mark.parametrize("holders", [[[CAFE, "cafe", 3]], []], ids=["its holder seen", "by its inode alone"])
def test_a_socket_that_the_kernel_says_listens_is_a_door(holders: list[list[Any]]) -> None:
    book = Book().take(call("socket", 1, 3, 50), seen(2, "LISTEN", 50, holders, remote="0.0.0.0:0"))
    assert book.tokens["role"].tolist() == [Role.LISTENER]
    assert (book.tokens["local_port"][0], book.tokens["remote_port"][0]) == (8000, 0)


def test_an_end_that_the_kernel_lists_no_more_is_closed() -> None:
    book = Book().take(seen(1, "ESTABLISHED", 55, [[CAFE, "cafe", 7]]), gone(9))
    assert book.lives() == [(CAFE, 7, 1, 9)]
    assert book.kernel["is_listed"].tolist() == [1, 0]
    assert book.kernel["state"][1] == State.CLOSED


def test_the_diary_names_a_token_until_it_forgets_it() -> None:
    book = Book().take(call("accept", 10, 7, 55, **ENDS), call("name", 11, 7, 55, name="Zoë"))
    assert (book.text("name", 0), book.tokens["named_ns"][0], book.tokens["forgotten_ns"][0]) == ("Zoë", 11, -1)
    book.take(call("close", 20, 7, 55), call("accept", 21, 7, 56, **ENDS), call("forget", 22, 7, 55))
    assert book.tokens["forgotten_ns"].tolist() == [22, -1]


def test_reports_before_the_packets_wait_for_them() -> None:
    book = Book().take(
        call("connect", 9, 3, 44, pid=VISITOR, **BACK), call("accept", 12, 7, 55, **ENDS), seen(13, "ESTABLISHED", 55)
    )
    assert book.tokens["connection"].tolist() == [-1, -1]
    before = book.descriptor_history.revision
    book.take()
    assert book.descriptor_history.revision == before, "as long as nothing comes in, nothing changes"
    row = book.connect(10, 30)
    book.take()
    assert book.tokens["connection"].tolist() == [row, row]
    assert book.tokens["direction"].tolist() == [0, 1]
    assert (book.kernel["connection"][0], book.kernel["direction"][0]) == (row, 1)
    assert book.descriptor_history.revision > before


HOUR = 3_600_000_000_000


def test_ports_that_are_used_again_are_told_apart_by_time() -> None:
    book = Book()
    first, second = book.connect(10, 20, is_over=True), book.connect(HOUR, HOUR + 20)
    book.take(
        call("accept", 12, 7, 55, **ENDS),
        call("close", 18, 7, 55),
        call("connect", HOUR - 1, 3, 66, pid=VISITOR, **BACK),
        call("accept", HOUR + 2, 7, 77, **ENDS),
        seen(19, "TIME-WAIT"),
        seen(HOUR + 3, "ESTABLISHED", 77),
    )
    assert book.tokens["connection"].tolist() == [first, second, second]
    assert book.kernel["connection"].tolist() == [first, second]


def test_an_open_end_is_not_given_to_a_connection_that_was_over_before() -> None:
    book = Book()
    book.connect(10, 20, is_over=True)
    book.take(seen(HOUR, "ESTABLISHED", 77))
    assert book.kernel["connection"].tolist() == [-1]
    again = book.connect(HOUR - 5, HOUR + 5)
    book.take()
    assert book.kernel["connection"].tolist() == [again]


def test_a_connection_older_than_the_capture_is_found() -> None:
    book = Book()
    row = book.connect(100, 200, isn_known=2)
    book.take(seen(50, "ESTABLISHED", 77, [[CAFE, "cafe", 7]]))
    assert book.tokens["connection"].tolist() == [row]
    assert book.tokens["role"].tolist() == [Role.SERVER]


def test_figures_are_kept_where_there_are_any() -> None:
    figures = {"rtt_us": 41, "congestion_window": 10, "pacing_rate": 5_000_000_000}
    book = Book().take(seen(1, "ESTABLISHED", 5, figures=figures), seen(2, "TIME-WAIT"))
    assert book.kernel["has_figures"].tolist() == [1, 0]
    assert (book.kernel["rtt_us"][0], book.kernel["pacing_rate"][0]) == (41, 5_000_000_000)


def test_what_is_reported_without_end_is_kept_within_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger_module, "MAX_ROWS", 10)
    monkeypatch.setattr(ledger_module, "MAX_WAITING", 3)
    book = Book().take(*(call("accept", at, at, at, **ENDS) for at in range(100)))
    assert len(book.tokens) == 10
    assert len(book.descriptor_history._waiting) == 3


PLAY = [
    call("accept", 10, 7, 55, **ENDS),
    seen(11, "ESTABLISHED", 55, [[CAFE, "cafe", 7]]),
    call("name", 12, 7, 55, name="Alice"),
    call("close", 20, 7, 55),
    seen(21, "FIN-WAIT-2"),
    call("accept", 30, 7, 56, **ENDS),
]


@given(st.integers())
def test_in_whatever_order_reports_come_the_times_told_by_programs_hold(seed: int) -> None:
    shuffled = random.Random(seed).sample(PLAY, len(PLAY))
    book = Book().take(*shuffled)
    assert sorted(one[2] for one in book.lives()) == [10, 30]
    first = book.tokens["opened_ns"].tolist().index(10)
    assert (book.tokens["inode"][first], book.text("name", first)) == (55, "Alice")
    assert book.tokens["closed_ns"][first] == 20


FIGURES = {"rtt_us": 80, "rtt_variation_us": 9, "least_rtt_us": 7, "congestion_window": 10, "retransmissions": 0}


def test_what_the_kernel_said_when_the_token_was_given_back_is_a_word_of_its_own() -> None:
    book = Book()
    book.connect(5, 30)
    book.take(call("accept", 10, 7, 55, **ENDS), call("close", 20, 7, 55, state="CLOSE-WAIT", figures=FIGURES))
    assert len(book.kernel) == 1
    told = {name: int(book.kernel[name][0]) for name in ("time_ns", "state", "token", "connection", "rtt_us")}
    assert told == {"time_ns": 20, "state": State.CLOSE_WAIT, "token": 0, "connection": 0, "rtt_us": 80}
    assert book.lives() == [(CAFE, 7, 10, 20)]


def test_a_socket_that_was_never_connected_has_no_last_word() -> None:
    book = Book().take(call("socket", 10, 7, 55), call("close", 20, 7, 55, state="SYN-SENT", figures=FIGURES))
    assert len(book.kernel) == 0


def test_an_end_that_asks_belongs_to_the_connection_whose_first_packet_comes_by_a_little_later() -> None:
    book = Book()
    row = book.connect(20_000_000, 30_000_000)
    book.take(seen(10, "SYN-SENT", local=REMOTE, remote=LOCAL))
    assert book.kernel["connection"].tolist() == [row]


def test_an_attempt_long_before_belongs_to_another_connection() -> None:
    book = Book()
    book.connect(5_000_000_000, 6_000_000_000)
    book.take(seen(10, "SYN-SENT", local=REMOTE, remote=LOCAL))
    assert book.kernel["connection"].tolist() == [-1]


def test_two_that_ask_each_other_at_once_hold_one_connection() -> None:
    book = Book()
    row = book.connect(1_000, 30_000_000)
    book.take(call("connect", 900, 3, 9, pid=VISITOR, **BACK), call("connect", 950, 3, 10, **ENDS))
    assert book.tokens["connection"].tolist() == [row, row]
    assert book.tokens["direction"].tolist() == [Direction.CLIENT, Direction.SERVER]
