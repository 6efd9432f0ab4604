"""The tape of deltas: numbered, bounded, read at everybody's own pace."""

from __future__ import annotations

import threading

import pytest

from web.session.delta_log import Tape, TapeClosed


def test_a_reader_gets_the_deltas_behind_its_number_in_order() -> None:
    tape = Tape()
    for text in ("one", "two", "three"):
        tape.add(text)
    assert tape.after(0, 0) == (3, ["one", "two", "three"])
    assert tape.after(2, 0) == (3, ["three"])


def test_nothing_new_is_an_empty_list_after_the_wait() -> None:
    tape = Tape()
    tape.add("one")
    assert tape.after(1, 0.01) == (1, [])


def test_a_waiting_reader_wakes_with_the_next_delta() -> None:
    tape = Tape()
    threading.Timer(0.02, tape.add, ("late",)).start()
    assert tape.after(0, 10) == (1, ["late"])


@pytest.mark.parametrize(
    "tape",
    [
        pytest.param(Tape(max_deltas=3), id="when more deltas came than are kept"),
        pytest.param(Tape(max_bytes=3), id="when more bytes came than are kept"),
    ],
)
def test_who_lags_too_far_is_told_to_resync(tape: Tape) -> None:
    for text in "abcd":
        tape.add(text)
    assert tape.after(0, 0) == (4, None)
    assert tape.after(1, 0) == (4, ["b", "c", "d"])


def test_a_delta_longer_than_the_tape_makes_everybody_resync() -> None:
    tape = Tape(max_bytes=3)
    tape.add("long text")
    assert tape.after(0, 0) == (1, None)


def test_the_end_is_told_once_all_is_read() -> None:
    tape = Tape()
    tape.add("last")
    tape.close()
    assert tape.after(0, 10) == (1, ["last"])
    with pytest.raises(TapeClosed):
        tape.after(1, 10)
