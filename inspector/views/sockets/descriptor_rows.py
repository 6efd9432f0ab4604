"""Columns of the tables `tokens` and `kernel` for JSON, CSV and the page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from inspector.descriptors.history import Closed, Opened, Role
from inspector.query.descriptor_holders import holders
from inspector.tables.addresses import endpoint
from inspector.tables.table import SIDES, Table
from inspector.tcp.states import State
from inspector.views.columns import Columns, Numbers, Pairs, Texts, Words, booleans, known, words_of
from inspector.views.sockets.packets_vs_kernel import agrees, later_fins, remark, silences, ways_ns, why, wire_states

if TYPE_CHECKING:
    from inspector.engine.capture import Capture

Chosen = slice | Sequence[int] | npt.NDArray[Any]

OPENED = {by: by.name.lower() for by in Opened}
CLOSED = {Closed.NOT: None, **{by: by.name.lower() for by in Closed if by}}
ROLES = {role: role.name.lower() for role in Role} | {Role.UNKNOWN: None}

FIGURES = ("rtt_us", "rtt_variation_us", "least_rtt_us", "congestion_window", "retransmissions")

EVERYTHING = slice(None)


def token_columns(capture: Capture, chosen: Chosen = EVERYTHING) -> Columns:
    """File descriptors of sockets; unknown times are null."""
    table = capture.tokens
    columns = {name: table[name][chosen] for name in table.columns}
    return {
        "id": Numbers(np.arange(len(table))[chosen]),
        "namespace": Numbers(columns["namespace"]),
        "pid": Numbers(columns["pid"]),
        "process": Texts(_texts(columns["process"])),
        "fd": Numbers(columns["fd"]),
        "inode": _unless(columns["inode"], 0),
        "role": words_of(columns["role"], ROLES.__getitem__),
        "opened_by": words_of(columns["opened_by"], OPENED.__getitem__),
        **_moments(capture, "opened", columns["opened_ns"]),
        **_moments(capture, "connect", columns["connect_ns"]),
        "closed_by": words_of(columns["closed_by"], CLOSED.__getitem__),
        **_moments(capture, "closed", columns["closed_ns"]),
        **_ends(columns),
        "name": Texts(_texts(columns["name"])),
        **_moments(capture, "named", columns["named_ns"]),
        **_moments(capture, "forgotten", columns["forgotten_ns"]),
    }


def holder_columns(capture: Capture, connections: Chosen = EVERYTHING) -> Columns:
    """The process and the descriptor that hold each end of connections, both as pairs: client, server."""
    table, found = capture.tokens, holders(capture, connections)
    rows, places = np.unique(found, return_inverse=True)
    rows, client, server = rows[rows >= 0], *(places.reshape(found.shape) - np.count_nonzero(rows < 0)).T
    names, numbers = [*_texts(table["process"][rows]), None], np.append(table["fd"][rows], 0)
    return {
        "processes": Pairs((Words(client, names), Words(server, names))),
        "fds": Pairs((known(numbers[client], client >= 0), known(numbers[server], server >= 0))),
    }


def kernel_columns(capture: Capture, chosen: Chosen = EVERYTHING) -> Columns:
    """Kernel socket states, the states according to the packets at the same time, and why the two differ."""
    table = capture.kernel
    columns = {name: table[name][chosen] for name in table.columns}
    has_figures = columns["has_figures"] == 1
    return {
        "id": Numbers(np.arange(len(table))[chosen]),
        **_moments(capture, "", columns["time_ns"]),
        "took_ns": Numbers(columns["took_ns"]),
        "namespace": Numbers(columns["namespace"]),
        **_ends(columns),
        "state": words_of(columns["state"], lambda state: State(state).rfc_name),
        "listed": booleans(columns["is_listed"]),
        **_beside_the_wire(capture, np.arange(len(table))[chosen]),
        "inode": _unless(columns["inode"], 0),
        "token": _unless(columns["token"], -1),
        "unread": Numbers(columns["unread"]),
        "unacknowledged": Numbers(columns["unacknowledged"]),
        **{name: Numbers(columns[name], has_figures) for name in FIGURES},
        "pacing_rate": _unless(columns["pacing_rate"], -1),
    }


def _beside_the_wire(capture: Capture, rows: npt.NDArray[Any]) -> Columns:
    """For each row: the state according to the packets, whether the kernel's state differs and why, and a remark if no
    process holds the socket.
    """
    table = capture.kernel
    found: dict[str, list[Any]] = {"wire_state": [], "differs": [], "why": [], "remark": []}
    held_since = _held_since(capture)
    joined = np.flatnonzero(table["connection"][rows] >= 0)
    shown = dict(zip(joined.tolist(), wire_states(capture, rows[joined]), strict=True))
    silence = dict(zip(joined.tolist(), silences(capture, rows[joined]).tolist(), strict=True))
    way = dict(zip(joined.tolist(), ways_ns(capture, rows[joined]), strict=True))
    fins = dict(zip(joined.tolist(), later_fins(capture, rows[joined]), strict=True))
    for i, row in enumerate(rows.tolist()):
        state, direction = State(int(table["state"][row])), int(table["direction"][row])
        states = shown.get(i, ())
        differs = bool(states) and not agrees(state, states)
        found["wire_state"].append(_shown(state, states))
        found["differs"].append(differs)
        found["why"].append(why(state, states, direction, silence[i], way[i], fins[i]) if differs else None)
        since = held_since.get((int(table["connection"][row]), direction))
        was_held = since is not None and since <= table["time_ns"][row]
        is_held = bool(table["token"][row] >= 0)
        found["remark"].append(
            remark(state, int(table["inode"][row]), is_held, direction, was_held) if states else None
        )
    return {
        "wire_state": Texts(found["wire_state"]),
        "differs": booleans(np.array(found["differs"], bool)),
        "why": Texts(found["why"]),
        "remark": Texts(found["remark"]),
    }


def _shown(state: State, states: tuple[State, ...]) -> str | None:
    """The state according to the packets. If they show several while the kernel was asked, the one that the kernel
    reported, or else the last.
    """
    if not states:
        return None
    return (state if state in states else states[-1]).rfc_name


def _held_since(capture: Capture) -> dict[tuple[int, int], int]:
    """When each end of a connection got its first descriptor, by connection and direction."""
    tokens = capture.tokens
    since: dict[tuple[int, int], int] = {}
    names = ("connection", "direction", "opened_ns")
    for connection, direction, opened_ns in zip(*(tokens[name].tolist() for name in names), strict=True):
        end = connection, direction
        since[end] = min(since.get(end, opened_ns), opened_ns)
    return since


def process_of(tokens: Table, row: int) -> str:
    """The name of the process that holds this descriptor; "a process" if it is unknown."""
    return _texts(tokens["process"][row : row + 1])[0] or "a process"


def _texts(held: npt.NDArray[np.uint8]) -> list[str | None]:
    """Decode texts that are stored as UTF-8 padded with zero bytes; None for an empty one."""
    return [bytes(one).rstrip(b"\0").decode("utf-8", "replace") or None for one in held]


def _ends(columns: dict[str, npt.NDArray[Any]]) -> Columns:
    return {
        "local": Texts([*_endpoints(columns, "local")]),
        "remote": Texts([*_endpoints(columns, "remote")]),
        "connection": _unless(columns["connection"], -1),
        "direction": Words(columns["direction"], (*SIDES, None)),
        "revision": Numbers(columns["revision"]),
    }


def _endpoints(columns: dict[str, npt.NDArray[Any]], side: str) -> Iterable[str | None]:
    parts = (columns[name].tolist() for name in ("family", f"{side}_hi", f"{side}_lo", f"{side}_port"))
    for family, high, low, port in zip(*parts, strict=True):
        yield endpoint(family, high, low, port) if port else None


def _moments(capture: Capture, name: str, times: npt.NDArray[Any]) -> Columns:
    """Two columns for a time: since 1970, and since the first packet. Both are null where the time is -1; the second is
    also null in a capture without packets.
    """
    origin, head = capture.start_ns, f"{name}_" if name else ""
    is_known = times != -1
    return {
        f"{head}time_ns": Numbers(times, is_known),
        f"{head}at_ns": Numbers(times - (origin or 0), is_known & (origin is not None)),
    }


def _unless(values: npt.NDArray[Any], none: int) -> Numbers:
    return Numbers(values, values != none)
