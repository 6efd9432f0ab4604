"""Polling: the same request at regular intervals, not merely a frequent request."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from inspector.compare import polling
from inspector.compare.comparison import Findings
from inspector.compare.delivery_methods import Kind
from inspector.compare.polling import is_paced
from tests.compare.conftest import Write
from tests.compare.traffic import POLLS, Connection, Wire

MS = 1_000_000
EVEN = (0, 200, 400, 600, 800)


def asked(at: Sequence[int], bodies: Sequence[bytes], method: str = "GET", keep: bool = False) -> Write:
    """One client sends the same request at these times and gets these responses, on one connection or on one each."""

    def write(wire: Wire) -> None:
        connection = Connection(wire, 50000) if keep else None
        for i, (ms, body) in enumerate(zip(at, bodies, strict=True)):
            wire.until(ms)
            each = connection or Connection(wire, 50001 + i)
            each.request(f"{method} /news?n={i}")
            each.respond(body)
            if connection is None:
                each.close()
        Connection(wire, 60000)

    return write


@pytest.mark.parametrize(
    ("write", "kind"),
    [
        pytest.param(asked(EVEN, [b"old"] * 5), Kind.POLLING, id="a clock, and nothing new"),
        pytest.param(asked(EVEN, [b"old"] * 5, keep=True), Kind.POLLING, id="on a connection that is kept"),
        pytest.param(asked(EVEN, [b""] * 5), Kind.POLLING, id="answers without content"),
        pytest.param(asked(EVEN, [b"1", b"2", b"3", b"4", b"5"]), Kind.CLOSED, id="every answer is new"),
        pytest.param(asked((0, 30, 400, 420, 900), [b"old"] * 5), Kind.CLOSED, id="at no pace"),
        pytest.param(asked((0, 2, 4, 6, 8), [b"old"] * 5), Kind.CLOSED, id="as fast as it goes"),
        pytest.param(asked(EVEN[:3], [b"old"] * 3), Kind.CLOSED, id="three times only"),
        pytest.param(asked(EVEN, [b"old"] * 5, "POST"), Kind.CLOSED, id="another method"),
    ],
)
def test_polling_is_told_from_asking_often(measured: Callable[[Write], Findings], write: Write, kind: Kind) -> None:
    assert int(measured(write).kinds[0]) == kind


def test_what_an_answer_brings_is_new_when_the_one_before_did_not_hold_it(five: Findings) -> None:
    assert len(five.polls.request) == POLLS
    assert np.flatnonzero(five.polls.is_new).tolist() == [0, 2, 6, 10]
    assert set(five.polls.series.tolist()) == {0}


@pytest.mark.parametrize(
    ("times_ms", "paced"),
    [
        pytest.param((0, 100, 200, 300), True, id="to the millisecond"),
        pytest.param((0, 60, 190, 300), True, id="within a factor of two"),
        pytest.param((0, 100, 200, 300, 1300), True, id="one pause longer"),
        pytest.param((0, 100, 1100, 1110), False, id="here and there"),
        pytest.param((0, 1, 2, 3), False, id="too fast for a clock"),
    ],
)
def test_a_pace_is_even_and_slow_enough(times_ms: Sequence[int], paced: bool) -> None:
    assert is_paced(np.array(times_ms, np.int64) * MS) is paced


@pytest.mark.parametrize(
    ("limit", "count"),
    [({}, 5), ({"MOST_REQUESTS": 4}, 4), ({"MOST_REQUESTS": 3}, 0), ({"MOST_ANSWERS": 4}, 4)],
    ids=str,
)
def test_so_many_requests_and_responses_are_examined(
    measured: Callable[[Write], Findings], monkeypatch: pytest.MonkeyPatch, limit: dict[str, int], count: int
) -> None:
    for name, value in limit.items():
        monkeypatch.setattr(polling, name, value)
    polls = measured(asked(EVEN, [b"old"] * 5)).polls
    assert len(polls.request) == count
    if "MOST_REQUESTS" in limit and count:
        assert polls.is_new.tolist() == [True, False, False, False]


@pytest.mark.parametrize(("limit", "is_new"), [(5, False), (6, True)])
def test_bodies_are_compared_up_to_a_limit(
    measured: Callable[[Write], Findings], monkeypatch: pytest.MonkeyPatch, limit: int, is_new: bool
) -> None:
    monkeypatch.setattr(polling, "BODY_BYTES", limit)
    bodies = [b"same 1", b"same 1", b"same 1", b"same 2", b"same 2"]
    assert measured(asked(EVEN, bodies)).polls.is_new.tolist() == [True, False, False, is_new, False]


@pytest.mark.parametrize(("limit", "count"), [(len("GET /news"), 5), (len("GET /news1"), 0)])
def test_heads_are_compared_up_to_a_limit(
    measured: Callable[[Write], Findings], monkeypatch: pytest.MonkeyPatch, limit: int, count: int
) -> None:
    def write(wire: Wire) -> None:
        for i, ms in enumerate(EVEN):
            wire.until(ms)
            connection = Connection(wire, 50001 + i)
            connection.request(f"GET /news{i}")
            connection.respond(b"old")

    monkeypatch.setattr(polling, "HEAD_BYTES", limit)
    assert len(measured(write).polls.request) == count
