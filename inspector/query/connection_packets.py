"""The packets of one connection, or of several in one pass over the table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from inspector.tables.arrays import Rows

if TYPE_CHECKING:
    from inspector.engine.capture import Capture


def packets_of(capture: Capture, connection: int) -> Rows:
    """Rows of `packets` that belong to the connection, ascending."""
    table = capture.connections
    first, last = int(table["first_packet"][connection]), int(table["last_packet"][connection])
    found: Rows = first + np.flatnonzero(capture.packets["connection"][first : last + 1] == connection)
    return found


def packets_by_connection(capture: Capture, connections: npt.NDArray[np.integer]) -> dict[int, Rows]:
    """For each of these connections, its rows of `packets`, ascending; connections without packets are left out."""
    owners = capture.packets["connection"]
    own = np.flatnonzero(np.isin(owners, connections))
    if not len(own):
        return {}
    own = own[np.argsort(owners[own], kind="stable")]
    found, first = np.unique(owners[own], return_index=True)
    stops = [*first[1:].tolist(), len(own)]
    return {one: own[start:stop] for one, start, stop in zip(found.tolist(), first.tolist(), stops, strict=True)}
