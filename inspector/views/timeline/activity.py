"""How busy a capture was over time, as the brush under the timeline shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from inspector.query.time_range import Span
from inspector.tcp.verdicts import TROUBLE

if TYPE_CHECKING:
    from inspector.engine.capture import Capture


def activity(capture: Capture, span: Span, width: int) -> dict[str, list[int]]:
    """For each of `width` equal parts of the span: the number of `packets`, of `bytes` on the wire, and of packets with
    a verdict that means trouble (`trouble`).
    """
    packets = capture.packets
    times = packets["time_ns"]
    rows = np.flatnonzero(span.holds(times))
    length = max(span.to_ns - span.from_ns, 1)
    column = np.minimum((times[rows] - span.from_ns) * (width / length), width - 1).astype(np.int64)
    troubled = packets["analysis"][rows] & TROUBLE.value != 0
    size = np.bincount(column, weights=packets["length"][rows], minlength=width)
    return {
        "packets": np.bincount(column, minlength=width).tolist(),
        "bytes": size.astype(np.int64).tolist(),
        "trouble": np.bincount(column[troubled], minlength=width).tolist(),
    }
