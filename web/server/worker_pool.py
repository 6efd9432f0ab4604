"""A bounded pool of worker threads that handle the requests from the acceptor."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable

WORKERS = 48
"""Maximum number of worker threads: feeds can occupy 32 of them; the rest are for all other requests."""

BACKLOG = 256
"""Maximum number of requests that wait for a worker; further ones are rejected."""

IDLE_SECONDS = 30.0
"""Idle time after which a worker thread exits."""

log = logging.getLogger(__name__)


class WorkerPool:
    """Runs jobs on at most `workers` daemon threads, started when needed."""

    def __init__(self, workers: int = WORKERS, backlog: int = BACKLOG) -> None:
        self._workers = workers
        self._backlog = backlog
        self._jobs: deque[Callable[[], None]] = deque()
        self._changed = threading.Condition()
        self._threads = 0
        self._idle = 0

    def submit(self, job: Callable[[], None]) -> bool:
        """Schedule `job`; return False if too many jobs are already waiting."""
        with self._changed:
            if len(self._jobs) >= self._backlog:
                return False
            self._jobs.append(job)
            if len(self._jobs) <= self._idle:
                self._changed.notify()
            elif self._threads < self._workers:
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
        """Return the job that has waited longest, or None if no job came for so long that the thread should exit."""
        with self._changed:
            while not self._jobs:
                self._idle += 1
                was_called = self._changed.wait(IDLE_SECONDS)
                self._idle -= 1
                if not was_called and not self._jobs:
                    self._threads -= 1
                    return None
            return self._jobs.popleft()
