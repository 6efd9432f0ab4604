"""Outcomes of connections: no more than their packets prove."""

from __future__ import annotations

import pytest

from inspector.query.outcomes import Outcome, established, is_open, outcomes, silent_ends
from inspector.tables.table import Direction
from tests.tcp.play import Play

Line = tuple[str, str, int, int, bytes]


def c(flags: str, seq: int, ack: int = 0, data: bytes = b"") -> Line:
    return "c", flags, seq, ack, data


def s(flags: str, seq: int, ack: int = 0, data: bytes = b"") -> Line:
    return "s", flags, seq, ack, data


OPENED = [c("S", 99), s("SA", 299, 100), c("A", 100, 300)]
MIDWAY = [c("PA", 100, 300, b"hi"), s("PA", 300, 102, b"yes")]


def played(lines: list[Line]) -> Play:
    play = Play()
    for who, flags, seq, ack, data in lines:
        (play.client if who == "c" else play.server)(flags, data, seq=seq, ack=ack)
    return play.run()


@pytest.mark.parametrize(
    ("lines", "outcome"),
    [
        pytest.param(OPENED, Outcome.OPEN, id="open"),
        pytest.param(OPENED[:2], Outcome.OPENING, id="answered"),
        pytest.param([*OPENED, c("FA", 100, 300)], Outcome.CLOSING, id="one FIN"),
        pytest.param([*OPENED, c("FA", 100, 300), s("FA", 300, 101)], Outcome.CLOSED, id="two FINs"),
        pytest.param(OPENED[:1], Outcome.UNANSWERED, id="a SYN alone"),
        pytest.param([*OPENED[:1], c("F", 100)], Outcome.UNANSWERED, id="SYN and FIN alone"),
        pytest.param([*OPENED[:1], s("RA", 0, 100)], Outcome.REFUSED, id="a SYN that a RST answers"),
        pytest.param(
            [*OPENED, s("R", 300), c("R", 100)], Outcome.RESET, id="an open one without a byte, reset from both ends"
        ),
        pytest.param([*OPENED, s("FA", 300, 100), c("RA", 100, 301)], Outcome.RESET, id="a RST for a FIN"),
        pytest.param([*OPENED, s("R", 9_000_000)], Outcome.OPEN, id="a RST that its receiver must drop"),
        pytest.param(
            [*OPENED, s("R", 300), s("PA", 300, 100, b"on"), c("A", 100, 302)],
            Outcome.OPEN,
            id="a RST whose sender goes on",
        ),
        pytest.param(
            [*OPENED, s("R", 9_000_000), c("FA", 100, 300), s("FA", 300, 101), c("A", 101, 301)],
            Outcome.CLOSED,
            id="closed after a RST that was dropped",
        ),
        pytest.param(
            [*OPENED, c("FA", 100, 300), s("FA", 300, 101), c("A", 101, 301), s("R", 301)],
            Outcome.CLOSED,
            id="a RST behind both FINs",
        ),
        pytest.param([*MIDWAY, s("R", 303)], Outcome.RESET, id="reset, captured mid-stream"),
        pytest.param([*MIDWAY, c("FA", 102, 303)], Outcome.CLOSING, id="one FIN, captured mid-stream"),
        pytest.param([c("A", 100, 300), s("R", 300)], Outcome.STRAY, id="an ACK scan"),
        pytest.param([c("F", 100), s("RA", 0, 101)], Outcome.STRAY, id="a FIN scan"),
        pytest.param([c("FPU", 100), s("RA", 0, 101)], Outcome.STRAY, id="a Xmas scan"),
        pytest.param([c("A", 100, 300)], Outcome.HALF_SEEN, id="one end goes on, the other was not captured"),
        pytest.param(
            [s("SA", 299, 100), s("A", 300, 102), s("FA", 300, 102), s("A", 301, 103)],
            Outcome.HALF_SEEN_CLOSED,
            id="a server that was captured alone closes",
        ),
    ],
)
def test_what_became_of_it(lines: list[Line], outcome: Outcome) -> None:
    table = played(lines).connections
    assert [Outcome(value) for value in outcomes(table).tolist()] == [outcome]
    assert is_open(table).tolist() == [outcome in (Outcome.OPEN, Outcome.OPENING, Outcome.CLOSING, Outcome.HALF_SEEN)]


@pytest.mark.parametrize(
    ("lines", "was"),
    [
        pytest.param(OPENED, True, id="a whole handshake"),
        pytest.param([*OPENED, s("R", 300), c("R", 100)], True, id="reset after its handshake"),
        pytest.param(MIDWAY, True, id="captured mid-stream"),
        pytest.param([c("A", 100, 300)], True, id="one end goes on, the other was not captured"),
        pytest.param([*MIDWAY[1:], s("R", 303)], True, id="one end goes on and resets it, the other was not captured"),
        pytest.param(OPENED[:2], False, id="being opened"),
        pytest.param(OPENED[:1], False, id="a SYN alone"),
        pytest.param([*OPENED[:1], s("RA", 0, 100)], False, id="refused"),
        pytest.param([c("A", 100, 300), s("R", 300)], False, id="an ACK scan"),
        pytest.param([*OPENED[:2], c("R", 100)], False, id="given up before an ACK"),
    ],
)
def test_which_were_established(lines: list[Line], was: bool) -> None:
    assert established(played(lines).connections).tolist() == [was]


@pytest.mark.parametrize(
    ("lines", "end"),
    [(OPENED[:1], Direction.SERVER), (MIDWAY[1:], Direction.CLIENT), (OPENED, -1)],
    ids=["the server", "the client", "neither"],
)
def test_from_which_end_nothing_was_captured(lines: list[Line], end: int) -> None:
    assert silent_ends(played(lines).connections).tolist() == [end]


@pytest.mark.parametrize(
    ("more", "by"),
    [
        pytest.param([s("FA", 300, 100), c("RA", 100, 301)], Direction.CLIENT, id="for a FIN"),
        pytest.param([s("R", 300), c("R", 100)], Direction.SERVER, id="the first of two"),
        pytest.param([s("R", 300), s("PA", 300, 100, b"on"), c("R", 100)], Direction.CLIENT, id="not one in vain"),
        pytest.param([s("R", 9_000_000)], -1, id="not one that must be dropped"),
    ],
)
def test_who_reset_it(more: list[Line], by: int) -> None:
    assert played([*OPENED, *more]).connections["reset_by"].tolist() == [by]


def test_a_fin_stays_the_first_when_a_reset_behind_it_was_in_vain() -> None:
    lines = [*OPENED, s("FA", 300, 100), s("R", 301), s("A", 301, 100), c("A", 100, 301)]
    assert played(lines).connections["closed_by"].tolist() == [Direction.SERVER]
