"""The comparison of HTTP and WebSocket, for pages that request it again and again while a capture grows."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from flask import Blueprint, request

from inspector.compare import compare, runs
from web.session.session import Session

if TYPE_CHECKING:
    from inspector.engine.capture import Capture

SHARE = 20
"""Comparing takes at most 1/SHARE of the time, however many pages request it and however large the capture is."""


class Measured:
    """Caches the latest comparison; it is made anew only if there are new packets, and not too often."""

    def __init__(self, is_of_the_run: bool = False) -> None:
        """If `is_of_the_run`, compare only the latest run of the five-way test, if the capture contains one along with
        other traffic (see `runs`); otherwise compare the whole capture.
        """
        self._is_of_the_run = is_of_the_run
        self._of: tuple[int, int, bool] | None = None
        self._not_before = 0.0
        self._comparison: dict[str, Any] = {}

    def now(self, capture: Capture) -> dict[str, Any]:
        """The comparison of the capture, which the caller must keep from changing. While the capture grows, the
        comparison may be slightly out of date.
        """
        seen = id(capture), len(capture.packets), capture.is_complete
        is_stale = self._of is None or self._of[0] != seen[0] or seen[2]
        start = time.monotonic()
        if seen != self._of and (is_stale or start >= self._not_before):
            self._of, self._comparison = seen, self._made(capture)
            end = time.monotonic()
            self._not_before = end + SHARE * (end - start)
        return self._comparison

    def _made(self, capture: Capture) -> dict[str, Any]:
        found = runs(capture)
        of = found[-1] if found and self._is_of_the_run else None
        return {**compare(capture, of), "has_run": bool(found)}


def add_compare(api: Blueprint, session: Session) -> None:
    """Add GET /api/compare. It compares the latest run of the five-way test; with ?of=capture, or if there is no run,
    the whole capture.
    """
    whole, of_the_run = Measured(), Measured(is_of_the_run=True)

    @api.get("/compare")
    def comparison() -> dict[str, Any]:
        measured = whole if request.args.get("of") == "capture" else of_the_run
        with session.reading() as capture:
            return {**measured.now(capture), "rev": session.deltas.rev}
