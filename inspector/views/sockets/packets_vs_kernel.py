"""Compares the kernel's socket state with the state according to the packets, and explains differences.

The state according to the packets is the one that they show or suggest up to that time; the kernel also knows things
that no packet shows. Asking the kernel takes time, so the two agree if the kernel's state is any of the states that
the packets show during that time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from inspector.descriptors.connection_join import LONGEST_WAY_NS
from inspector.query.connection_packets import packets_by_connection
from inspector.tables.arrays import Rows
from inspector.tables.table import Direction
from inspector.tcp.flags_and_seq import FIN
from inspector.tcp.states import AFTER_OWN_FIN, OPENING_STATES, State
from inspector.units import duration

if TYPE_CHECKING:
    from inspector.engine.capture import Capture

TIME_WAIT_NS = 55_000_000_000
"""Linux keeps TIME-WAIT for 60 s, whatever the RFC's two maximum segment lifetimes are; this is a little less, since
kernel timers are not exact."""

SILENCE_NS = 50_000_000
"""A difference that is seen less than this time after a packet is attributed to that packet."""

CLOSED_ITSELF = (State.FIN_WAIT_1, State.LAST_ACK)
"""close() leads to these states at once, although the FIN waits behind unsent bytes (RFC 9293 §3.10.4)."""
BEFORE_FIN = (State.SYN_RECEIVED, State.ESTABLISHED, State.CLOSE_WAIT)

NOT_ACCEPTED = "Not accepted yet: the connection exists, but the server's end has no file descriptor."
A_REQUEST = "The handshake is not complete: the kernel holds a request, not yet a socket that could have a descriptor."
CLOSED_BY_PROCESS = "No process holds it: its program has closed it, and the kernel finishes the connection."
BELONGS_TO_NOBODY = "A socket in TIME-WAIT has no owning process: only the kernel remembers the address pair."
HIDDEN_HOLDER = "A process that this user may not see holds it, or it was closed before we could look."

RAN_OUT = "TIME-WAIT has expired, a minute after the last packet; no packet shows that."
LET_GO = "The kernel has removed it early; no packet shows that."
GAVE_UP_OPENING = "The kernel has given up the attempt; no packet shows that."
GONE_SILENTLY = "The kernel no longer has this connection, and no packet showed its end."
ACK_PASSED_OVER = (
    "The kernel has probably ignored the ACK that completes the handshake: the listener's queue is "
    "full, or it waits for data before it wakes its program (TCP_DEFER_ACCEPT)."
)
FIN_BEHIND_BYTES = (
    "The program has closed the socket, so the kernel is in this state. The FIN follows bytes that were still to be "
    "sent or on their way: it was captured {} later."
)
FIN_NOT_SEEN = (
    "The program has closed the socket, so the kernel is in this state. The FIN was not captured: it may still wait "
    "behind unsent bytes."
)
UNDER_WAY = "A packet was probably on its way, or had just arrived, when the kernel was queried."
ON_ITS_WAY = (
    "The packet that shows this state came {} later: it was still queued, or on its way to the place of this capture."
)
UNSEEN = "No packet in the capture explains it."


def wire_states(capture: Capture, rows: Rows) -> list[tuple[State, ...]]:
    """For each of these `kernel` rows, which have a connection, the states according to the packets while the kernel
    was asked.
    """
    kernel, packets = capture.kernel, capture.packets
    found: list[tuple[State, ...]] = [()] * len(rows)
    owners = kernel["connection"][rows]
    for connection, own in packets_by_connection(capture, owners).items():
        times = packets["time_ns"][own]
        columns = [packets["client_state"][own], packets["server_state"][own]]
        for i in np.flatnonzero(owners == connection).tolist():
            row = rows[i]
            from_ns, until_ns = kernel["time_ns"][row], kernel["time_ns"][row] + kernel["took_ns"][row]
            first, last = (int(np.searchsorted(times, at, side="right")) for at in (from_ns, until_ns))
            shown = columns[int(kernel["direction"][row])]
            states = shown[max(0, first - 1) : last].tolist()
            found[i] = tuple(State(state) for state in ([] if first else [State.CLOSED]) + states)
    return found


def agrees(state: State, shown: tuple[State, ...]) -> bool:
    """Whether the kernel's state is one that the packets show. An end that the kernel does not list yet (CLOSED) agrees
    with LISTEN.
    """
    return state in shown or (state == State.CLOSED and State.LISTEN in shown)


def ways_ns(capture: Capture, rows: Rows) -> list[int | None]:
    """For each of these `kernel` rows, which have a connection, how much later the packets show the kernel's state.

    A capture that is taken at one end sees the other's packets only when they arrive. None if no packet shows the
    state, or only so late that something else may have happened in between.
    """
    kernel, packets = capture.kernel, capture.packets
    found: list[int | None] = [None] * len(rows)
    owners = kernel["connection"][rows]
    for connection, own in packets_by_connection(capture, owners).items():
        times = packets["time_ns"][own]
        columns = [packets["client_state"][own], packets["server_state"][own]]
        for i in np.flatnonzero(owners == connection).tolist():
            row = rows[i]
            asked_ns = int(kernel["time_ns"][row])
            first, last = np.searchsorted(times, (asked_ns, asked_ns + LONGEST_WAY_NS), side="right").tolist()
            later = np.flatnonzero(columns[int(kernel["direction"][row])][first:last] == kernel["state"][row])
            if len(later):
                found[i] = int(times[first + later[0]]) - asked_ns
    return found


@dataclass(frozen=True, slots=True)
class LaterFin:
    """How long after the kernel was asked the FIN of this end was captured (None if it never was), and whether bytes of
    the same end were captured in between or with it.
    """

    after_ns: int | None
    is_behind_bytes: bool


def later_fins(capture: Capture, rows: Rows) -> list[LaterFin]:
    """For each of these `kernel` rows, which have a connection, when the FIN of that end was captured later."""
    kernel, packets = capture.kernel, capture.packets
    found = [LaterFin(None, False)] * len(rows)
    owners = kernel["connection"][rows]
    for connection, own in packets_by_connection(capture, owners).items():
        for i in np.flatnonzero(owners == connection).tolist():
            row = rows[i]
            sent = own[packets["direction"][own] == kernel["direction"][row]]
            later = sent[packets["time_ns"][sent] > kernel["time_ns"][row]]
            fins = np.flatnonzero(packets["flags"][later] & FIN)
            if len(fins):
                before = later[: fins[0] + 1]
                after_ns = int(packets["time_ns"][before[-1]] - kernel["time_ns"][row])
                found[i] = LaterFin(after_ns, bool((packets["payload"][before] > 0).any()))
    return found


def why(
    state: State,
    shown: tuple[State, ...],
    direction: int,
    silence_ns: int,
    way_ns: int | None = None,
    fin: LaterFin | None = None,
) -> str:
    """Explain why the kernel's state and the state according to the packets differ.

    Args:
        state: the state that the kernel reports; CLOSED if it does not have this end.
        shown: the states that the packets show; not empty.
        direction: the end: client or server.
        silence_ns: time from the connection's last packet until the kernel was asked; -1 if there was no packet.
        way_ns: how much later the packets show the kernel's state, as `ways_ns` finds it.
        fin: when this end's FIN was captured later, as `later_fins` finds it.
    """
    last = shown[-1]
    if fin is not None and state in CLOSED_ITSELF and last in BEFORE_FIN:
        if fin.after_ns is None:
            return FIN_NOT_SEEN
        if fin.is_behind_bytes:
            return FIN_BEHIND_BYTES.format(duration(fin.after_ns))
    if state == State.CLOSED and silence_ns >= SILENCE_NS:
        if last == State.TIME_WAIT:
            return RAN_OUT if silence_ns >= TIME_WAIT_NS else LET_GO
        return GAVE_UP_OPENING if last in OPENING_STATES else GONE_SILENTLY
    if silence_ns < SILENCE_NS:
        return UNDER_WAY
    if state == State.SYN_RECEIVED and last == State.ESTABLISHED and direction == Direction.SERVER:
        return ACK_PASSED_OVER
    return ON_ITS_WAY.format(duration(way_ns)) if way_ns is not None else UNSEEN


def remark(state: State, inode: int, is_held: bool, direction: int, was_held: bool) -> str | None:
    """A remark on why no process holds this end; None if one does, or if the end is closed or listening."""
    if is_held or state in (State.CLOSED, State.LISTEN):
        return None
    if state == State.TIME_WAIT:
        return BELONGS_TO_NOBODY
    if inode:
        return HIDDEN_HOLDER
    if direction == Direction.SERVER and not was_held and state not in AFTER_OWN_FIN:
        return A_REQUEST if state == State.SYN_RECEIVED else NOT_ACCEPTED
    return CLOSED_BY_PROCESS


def silences(capture: Capture, rows: Rows) -> npt.NDArray[np.int64]:
    """For each of these `kernel` rows, which have a connection, the time in ns from that connection's last packet until
    the kernel was asked; -1 if there was no packet before.
    """
    kernel, packets = capture.kernel, capture.packets
    silence = np.full(len(rows), -1, np.int64)
    owners: npt.NDArray[Any] = kernel["connection"][rows]
    for connection, own in packets_by_connection(capture, owners).items():
        times = np.sort(packets["time_ns"][own])
        mine = np.flatnonzero(owners == connection)
        asked = kernel["time_ns"][rows[mine]]
        before = np.searchsorted(times, asked, side="right") - 1
        silence[mine] = np.where(before >= 0, asked - times[before], -1)
    return silence
