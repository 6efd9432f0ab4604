"""A session: the capture that is shown, the thread that advances it, and the deltas for its pages.

Only the engine thread writes the tables and the log of deltas. All other threads read the tables inside `reading()`.
"""

from __future__ import annotations

import json
import logging
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from inspector.engine.capture import Capture
from inspector.engine.read_options import USUAL, ReadOptions
from inspector.live.ended_processes import Troubles
from inspector.query.display_filter import DisplayFilter
from inspector.query.row_order import RowOrder
from web.server.fair_lock import FairLock
from web.session.delta_log import DeltaLog
from web.session.shown_capture import ShownCapture
from web.session.status import State, Statistics

if TYPE_CHECKING:
    from inspector.lab.demo.controller import Lab
    from inspector.query.time_range import Span

TICK_SECONDS = 0.1
"""Minimum time between two deltas."""

IDLE_SECONDS = 0.03
"""Interval at which the engine looks for new packets."""

BUSY_SHARE = 4
"""Making deltas takes at most 1/BUSY_SHARE of the engine's time; if they take longer, they are made less often."""

LONGEST_TICK_SECONDS = 0.5
"""Maximum time between two deltas, so that a page never seems to hang."""

log = logging.getLogger(__name__)


class Session:
    """Shows one capture at a time, from `start` to `stop`; `home` is the one that it started with.

    Every capture is read with `options`.
    """

    def __init__(self, home: ShownCapture, options: ReadOptions = USUAL) -> None:
        self.options = options
        self.deltas = DeltaLog()
        self.home = home
        self._shown = home
        self._number = 0
        self._ended: ShownCapture | None = None
        self._next_tick = 0.0
        self._has_news = False
        self._display_filter = DisplayFilter(home.capture)
        self._row_order = RowOrder(home.capture)
        self._lock = FairLock()
        self._stopping = False
        self._nudge = threading.Event()
        self._thread = threading.Thread(target=self._run, name="engine", daemon=True)

    @classmethod
    def of_file(
        cls,
        path: str | os.PathLike[str],
        is_over: Callable[[], bool] | None = None,
        notes: Sequence[str] = (),
        options: ReadOptions = USUAL,
    ) -> Session:
        """A session for a saved capture, shown while it is loaded (see `ShownCapture.of_file`). Raises NotACapture."""
        return cls(ShownCapture.of_file(path, is_over=is_over, notes=notes, options=options), options)

    @classmethod
    def of_replay(cls, path: str | os.PathLike[str], speed: float = 1.0, options: ReadOptions = USUAL) -> Session:
        """A session that replays a saved capture at `speed` times its original speed. Raises NotACapture."""
        return cls(ShownCapture.of_replay(path, speed, options), options)

    @classmethod
    def of_spool(
        cls,
        path: str | os.PathLike[str],
        interface: str,
        statistics: Statistics,
        lab: Lab | None = None,
        troubles: Troubles = tuple,
        options: ReadOptions = USUAL,
    ) -> Session:
        """A session for a live capture, or for the demo if `lab` is given (see `ShownCapture.of_spool`). Raises
        NotACapture.
        """
        return cls(ShownCapture.of_spool(path, interface, statistics, lab, troubles, options=options), options)

    @property
    def lab(self) -> Lab | None:
        """The demo, whose actions can be run while its capture is shown; None otherwise."""
        return self._shown.lab

    @property
    def is_at_home(self) -> bool:
        """Whether the session shows the capture that it started with."""
        return self._shown is self.home

    def start(self) -> None:
        """Start the thread that advances the capture."""
        self._thread.start()

    def stop(self) -> None:
        """Stop the engine, notify the pages, and close the captures."""
        self._stopping = True
        self._nudge.set()
        if self._thread.is_alive():
            self._thread.join()
        self.deltas.close()
        with self._lock:
            for shown in {self._shown, self.home}:
                shown.close()

    def show(self, shown: ShownCapture) -> None:
        """Show another capture. The one shown before is closed, unless it is `home`, which can be shown again."""
        with self._lock:
            before, self._shown = self._shown, shown
            self._number += 1
            self._ended = None
            if before not in (self.home, shown):
                before.close()
        self._nudge.set()

    def pause(self) -> bool:
        """Stop advancing the capture; a live capture is still recorded. Return False if nothing is running."""
        return self._change(State.RUNNING, State.PAUSED)

    def resume(self) -> bool:
        """Continue after `pause`; return False if the session is not paused."""
        return self._change(State.PAUSED, State.RUNNING)

    def halt(self) -> bool:
        """End the live capture that is shown; return False if there is none that can be ended."""
        with self._lock:
            shown = self._shown
            can_halt = bool(shown.describe()["capture"]["can_stop"])
        if can_halt and shown.halt is not None:
            shown.halt()  # waits until everything is written; without the lock, so that others can read the tables
            with self._lock:
                shown.halted()
            self._nudge.set()
        return can_halt

    def noted(self) -> None:
        """Tell all pages that a note on a packet has changed."""
        with self._lock:
            self._shown.noted()
            self._has_news = True
        self._nudge.set()

    def _change(self, before: State, after: State) -> bool:
        with self._lock:
            is_possible = self._shown.change(before, after)
        self._nudge.set()
        return is_possible

    @contextmanager
    def reading(self) -> Iterator[Capture]:
        """Provide the capture, which does not change until the context ends."""
        with self._lock:
            capture = self._shown.capture
            known = len(capture.notes)
            yield capture
            if len(capture.notes) > known:  # a reader found that bytes of the file are gone
                self._has_news = True
                self._nudge.set()

    def extent(self) -> Span | None:
        """The time range of the capture (see `ShownCapture.extent`); use it only inside `reading`."""
        return self._shown.extent()

    def display_filter(self, capture: Capture) -> DisplayFilter:
        """Return the display filter, which finds rows of the capture by words; use it only inside `reading`."""
        if not self._display_filter.is_of(capture):
            self._display_filter = DisplayFilter(capture)
        return self._display_filter

    def row_order(self, capture: Capture) -> RowOrder:
        """Return what sorts rows of the capture; use it only inside `reading`."""
        if not self._row_order.is_of(capture):
            self._row_order = RowOrder(capture)
        return self._row_order

    def snapshot(self) -> dict[str, Any]:
        """The data that a page starts with: the state, the newest rows, and the `rev` after which the next delta comes.

        The number `showing` changes whenever another capture is shown; a page then discards everything it has.
        """
        with self._lock:
            return {"rev": self.deltas.rev, "showing": self._number, **self._shown.snapshot()}

    def _run(self) -> None:
        shown = self._shown
        while not self._stopping:
            if shown is not self._shown:
                shown = self._shown
                self._tell({"resync": True})
            worked = self._work()
            if not worked:
                is_over = shown.state is State.ENDED and not self._has_news
                self._nudge.wait(None if is_over else IDLE_SECONDS)
                self._nudge.clear()

    def _work(self) -> bool:
        """Advance by one step and report it; return whether there is more to do at once."""
        try:
            with self._lock:
                shown = self._shown
                worked = shown.step()
            self._tick(shown)
        except Exception as error:
            log.exception("the engine failed")
            worked = False
            with self._lock:
                shown.end(f"The analysis stopped: {error}. The results up to here are still shown.")
        if shown.state is State.ENDED and self._ended is not shown:
            self._ended = shown
            with self._lock:
                told = shown.describe()
            self._tell({**told, "resync": True})
        return worked

    def _tick(self, shown: ShownCapture) -> None:
        """Append a delta to the log if it is time for one and something has changed."""
        started = time.monotonic()
        if started < self._next_tick:
            return
        worked = time.thread_time()  # excludes the time that other threads and programs take
        with self._lock:
            is_told = shown is self._shown and (shown is not self._ended or self._has_news)
            delta = shown.delta() if is_told else {}
            self._has_news = False
        if delta:
            self._tell(delta)
        spent = time.thread_time() - worked
        self._next_tick = started + min(max(TICK_SECONDS, BUSY_SHARE * spent), LONGEST_TICK_SECONDS)

    def _tell(self, delta: dict[str, Any]) -> None:
        self.deltas.add(json.dumps({"rev": self.deltas.rev + 1, **delta}, separators=(",", ":")))
