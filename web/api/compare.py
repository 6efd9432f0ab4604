"""The comparison of HTTP and WebSocket for pages that ask again and again while a capture grows."""

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
    """The comparison made last; made anew only when there are new packets, and not too soon."""

    def __init__(self, is_of_the_run: bool = False) -> None:
        """`is_of_the_run`: of the latest run of the five ways by itself, where the capture holds one beside other
        traffic (see `runs`); else of the whole capture.
        """
        self._is_of_the_run = is_of_the_run
        self._of: tuple[int, int, bool] | None = None
        self._not_before = 0.0
        self._comparison: dict[str, Any] = {}

    def now(self, capture: Capture) -> dict[str, Any]:
        """The comparison of the capture, which the caller holds still. While it grows, it may be a moment old."""
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
    """GET /api/compare: the latest run of the five ways by itself; with ?of=capture, or without a run, everything."""
    whole, of_the_run = Measured(), Measured(is_of_the_run=True)

    @api.get("/compare")
    def comparison() -> dict[str, Any]:
        measured = whole if request.args.get("of") == "capture" else of_the_run
        with session.reading() as capture:
            return {**measured.now(capture), "rev": session.deltas.rev}
