"""Connections that ended as nobody wished: refused, reset, never answered; and the packets that show it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from inspector.tcp.header import RST, SYN
from inspector.tcp.verdicts import ConnState

if TYPE_CHECKING:
    from inspector.capture import Capture

Mask = npt.NDArray[np.bool_]

RESET = (ConnState.RSTO, ConnState.RSTR, ConnState.RSTOS0, ConnState.RSTRH)

ENDS: dict[str, tuple[ConnState, ...]] = {"refused": (ConnState.REJ,), "reset": RESET, "unanswered": (ConnState.S0,)}
"""By the code that a filter names them by ("is:refused"): Zeek's states of such connections."""

TITLES = {
    "refused": ("Connection refused", "Connections refused"),
    "reset": ("Connection reset", "Connections reset"),
    "unanswered": ("Connection never answered", "Connections never answered"),
}
"""What one and several of them are called."""


def shows_end(capture: Capture, code: str) -> Mask:
    """One packet for each such connection: its first RST, or its first SYN where nobody answered."""
    packets = capture.packets
    ended = np.append(
        np.isin(capture.connections["conn_state"], ENDS[code]), False
    )  # -1, no connection, finds the last
    flag = SYN if code == "unanswered" else RST
    rows = np.flatnonzero(packets["flags"] & flag)
    rows = rows[ended[packets["connection"][rows]]]
    mask = np.zeros(len(packets), bool)
    mask[rows[np.unique(packets["connection"][rows], return_index=True)[1]]] = True
    return mask
