"""The bounded pool of workers."""

from __future__ import annotations

import logging
import threading

import pytest

from tests.waiting import PATIENCE_SECONDS
from web.server.worker_pool import BACKLOG, WORKERS, WorkerPool


def void(_: object) -> None:
    """Jobs return nothing."""


def test_jobs_run_at_the_same_time_up_to_the_limit() -> None:
    pool = WorkerPool(workers=3)
    meeting = threading.Barrier(4, timeout=PATIENCE_SECONDS)
    for _ in range(3):
        assert pool.submit(lambda: void(meeting.wait()))
    meeting.wait()


def test_what_does_not_fit_is_refused() -> None:
    pool = WorkerPool(workers=1, backlog=1)
    is_working, may_end = threading.Event(), threading.Event()

    def hold() -> None:
        is_working.set()
        may_end.wait(PATIENCE_SECONDS)

    assert pool.submit(hold)
    assert is_working.wait(PATIENCE_SECONDS)
    assert pool.submit(lambda: None)
    assert not pool.submit(lambda: None)
    may_end.set()


def test_so_many_requests_are_handled_and_so_many_wait() -> None:
    pool = WorkerPool()
    meeting = threading.Barrier(WORKERS + 1, timeout=PATIENCE_SECONDS)
    may_end = threading.Event()
    done = threading.Semaphore(0)

    def hold() -> None:
        meeting.wait()
        may_end.wait(PATIENCE_SECONDS)

    for _ in range(WORKERS):
        assert pool.submit(hold)
    meeting.wait()
    accepted = [pool.submit(done.release) for _ in range(BACKLOG + 1)]
    assert accepted == [True] * BACKLOG + [False]
    assert not done.acquire(blocking=False)
    may_end.set()
    for _ in range(BACKLOG):
        assert done.acquire(timeout=PATIENCE_SECONDS)
    assert pool.submit(done.release)


def test_never_more_threads_than_workers() -> None:
    before = threading.active_count()
    pool = WorkerPool(workers=2)
    done = threading.Semaphore(0)
    for _ in range(50):
        pool.submit(done.release)
    for _ in range(50):
        assert done.acquire(timeout=PATIENCE_SECONDS)
    assert threading.active_count() <= before + 2


def test_a_job_that_fails_is_logged_and_its_worker_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    pool = WorkerPool(workers=1)
    done = threading.Event()
    with caplog.at_level(logging.ERROR, "web.server.worker_pool"):
        pool.submit(lambda: void(1 // 0))
        pool.submit(done.set)
        assert done.wait(PATIENCE_SECONDS)
    assert "ZeroDivisionError" in caplog.text


def test_an_idle_worker_goes_home_and_a_new_one_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.server.worker_pool.IDLE_SECONDS", 0.01)
    pool = WorkerPool(workers=1)
    worker: list[threading.Thread] = []
    done = threading.Event()
    pool.submit(lambda: worker.append(threading.current_thread()))
    while not worker:
        pass
    worker[0].join(PATIENCE_SECONDS)
    assert not worker[0].is_alive()
    pool.submit(done.set)
    assert done.wait(PATIENCE_SECONDS)
