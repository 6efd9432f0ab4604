"""The lock whose holders take turns."""

from __future__ import annotations

import threading

from web.server.fair_lock import FairLock


def test_one_holder_at_a_time() -> None:
    turns, inside, most = FairLock(), [], []

    def work() -> None:
        for _ in range(200):
            with turns:
                inside.append(1)
                most.append(len(inside))
                inside.pop()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert max(most) == 1


def test_a_reader_gets_in_between_two_batches_of_a_busy_engine() -> None:
    turns, is_read, batches = FairLock(), threading.Event(), 0
    is_busy = threading.Event()

    def read() -> None:
        is_busy.wait()
        with turns:
            is_read.set()

    reader = threading.Thread(target=read)
    reader.start()
    while not is_read.is_set() and batches < 10_000:
        with turns:
            is_busy.set()
            sum(range(20_000))  # a batch: it holds the lock nearly all the time
            batches += 1
    reader.join()
    assert is_read.is_set()
    assert batches < 500


def test_an_error_inside_gives_the_turn_back() -> None:
    turns = FairLock()
    try:
        with turns:
            raise ValueError
    except ValueError:
        pass
    with turns:
        pass
