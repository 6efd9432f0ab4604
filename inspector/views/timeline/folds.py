"""Silence on the timeline: long stretches in which no lane has a packet, drawn with a fixed width."""

from __future__ import annotations

from itertools import chain

import numpy as np

from inspector.query.time_range import Span
from inspector.tables.arrays import Rows, Times

FOLD_WIDTH = 44
"""Pixels of a folded stretch: enough for its length as text."""

LEAST_WIDTH = 66
"""Pixels that a stretch takes unfolded, at least; a shorter one saves too little."""

MOST_SHARE = 3
"""At most 1 / MOST_SHARE of the width is used by folded stretches."""


def silent_stretches(times: Times, span: Span, width: int) -> list[Span]:
    """The stretches of `span` to fold, in order: the longest ones between these times (those in the span, ascending).
    Without any time, none.
    """
    if not len(times):
        return []
    edges = np.concatenate([[span.from_ns], times, [span.to_ns]])
    gaps = np.diff(edges)
    longest = np.argsort(-gaps, kind="stable")[: width // MOST_SHARE // FOLD_WIDTH]
    least = (span.to_ns - span.from_ns) * (LEAST_WIDTH / width)
    return [Span(int(edges[gap]), int(edges[gap + 1])) for gap in np.sort(longest) if gaps[gap] >= max(least, 1)]


def columns(times: Times, span: Span, width: int, folds: list[Span]) -> Rows:
    """The pixel column of each time: -1 for times before the span, and the width for times after it. Stretches in
    `folds` have FOLD_WIDTH pixels each; the others share the rest of the width in proportion to their length.
    """
    # In floating point, since 64-bit products of nanoseconds and pixels overflow after a week.
    since = (times - span.from_ns).astype(np.float64)
    length = max(span.to_ns - span.from_ns, 1)
    if folds:
        edges = [*chain.from_iterable((fold.from_ns - span.from_ns, fold.to_ns - span.from_ns) for fold in folds)]
        scale = (width - FOLD_WIDTH * len(folds)) / max(length - sum(edges[1::2]) + sum(edges[::2]), 1)
        parts = np.diff([0, *edges, length]) * scale
        parts[1::2] = FOLD_WIDTH
        place = np.interp(since, [0, *edges, length], [0, *np.cumsum(parts)])
        place[since < 0], place[since > length] = -1, width
    else:
        place = np.clip(since * (width / length), -1, width)
    found: Rows = np.floor(place).astype(np.int64)
    found[times == span.to_ns] = width - 1
    return found
