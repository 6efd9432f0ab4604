"""A session: one capture on show, the thread that advances it, and what its pages are told.

The engine thread alone writes the tables and the tape. Everybody else reads the tables within `reading()`.
"""

from __future__ import annotations

import json
import logging
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from inspector import rows
from inspector.capture import Capture
from inspector.sources.files import open_packets
from web.brief import brief
from web.overview import Overview, Source, State, Statistics, Trouble, describe_demo
from web.pace import AsItGrows, AsItHappened, AtOnce, Pace
from web.tape import Tape
from web.turns import Turns
from web.watch import WATCHED, Watch

if TYPE_CHECKING:
    from inspector.lab.lab import Lab

TICK_SECONDS = 0.1
"""Shortest time between two deltas."""

IDLE_SECONDS = 0.05
"""How soon an idle engine looks for new packets."""

BUSY_SHARE = 4
"""Making deltas may take one part in so many of the engine's time; when they cost more, they come less often."""

LONGEST_TICK_SECONDS = 0.5
"""But never so seldom that a page seems to hang."""

DELTA_ROWS = 200
SNAPSHOT_ROWS = 500
"""Rows of a table, the newest, that a delta and a snapshot carry. Pages fetch the others by range."""

MAX_LIVE_PACKETS = 10_000_000
"""Packets of a live capture that are shown: about 1.2 GB of tables. The recording goes on."""

log = logging.getLogger(__name__)


class Session:
    """Shows `capture`, advancing it at `pace`, from `start` to `stop`."""

    def __init__(
        self,
        capture: Capture,
        pace: Pace,
        source: Source,
        overview: Overview | None = None,
        lab: Lab | None = None,
        trouble: Trouble = lambda: None,
    ) -> None:
        self.tape = Tape()
        self.lab = lab
        self._capture = capture
        self._pace = pace
        self._is_live = source in (Source.LIVE, Source.DEMO)
        self._trouble = trouble
        self._overview = overview or Overview(capture, source)
        self._watch = Watch(capture)
        self._state = State.LOADING if source is Source.FILE else State.RUNNING
        self._notes: list[str] = []
        self._told: dict[str, Any] = {}
        self._next_tick = 0.0
        self._turns = Turns()
        self._stopping = False
        self._nudge = threading.Event()
        self._thread = threading.Thread(target=self._run, name="engine", daemon=True)

    @classmethod
    def of_file(cls, path: str | os.PathLike[str]) -> Session:
        """A saved capture, on show while it is loaded. Raises NotACapture."""
        return cls(Capture(open_packets(path)), AtOnce(), Source.FILE)

    @classmethod
    def of_replay(cls, path: str | os.PathLike[str], speed: float = 1.0) -> Session:
        """A saved capture, shown as it once happened, `speed` times as fast. Raises NotACapture."""
        return cls(Capture(open_packets(path)), AsItHappened(path, speed), Source.REPLAY)

    @classmethod
    def of_spool(
        cls,
        path: str | os.PathLike[str],
        interface: str,
        statistics: Statistics,
        lab: Lab | None = None,
        trouble: Trouble = lambda: None,
    ) -> Session:
        """A live capture: the file `path`, which a capture process is writing. Raises NotACapture.

        Args:
            interface: the name of what is captured.
            statistics: asked for the kernel's counts so far.
            lab: the demo whose actions the page offers; the source is then "demo".
            trouble: asked for the sentence that says why the capture process has ended, None while it has not.
        """
        capture = Capture(open_packets(path))
        source = Source.LIVE if lab is None else Source.DEMO
        return cls(capture, AsItGrows(), source, Overview(capture, source, interface, statistics), lab, trouble)

    def start(self) -> None:
        """Begin to advance the capture."""
        self._thread.start()

    def stop(self) -> None:
        """End the engine, tell the pages, and close the capture."""
        self._stopping = True
        self._nudge.set()
        if self._thread.is_alive():
            self._thread.join()
        self.tape.close()
        with self._turns:
            self._capture.close()

    def pause(self) -> bool:
        """Stop advancing; a live capture is still recorded. False when nothing is running."""
        return self._change(State.RUNNING, State.PAUSED)

    def resume(self) -> bool:
        """Go on after `pause`; False when not paused."""
        return self._change(State.PAUSED, State.RUNNING)

    def _change(self, before: State, after: State) -> bool:
        with self._turns:
            is_possible = self._state is before
            if is_possible:
                self._state = after
        self._nudge.set()
        return is_possible

    @contextmanager
    def reading(self) -> Iterator[Capture]:
        """The capture, held still."""
        with self._turns:
            yield self._capture

    def snapshot(self) -> dict[str, Any]:
        """What a page begins with: the state, the newest rows, and the rev that the next delta follows."""
        with self._turns:
            return {
                "rev": self.tape.rev,
                "capture": self._overview.describe(self._state, self._notes),
                "lengths": self._overview.lengths(),
                "demo": describe_demo(self.lab),
                **{name: self._rows(name, slice(-SNAPSHOT_ROWS, None)) for name in WATCHED},
            }

    def _run(self) -> None:
        try:
            while not self._stopping and self._state is not State.ENDED:
                worked = self._step()
                self._tick()
                if not worked:
                    self._nudge.wait(IDLE_SECONDS)
                    self._nudge.clear()
        except Exception as error:
            log.exception("the engine failed")
            self._end(f"The analysis stopped: {error}. What is shown up to here is right.")
        with self._turns:
            capture = self._overview.describe(self._state, self._notes)
        self._tell({"capture": capture, "lengths": self._overview.lengths(), "resync": True})

    def _step(self) -> bool:
        """Let the capture advance; whether it did."""
        with self._turns:
            if self._state is State.PAUSED:
                self._pace.hold()
                return False
            trouble = self._trouble()  # asked first: what was captured before it is read after it
            packets = self._pace.step(self._capture)
            if packets is None or (trouble and not packets):
                self._capture.finish()
                self._end(*([trouble] if trouble else []))
            elif self._is_live and len(self._capture.packets) >= MAX_LIVE_PACKETS:
                self._end(f"Stopped showing after {MAX_LIVE_PACKETS:,} packets; the recording holds the rest.")
            return bool(packets)

    def _end(self, *notes: str) -> None:
        self._notes += notes
        self._state = State.ENDED

    def _tick(self) -> None:
        """Put a delta on the tape, if it is time and there is news."""
        started = time.monotonic()
        if started < self._next_tick:
            return
        delta = self._delta()
        if delta:
            self._tell(delta)
        spent = time.monotonic() - started
        self._next_tick = started + min(max(TICK_SECONDS, BUSY_SHARE * spent), LONGEST_TICK_SECONDS)

    def _tell(self, delta: dict[str, Any]) -> None:
        self.tape.add(json.dumps({"rev": self.tape.rev + 1, **delta}, separators=(",", ":")))

    def _delta(self) -> dict[str, Any]:
        """What changed since the last delta; empty when nothing did."""
        with self._turns:
            now = self._overview.describe(self._state, self._notes)
            news = {key: value for key, value in now.items() if self._told.get(key, self) != value}
            self._told = now
            if "packets" in news or "tokens" in news:
                return {"capture": news, "lengths": self._overview.lengths(), **self._changed_rows()}
            return {"capture": news} if news else {}

    def _changed_rows(self) -> dict[str, Any]:
        changes = self._watch.changes()
        stale = [name for name, changed in changes.items() if len(changed) > DELTA_ROWS]
        return {**{name: self._rows(name, changed[-DELTA_ROWS:]) for name, changed in changes.items()}, "stale": stale}

    def _rows(self, name: str, chosen: rows.Chosen) -> list[rows.Row]:
        return [brief(row) for row in rows.BUILDERS[name](self._capture, chosen)]
