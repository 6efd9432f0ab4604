"""The TCP states of both ends along the lanes of the timeline, with the time of each change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from inspector.query.connection_packets import packets_of
from inspector.tables.arrays import Rows
from inspector.tcp.states import State

if TYPE_CHECKING:
    from inspector.engine.capture import Capture

MAX_CHANGES = 40
"""Maximum number of state changes shown per end: opening and closing take seven; more occur only if a sender plays with
its flags."""

NAMES = [state.rfc_name for state in State]


def lane_states(capture: Capture, connections: Rows) -> dict[str, list[Any]]:
    """State changes: `lane` (an index into `connections`), `side` (0 client, 1 server), `at_ns`, the name of the new
    `state` (None if no packet of that end was captured), and whether it is only `assumed`.

    The first entry of each end is its state after the connection's first packet. Times count from the capture's start.
    """
    columns: dict[str, list[Any]] = {"lane": [], "side": [], "at_ns": [], "state": [], "assumed": []}
    packets, origin = capture.packets, capture.start_ns or 0
    for lane, connection in enumerate(connections.tolist()):
        rows = packets_of(capture, connection)
        for side, name in enumerate(("client_state", "server_state")):
            states, assumed = packets[name][rows], packets["assumed"][rows] & (1 << side) != 0
            is_seen = bool(capture.connections["packets"][connection][side])
            is_other = is_seen & ((states[1:] != states[:-1]) | (assumed[1:] != assumed[:-1]))
            changes = np.append(0, np.flatnonzero(is_other) + 1)[:MAX_CHANGES]
            columns["lane"] += [lane] * len(changes)
            columns["side"] += [side] * len(changes)
            columns["at_ns"] += (packets["time_ns"][rows[changes]] - origin).tolist()
            columns["state"] += [NAMES[state] if is_seen else None for state in states[changes].tolist()]
            columns["assumed"] += assumed[changes].tolist()
    return columns
