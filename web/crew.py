"""A bounded crew of worker threads for the requests that the door lets in."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable

WORKERS = 48
"""Threads that answer requests: 32 can be held by feeds, the rest are for everything else."""

BACKLOG = 256
"""Requests that may wait for a worker; one more is told to come back."""

IDLE_SECONDS = 30.0
"""A worker with nothing to do for so long goes home."""

log = logging.getLogger(__name__)


class Crew:
    """Runs jobs on at most `workers` daemon threads, started when needed."""

    def __init__(self, workers: int = WORKERS, backlog: int = BACKLOG) -> None:
        self._workers = workers
        self._jobs: queue.Queue[Callable[[], None]] = queue.Queue(backlog)
        self._lock = threading.Lock()
        self._threads = 0
        self._idle = 0

    def submit(self, job: Callable[[], None]) -> bool:
        """Have `job` run soon; False when too much waits already."""
        try:
            self._jobs.put_nowait(job)
        except queue.Full:
            return False
        with self._lock:
            if self._jobs.qsize() > self._idle and self._threads < self._workers:
                self._threads += 1
                threading.Thread(target=self._work, name="dashboard-worker", daemon=True).start()
        return True

    def _work(self) -> None:
        while (job := self._next()) is not None:
            try:
                job()
            except Exception:
                log.exception("a request failed outside the application")

    def _next(self) -> Callable[[], None] | None:
        with self._lock:
            self._idle += 1
        try:
            job = self._jobs.get(timeout=IDLE_SECONDS)
        except queue.Empty:
            job = None
        with self._lock:
            self._idle -= 1
            if job is None and not self._jobs.empty():
                job = self._jobs.get_nowait()  # one came in while this thread was leaving
            if job is None:
                self._threads -= 1
        return job
