"""The log of deltas: numbered, bounded, read by each client at its own pace."""

from __future__ import annotations

import threading

import pytest

from web.session.delta_log import DeltaLog, LogClosed


def test_a_reader_gets_the_deltas_behind_its_number_in_order() -> None:
    deltas = DeltaLog()
    for text in ("one", "two", "three"):
        deltas.add(text)
    assert deltas.after(0, 0) == (3, ["one", "two", "three"])
    assert deltas.after(2, 0) == (3, ["three"])


def test_nothing_new_is_an_empty_list_after_the_wait() -> None:
    deltas = DeltaLog()
    deltas.add("one")
    assert deltas.after(1, 0.01) == (1, [])


def test_a_waiting_reader_wakes_with_the_next_delta() -> None:
    deltas = DeltaLog()
    threading.Timer(0.02, deltas.add, ("late",)).start()
    assert deltas.after(0, 10) == (1, ["late"])


@pytest.mark.parametrize(
    "deltas",
    [
        pytest.param(DeltaLog(max_deltas=3), id="when more deltas came than are kept"),
        pytest.param(DeltaLog(max_bytes=3), id="when more bytes came than are kept"),
    ],
)
def test_who_lags_too_far_is_told_to_resync(deltas: DeltaLog) -> None:
    for text in "abcd":
        deltas.add(text)
    assert deltas.after(0, 0) == (4, None)
    assert deltas.after(1, 0) == (4, ["b", "c", "d"])


def test_a_delta_longer_than_the_tape_makes_everybody_resync() -> None:
    deltas = DeltaLog(max_bytes=3)
    deltas.add("long text")
    assert deltas.after(0, 0) == (1, None)


def test_the_end_is_told_once_all_is_read() -> None:
    deltas = DeltaLog()
    deltas.add("last")
    deltas.close()
    assert deltas.after(0, 10) == (1, ["last"])
    with pytest.raises(LogClosed):
        deltas.after(1, 10)
