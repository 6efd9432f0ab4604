"""The packets of some connections, found in one pass over the table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from inspector.engine.capture import Capture

Rows = npt.NDArray[np.intp]


def packets_of(capture: Capture, connections: npt.NDArray[np.integer]) -> dict[int, Rows]:
    """Rows of `packets` of each of these connections, ascending; connections without packets are left out."""
    owners = capture.packets["connection"]
    own = np.flatnonzero(np.isin(owners, connections))
    if not len(own):
        return {}
    own = own[np.argsort(owners[own], kind="stable")]
    found, first = np.unique(owners[own], return_index=True)
    stops = [*first[1:].tolist(), len(own)]
    return {one: own[start:stop] for one, start, stop in zip(found.tolist(), first.tolist(), stops, strict=True)}
