"""The comparison of HTTP and WebSocket for pages that ask again and again while a capture grows."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from flask import Blueprint

from inspector.compare import compare
from web.session import Session

if TYPE_CHECKING:
    from inspector.capture import Capture

SHARE = 20
"""Measuring may take one part in so many of the time: however many pages ask, and however large the capture."""


class Measured:
    """The comparison made last; made anew only when there are new packets, and not too soon."""

    def __init__(self) -> None:
        self._of: tuple[int, int, bool] | None = None
        self._not_before = 0.0
        self._comparison: dict[str, Any] = {}

    def now(self, capture: Capture) -> dict[str, Any]:
        """The comparison of the capture, which the caller holds still. While it grows, it may be a moment old."""
        seen = id(capture), len(capture.packets), capture.is_complete
        is_stale = self._of is None or self._of[0] != seen[0] or seen[2]
        start = time.monotonic()
        if seen != self._of and (is_stale or start >= self._not_before):
            self._of, self._comparison = seen, compare(capture)
            end = time.monotonic()
            self._not_before = end + SHARE * (end - start)
        return self._comparison


def add_compare(api: Blueprint, session: Session) -> None:
    """GET /api/compare."""
    measured = Measured()

    @api.get("/compare")
    def comparison() -> dict[str, Any]:
        with session.reading() as capture:
            return {**measured.now(capture), "rev": session.tape.rev}
