"""The bounded crew of workers."""

from __future__ import annotations

import logging
import threading

import pytest

from web.server.worker_pool import Crew


def void(_: object) -> None:
    """Jobs return nothing."""


def test_jobs_run_at_the_same_time_up_to_the_limit() -> None:
    crew = Crew(workers=3)
    meeting = threading.Barrier(4, timeout=10)
    for _ in range(3):
        assert crew.submit(lambda: void(meeting.wait()))
    meeting.wait()


def test_what_does_not_fit_is_refused() -> None:
    crew = Crew(workers=1, backlog=1)
    is_working, may_end = threading.Event(), threading.Event()

    def hold() -> None:
        is_working.set()
        may_end.wait(10)

    assert crew.submit(hold)
    assert is_working.wait(10)
    assert crew.submit(lambda: None)
    assert not crew.submit(lambda: None)
    may_end.set()


def test_never_more_threads_than_workers() -> None:
    before = threading.active_count()
    crew = Crew(workers=2)
    done = threading.Semaphore(0)
    for _ in range(50):
        crew.submit(done.release)
    for _ in range(50):
        assert done.acquire(timeout=10)
    assert threading.active_count() <= before + 2


def test_a_job_that_fails_is_logged_and_its_worker_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    crew = Crew(workers=1)
    done = threading.Event()
    with caplog.at_level(logging.ERROR, "web.server.worker_pool"):
        crew.submit(lambda: void(1 // 0))
        crew.submit(done.set)
        assert done.wait(10)
    assert "ZeroDivisionError" in caplog.text


def test_an_idle_worker_goes_home_and_a_new_one_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.server.worker_pool.IDLE_SECONDS", 0.01)
    crew = Crew(workers=1)
    worker: list[threading.Thread] = []
    done = threading.Event()
    crew.submit(lambda: worker.append(threading.current_thread()))
    while not worker:
        pass
    worker[0].join(10)
    assert not worker[0].is_alive()
    crew.submit(done.set)
    assert done.wait(10)
