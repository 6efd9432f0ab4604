"""The API of the sockets page: descriptors, kernel states, states derived from packets, lessons, and message paths."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from flask import Blueprint, request

from inspector.query.connection_packets import packets_by_connection
from inspector.tables.arrays import Rows
from inspector.tables.table import Direction
from inspector.tcp.states import State
from inspector.views import rows
from inspector.views.sockets.lessons import Fact, Kind, facts
from inspector.views.sockets.message_paths import Way, described, ways
from web.api.parameters import asked_number, asked_range

if TYPE_CHECKING:
    from inspector.engine.capture import Capture
    from web.session.session import Session

MAX_TOKENS = 2500
MAX_KERNEL = 4000
"""Maximum numbers of token and kernel rows in a response: the newest ones. Tokens of the lessons and message paths are
sent in addition."""

FRESH_NS = 1_000_000_000
"""How much later than a kernel report a packet with the same timestamp may reach the tables."""

MAX_LIVES = 2000
"""Maximum number of connections, the newest ones, whose states are sent. Those of the lessons and message paths are
sent in addition."""

MAX_OPEN = 500
"""Maximum number of older connections whose states are sent because a process still holds their sockets."""

MAX_STEPS = 64
"""Maximum number of state changes sent per connection; an ordinary connection has ten."""


def add_sockets(api: Blueprint, session: Session) -> None:
    """Add the routes of sockets and file descriptors."""

    @api.get("/<any(tokens, kernel):name>")
    def token_table(name: str) -> dict[str, Any]:
        with session.reading() as capture:
            table = getattr(capture, name)
            chosen = np.arange(len(table))
            if "connection" in request.args:
                chosen = np.flatnonzero(table["connection"] == asked_number("connection", -1))
            return {"rows": rows.BUILDERS[name](capture, chosen[asked_range(len(chosen))]), "total": len(chosen)}

    @api.get("/sockets")
    def sockets() -> dict[str, Any]:
        with session.reading() as capture:
            return picture(capture, asked_number("since", -1), asked_number("packets", 0))


def picture(capture: Capture, since: int, packets: int = 0) -> dict[str, Any]:
    """The data that the view shows, limited to what has changed after the revision `since` (-1: all of it).

    It includes only the connections that have had a packet since the capture had `packets` packets, or that have become
    known after `since`.
    """
    paths, found = ways(capture), facts(capture)
    named = [row for way in paths for row in (way.sender, way.entry, way.exit, way.receiver) if row >= 0]
    named += [row for fact in found for row in fact.tokens]
    changed = capture.tokens["revision"] > since
    tokens = np.union1d(np.flatnonzero(changed)[-MAX_TOKENS:], [row for row in named if changed[row]]).astype(np.intp)
    kernel = np.flatnonzero((capture.kernel["revision"] > since) | _is_fresh(capture))[-MAX_KERNEL:]
    return {
        "revision": capture.descriptor_history.revision,
        "tokens": rows.BUILDERS["tokens"](capture, tokens),
        "kernel": rows.BUILDERS["kernel"](capture, kernel),
        "packets": len(capture.packets),
        **_lives(capture, since, packets, _connections_of(paths, found, capture)),
        "facts": [_fact(capture, fact) for fact in found],
        "kinds": list(Kind),
        "ways": [described(capture, way) for way in paths],
    }


def _is_fresh(capture: Capture) -> npt.NDArray[np.bool_]:
    """A mask of the kernel rows that are so recent that earlier packets may still arrive.

    The state that the packets show for such a row may change even though the kernel report itself does not.
    """
    packets = capture.packets["time_ns"]
    fresh: npt.NDArray[np.bool_] = capture.kernel["time_ns"] > (packets[-1] if len(packets) else 0) - FRESH_NS
    return fresh


def _fact(capture: Capture, fact: Fact) -> dict[str, Any]:
    return {
        "kind": fact.kind,
        "at_ns": fact.time_ns - (capture.start_ns or 0),
        "connection": fact.connection if fact.connection >= 0 else None,
        "tokens": list(fact.tokens),
        "sentence": fact.sentence,
    }


def _connections_of(paths: list[Way], found: list[Fact], capture: Capture) -> set[int]:
    """The connections that the lessons and message paths mention."""
    tokens = {row for way in paths for row in (way.entry, way.exit) if row >= 0}
    return {int(capture.tokens["connection"][row]) for row in tokens} | {fact.connection for fact in found}


def _lives(capture: Capture, since: int, packets: int, told_of: set[int]) -> dict[str, Any]:
    """The number of connections with a descriptor or kernel row, which of them are described, and the state changes and
    protocols of those that are new or have new packets.
    """
    known, is_new = _known(capture, since)
    tokens = capture.tokens
    is_older = np.arange(len(known)) < len(known) - MAX_LIVES
    held = np.unique(tokens["connection"][tokens["closed_ns"] < 0])
    is_kept = np.isin(known, held) & is_older
    is_kept &= np.cumsum(is_kept[::-1])[::-1] <= MAX_OPEN
    is_kept |= is_older & np.isin(known, list(told_of))
    is_told = is_kept | ~is_older
    is_new |= capture.connections["last_packet"][known] >= packets
    new = known[is_told & is_new]
    protocols = [rows.PROTOCOLS[protocol] for protocol in capture.connections["protocol"][new].tolist()]
    return {
        "connections": len(known),
        "told_from": int(known[~is_older][0]) if len(known) else 0,
        "kept": known[is_kept].tolist(),
        "lives": _told(capture, new),
        "protocols": dict(zip(new.tolist(), protocols, strict=True)),
    }


def _known(capture: Capture, since: int) -> tuple[Rows, npt.NDArray[np.bool_]]:
    """The connections with a descriptor or a kernel row, ascending, and which of them are new."""
    tables = (capture.tokens, capture.kernel)
    known = np.unique(np.concatenate([table["connection"] for table in tables]))
    changed = [table["connection"][table["revision"] > since] for table in tables]
    known = known[known >= 0]
    return known, np.isin(known, np.concatenate(changed))


def _told(capture: Capture, connections: Rows) -> dict[int, list[list[Any]]]:
    """The state changes of these connections, by connection. Each is [at_ns, client's state, server's state, whether
    the client's is assumed, whether the server's is assumed]; the last two are None for an end that sent no captured
    packet.
    """
    return {connection: _steps(capture, own) for connection, own in packets_by_connection(capture, connections).items()}


def _steps(capture: Capture, own: Rows) -> list[list[Any]]:
    packets = capture.packets
    states = np.stack([packets[name][own] for name in ("client_state", "server_state", "assumed")])
    is_new = np.ones(len(own), bool)
    is_new[1:] = (states[:, 1:] != states[:, :-1]).any(axis=0)
    at = packets["time_ns"][own] - (capture.start_ns or 0)
    was_heard = [bool((packets["direction"][own] == side).any()) for side in Direction]
    changes = zip(at[is_new].tolist(), states.T[is_new].tolist(), strict=True)
    return [
        [when, State(one).rfc_name, State(other).rfc_name]
        + [bool(assumed >> side & 1) if was_heard[side] else None for side in Direction]
        for when, (one, other, assumed) in changes
    ][-MAX_STEPS:]
