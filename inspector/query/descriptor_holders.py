"""The file descriptors that hold the ends of connections."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from inspector.tables.arrays import Ints

if TYPE_CHECKING:
    from inspector.engine.capture import Capture


def holders(capture: Capture, connections: Any = slice(None)) -> Ints:
    """The rows in `tokens` of the first descriptor of each end, shape (n, 2): client, server; -1 if none is known."""
    tokens = capture.tokens
    found: Ints = np.full((len(capture.connections), 2), -1, np.int64)
    known = np.flatnonzero((tokens["connection"] >= 0) & (tokens["direction"] >= 0))[::-1]  # the first one is kept
    found[tokens["connection"][known], tokens["direction"][known]] = known
    chosen: Ints = found[connections]
    return chosen
