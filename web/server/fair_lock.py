"""A lock whose holders take turns."""

from __future__ import annotations

import threading
from types import TracebackType


class FairLock:
    """Like `threading.Lock`, but a waiting thread gets the lock before the thread that released it last.

    The engine locks the tables for one batch after another without a pause. With an ordinary lock, a request for a few
    rows of a big file could wait until the whole file has been read.
    """

    def __init__(self) -> None:
        self._next = threading.Lock()
        self._now = threading.Lock()

    def __enter__(self) -> None:
        with self._next:
            self._now.acquire()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._now.release()
