"""The capture that is shown: the pace at which it is processed, and the progress so far."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from inspector.engine.capture import Capture
from inspector.engine.read_options import USUAL, ReadOptions
from inspector.live.ended_processes import Trouble, Troubles
from inspector.pcap.reader import open_packets
from inspector.query.time_range import Span, extent
from inspector.views import rows
from web.session.changed_rows import WATCHED, Watch
from web.session.paces import STEP_PACKETS, AsItComes, AsItGrows, AsItHappened, AtOnce, Pace
from web.session.row_trim import brief
from web.session.status import CaptureStatus, Source, State, Statistics, describe_demo

if TYPE_CHECKING:
    from inspector.lab.demo.controller import Lab

NEW_ROWS = 100
SNAPSHOT_ROWS = 500
"""Maximum number of new rows of a table in a delta, and of its newest rows in a snapshot. Pages request the other rows
by range."""

CHANGED_ROWS = 200
"""Maximum number of changed older rows of a table in a delta; if more have changed, pages discard their rows."""

SECOND = 1_000_000_000

MAX_LIVE_PACKETS = 10_000_000
"""Maximum number of packets of a live capture that are shown; their tables take about 1.2 GB. Beyond that, the
recording continues, but further packets are not shown."""


class ShownCapture:
    """One capture that is shown. Not thread-safe: callers must hold the session's lock.

    Attributes:
        halt: ends the process of a live capture; what it has written is still read. None if there is no such process.
        looked_ns: when a live capture was last read, in ns since 1970 by the clock of its packets' timestamps. None
            for a saved capture, because nobody knows what came after its last packet.
    """

    def __init__(
        self,
        capture: Capture,
        pace: Pace,
        source: Source,
        status: CaptureStatus | None = None,
        lab: Lab | None = None,
        troubles: Troubles = tuple,
        halt: Callable[[], object] | None = None,
        clock: Callable[[], int] = time.time_ns,
    ) -> None:
        self.capture = capture
        self.lab = lab
        self.halt = halt
        self.looked_ns: int | None = None
        self.state = State.LOADING if source is Source.FILE else State.RUNNING
        self._pace = pace
        self._clock = clock
        self._is_live = source in (Source.LIVE, Source.DEMO)
        self._is_saved = source is Source.FILE
        self._is_halted = False
        self._troubles = troubles
        self._status = status or CaptureStatus(capture, source)
        self._watch = Watch(capture)
        self._notes: list[str] = []
        self._noted = 0
        self._told: dict[str, Any] = {}
        self._known = dict.fromkeys(WATCHED, 0)

    @classmethod
    def of_file(
        cls,
        path: str | os.PathLike[str],
        name: str | None = None,
        is_over: Callable[[], bool] | None = None,
        notes: Sequence[str] = (),
        options: ReadOptions = USUAL,
    ) -> ShownCapture:
        """A saved capture that is shown while it is loaded. Raises NotACapture.

        Args:
            name: the name to show instead of the file's own name.
            is_over: for a file that grows: returns whether it has stopped growing.
            notes: further notes about the file.
        """
        capture = Capture(open_packets(path), options)
        capture.source.notes.extend(notes)
        status = CaptureStatus(capture, Source.FILE, name=name)
        shown = cls(capture, AtOnce() if is_over is None else AsItComes(is_over), Source.FILE, status)
        if is_over is not None:
            shown.state = State.RUNNING
        return shown

    @classmethod
    def of_replay(cls, path: str | os.PathLike[str], speed: float = 1.0, options: ReadOptions = USUAL) -> ShownCapture:
        """A saved capture that is replayed at `speed` times its original speed. Raises NotACapture."""
        return cls(Capture(open_packets(path), options), AsItHappened(path, speed), Source.REPLAY)

    @classmethod
    def of_spool(
        cls,
        path: str | os.PathLike[str],
        interface: str,
        statistics: Statistics,
        lab: Lab | None = None,
        troubles: Troubles = tuple,
        halt: Callable[[], object] | None = None,
        clock: Callable[[], int] = time.time_ns,
        options: ReadOptions = USUAL,
    ) -> ShownCapture:
        """A live capture: the file `path`, which a capture process is writing. Raises NotACapture.

        Args:
            interface: the name of the interface that is captured on.
            statistics: returns the kernel's packet counts so far.
            lab: the demo whose actions the page offers; the source is then "demo".
            troubles: returns the processes that have ended by themselves; if that ends the capture, it is also shown
                as ended.
            halt: ends the capture process.
            clock: returns the time in ns since 1970, by the clock of the packets' timestamps.
        """
        capture = Capture(open_packets(path), options)
        source = Source.LIVE if lab is None else Source.DEMO
        status = CaptureStatus(capture, source, interface, statistics)
        return cls(capture, AsItGrows(), source, status, lab, troubles, halt, clock)

    def step(self) -> bool:
        """Let the capture advance; return whether there is more to do at once.

        Unless a saved capture is loaded, that is the case only after a full batch. Otherwise the caller waits a little
        for the next packets, because many small batches cost more than one large batch.
        """
        if self.state is State.ENDED:
            return False
        if self.state is State.PAUSED:
            self._pace.hold()
            return False
        # Checked first, so that everything captured before the end is still read.
        is_over = self._is_halted or any(trouble.ends_capture for trouble in self.troubles)
        looked = self._clock()
        packets = self._pace.step(self.capture)
        if self._is_live:
            self.looked_ns = looked
        if packets is None or ((is_over or self.capture.source.is_cut) and not packets):
            self.capture.finish()
            self.end()
        elif self._is_live and len(self.capture.packets) >= MAX_LIVE_PACKETS:
            self.end(f"Stopped showing after {MAX_LIVE_PACKETS:,} packets; the recording holds the rest.")
        return bool(packets) if self._is_saved else packets == STEP_PACKETS

    @property
    def troubles(self) -> Sequence[Trouble]:
        """The processes that have ended by themselves; empty once the capture has been ended on request."""
        return () if self._is_halted else self._troubles()

    def change(self, before: State, after: State) -> bool:
        """Change from the state `before` to `after`; return False if the state is not `before`."""
        is_possible = self.state is before
        if is_possible:
            self.state = after
        return is_possible

    def halted(self) -> None:
        """Note that the capture process has ended on request: the rest of its file is still read, and then the capture
        ends.
        """
        self._is_halted = True
        self.change(State.PAUSED, State.RUNNING)

    def end(self, *notes: str) -> None:
        """Note that nothing more will come; `notes` are sentences that give the reasons."""
        self._notes += notes
        self.state = State.ENDED

    def noted(self) -> None:
        """Note that a note on a packet has changed, so that all pages get it with the next delta."""
        self._noted += 1

    def close(self) -> None:
        """End the capture process, if there is one, and close the file."""
        if self.halt is not None:
            self.halt()
        self.capture.close()

    def extent(self) -> Span | None:
        """The time range from the earliest packet to the latest, or to the last read of a live capture; None without
        packets.
        """
        found = extent(self.capture)
        return found and Span(found.from_ns, max(found.to_ns, self.looked_ns or 0))

    def describe(self) -> dict[str, Any]:
        """A summary of the capture, and the number of rows in each table."""
        can_halt = self.halt is not None and self.state is not State.ENDED and not self._is_halted
        troubles = [trouble.sentence for trouble in self.troubles]
        summary = {
            **self._status.describe(self.state, self._notes, troubles),
            "can_stop": can_halt,
            "noted": self._noted,
            "looked_ns": self._looked(),
        }
        return {"capture": summary, "lengths": self._status.lengths()}

    def _looked(self) -> int | None:
        """`looked_ns` relative to the start of the capture, in whole seconds (in ns) so that pages are updated once per
        second; None if either is unknown.
        """
        if self.looked_ns is None or self.capture.start_ns is None:
            return None
        return max(self.looked_ns - self.capture.start_ns, 0) // SECOND * SECOND

    def snapshot(self) -> dict[str, Any]:
        """The data that a page starts with."""
        newest = {name: self._rows(name, slice(-SNAPSHOT_ROWS, None)) for name in WATCHED}
        return {**self.describe(), "demo": describe_demo(self.lab), **newest}

    def delta(self) -> dict[str, Any]:
        """What has changed since the last delta; empty if nothing has."""
        now = self.describe()
        news = {key: value for key, value in now["capture"].items() if self._told.get(key, self) != value}
        self._told = now["capture"]
        if "packets" in news or "tokens" in news:
            return {"capture": news, "lengths": now["lengths"], **self._changed_rows()}
        return {"capture": news} if news else {}

    def _changed_rows(self) -> dict[str, Any]:
        """The rows that are new or changed since the last delta, up to the limits; `stale` names the tables in which
        more old rows have changed.
        """
        found, stale = {}, []
        for name, changed in self._watch.changes().items():
            first_new = int(np.searchsorted(changed, self._known[name]))
            if first_new > CHANGED_ROWS:
                stale.append(name)
            older = changed[max(first_new - CHANGED_ROWS, 0) : first_new]
            found[name] = self._rows(name, np.concatenate((older, changed[first_new:][-NEW_ROWS:])))
            self._known[name] = len(getattr(self.capture, name))
        return {**found, "stale": stale}

    def _rows(self, name: str, chosen: rows.Chosen) -> list[rows.Row]:
        return [brief(row) for row in rows.BUILDERS[name](self.capture, chosen)]
