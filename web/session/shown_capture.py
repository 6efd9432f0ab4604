"""What is on show: one capture, the pace at which it is worked through, and how far that has come."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from inspector.engine.capture import Capture
from inspector.live.ended_processes import Trouble, Troubles
from inspector.pcap.reader import open_packets
from inspector.query.time_range import Span, extent
from inspector.views import rows
from web.session.changed_rows import WATCHED, Watch
from web.session.playback import BATCH, AsItComes, AsItGrows, AsItHappened, AtOnce, Pace
from web.session.row_trim import brief
from web.session.status import Overview, Source, State, Statistics, describe_demo

if TYPE_CHECKING:
    from inspector.lab.demo.controller import Lab

NEW_ROWS = 100
SNAPSHOT_ROWS = 500
"""Rows of a table, the newest, that a delta and a snapshot carry. Pages fetch the others by range."""

CHANGED_ROWS = 200
"""Older rows of a table that a delta carries as they are now; when more have changed, pages forget what they hold."""

SECOND = 1_000_000_000

MAX_LIVE_PACKETS = 10_000_000
"""Maximum packets of a live capture that are shown, about 1.2 GB of tables. The recording continues."""


class Showing:
    """One capture that is shown. Not thread-safe: callers hold the session's lock.

    Attributes:
        halt: ends a live capture's process; what it has written is still read. None where there is none to end.
        looked_ns: when a live capture was last looked at, ns since 1970 by the clock that stamps its packets.
            None for a saved one: nobody knows what came after its last packet.
    """

    def __init__(
        self,
        capture: Capture,
        pace: Pace,
        source: Source,
        overview: Overview | None = None,
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
        self._overview = overview or Overview(capture, source)
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
    ) -> Showing:
        """A saved capture, shown while it is loaded. Raises NotACapture.

        Args:
            name: what it is called, if not by its own name.
            is_over: of a file that grows: whether it has stopped to.
            notes: what else is to be said of it.
        """
        capture = Capture(open_packets(path))
        capture.source.notes.extend(notes)
        overview = Overview(capture, Source.FILE, name=name)
        showing = cls(capture, AtOnce() if is_over is None else AsItComes(is_over), Source.FILE, overview)
        if is_over is not None:
            showing.state = State.RUNNING
        return showing

    @classmethod
    def of_replay(cls, path: str | os.PathLike[str], speed: float = 1.0) -> Showing:
        """A saved capture, shown as it once happened, `speed` times as fast. Raises NotACapture."""
        return cls(Capture(open_packets(path)), AsItHappened(path, speed), Source.REPLAY)

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
    ) -> Showing:
        """A live capture: the file `path`, which a capture process is writing. Raises NotACapture.

        Args:
            interface: the name of what is captured.
            statistics: asked for the kernel's counts so far.
            lab: the demo whose actions the page offers; the source is then "demo".
            troubles: asked for what has ended by itself; when that ends the capture, so does the showing.
            halt: ends the capture process.
            clock: the time, ns since 1970, by which packets are stamped.
        """
        capture = Capture(open_packets(path))
        source = Source.LIVE if lab is None else Source.DEMO
        overview = Overview(capture, source, interface, statistics)
        return cls(capture, AsItGrows(), source, overview, lab, troubles, halt, clock)

    def step(self) -> bool:
        """Let the capture advance; whether there is more to do at once.

        Of what comes by and by the next packets are waited for a little: many small batches cost more than one.
        """
        if self.state is State.ENDED:
            return False
        if self.state is State.PAUSED:
            self._pace.hold()
            return False
        # Asked first: what was captured before is read after.
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
        return bool(packets) if self._is_saved else packets == BATCH

    @property
    def troubles(self) -> Sequence[Trouble]:
        """What has ended by itself; that nothing has, once the capture was ended as asked."""
        return () if self._is_halted else self._troubles()

    def change(self, before: State, after: State) -> bool:
        """Go from one state to another; False when it is not in the first."""
        is_possible = self.state is before
        if is_possible:
            self.state = after
        return is_possible

    def halted(self) -> None:
        """Its capture process has ended as asked: what it wrote is read to the end, and that is all."""
        self._is_halted = True
        self.change(State.PAUSED, State.RUNNING)

    def end(self, *notes: str) -> None:
        """Nothing more will come, for the reasons in these sentences."""
        self._notes += notes
        self.state = State.ENDED

    def noted(self) -> None:
        """A note on a packet has changed; all pages are notified."""
        self._noted += 1

    def close(self) -> None:
        """Put it away: end the capture process if there is one, and let go of the file."""
        if self.halt is not None:
            self.halt()
        self.capture.close()

    def extent(self) -> Span | None:
        """From the earliest packet to the latest, or to the last look at a live capture; None without packets."""
        found = extent(self.capture)
        return found and Span(found.from_ns, max(found.to_ns, self.looked_ns or 0))

    def describe(self) -> dict[str, Any]:
        """The capture in a few words and numbers, and how far its tables have grown."""
        can_halt = self.halt is not None and self.state is not State.ENDED and not self._is_halted
        troubles = [trouble.sentence for trouble in self.troubles]
        told = {
            **self._overview.describe(self.state, self._notes, troubles),
            "can_stop": can_halt,
            "noted": self._noted,
            "looked_ns": self._looked(),
        }
        return {"capture": told, "lengths": self._overview.lengths()}

    def _looked(self) -> int | None:
        """`looked_ns` since the capture's start, in whole seconds so that pages are updated once a second; else
        None.
        """
        if self.looked_ns is None or self.capture.start_ns is None:
            return None
        return max(self.looked_ns - self.capture.start_ns, 0) // SECOND * SECOND

    def snapshot(self) -> dict[str, Any]:
        """What a page begins with."""
        newest = {name: self._rows(name, slice(-SNAPSHOT_ROWS, None)) for name in WATCHED}
        return {**self.describe(), "demo": describe_demo(self.lab), **newest}

    def delta(self) -> dict[str, Any]:
        """What changed since the last delta; empty when nothing did."""
        now = self.describe()
        news = {key: value for key, value in now["capture"].items() if self._told.get(key, self) != value}
        self._told = now["capture"]
        if "packets" in news or "tokens" in news:
            return {"capture": news, "lengths": now["lengths"], **self._changed_rows()}
        return {"capture": news} if news else {}

    def _changed_rows(self) -> dict[str, Any]:
        """New and changed rows since the last delta, up to a limit; `stale` names the tables with more changes."""
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
