"""The API of the sockets view: tokens, the kernel's word, the wire's, the five facts, the ways of messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from flask import Blueprint, request

from inspector import rows
from inspector.tcp.states import State
from inspector.tokens.facts import Kind, facts
from inspector.tokens.segments import Rows, packets_of
from inspector.tokens.ways import described, ways
from web.numbers import asked_number, asked_range

if TYPE_CHECKING:
    from inspector.capture import Capture
    from web.session import Session

MAX_TOKENS = 2500
MAX_KERNEL = 4000
"""Rows that a page gets of a long history: the newest, and the tokens that facts and ways tell of."""

FRESH_NS = 1_000_000_000
"""How much later a packet may come into the tables than a word of the kernel of the same time."""

MAX_LIVES = 500
MAX_LIVES_AT_REST = 2000
"""Connections whose states are told, the newest: while the capture grows they are told again and again."""

MAX_STEPS = 64
"""Changes of state that are told of one connection; an ordinary life has ten."""


def add_sockets(api: Blueprint, session: Session) -> None:
    """The routes of sockets and their tokens."""

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
            return picture(capture, asked_number("since", -1))


def picture(capture: Capture, since: int) -> dict[str, Any]:
    """Everything that the view shows, or of it what changed after the ledger's revision `since`."""
    told, found = ways(capture), facts(capture)
    named = [row for way in told for row in (way.sender, way.entry, way.exit, way.receiver) if row >= 0]
    named += [row for fact in found for row in fact.tokens]
    changed = capture.tokens["revision"] > since
    tokens = np.union1d(np.flatnonzero(changed)[-MAX_TOKENS:], [row for row in named if changed[row]]).astype(np.intp)
    kernel = np.flatnonzero((capture.kernel["revision"] > since) | _is_fresh(capture))[-MAX_KERNEL:]
    return {
        "revision": capture.ledger.revision,
        "tokens": rows.BUILDERS["tokens"](capture, tokens),
        "kernel": rows.BUILDERS["kernel"](capture, kernel),
        "lives": _lives(capture),
        "facts": [_fact(capture, fact) for fact in found],
        "kinds": list(Kind),
        "ways": [described(capture, way) for way in told],
    }


def _is_fresh(capture: Capture) -> npt.NDArray[np.bool_]:
    """Which of the kernel's words are so new that packets from before them may still be coming in.

    What the wire shows beside them may change without a change of the word itself.
    """
    packets = capture.packets["time_ns"]
    fresh: npt.NDArray[np.bool_] = capture.kernel["time_ns"] > (packets[-1] if len(packets) else 0) - FRESH_NS
    return fresh


def _fact(capture: Capture, fact: Any) -> dict[str, Any]:
    return {
        "kind": fact.kind,
        "at_ns": fact.time_ns - (capture.start_ns or 0),
        "connection": fact.connection if fact.connection >= 0 else None,
        "tokens": list(fact.tokens),
        "sentence": fact.sentence,
    }


def _lives(capture: Capture) -> dict[int, list[list[Any]]]:
    """When the states of connections with tokens changed: [at_ns, client, server] each time, by connection."""
    known = np.union1d(capture.tokens["connection"], capture.kernel["connection"])
    newest = known[known >= 0][-(MAX_LIVES_AT_REST if capture.is_complete else MAX_LIVES) :]
    return {connection: _steps(capture, own) for connection, own in packets_of(capture, newest).items()}


def _steps(capture: Capture, own: Rows) -> list[list[Any]]:
    packets = capture.packets
    client, server = packets["client_state"][own], packets["server_state"][own]
    is_new = np.ones(len(own), bool)
    is_new[1:] = (client[1:] != client[:-1]) | (server[1:] != server[:-1])
    at = packets["time_ns"][own] - (capture.start_ns or 0)
    told = zip(at[is_new].tolist(), client[is_new].tolist(), server[is_new].tolist(), strict=True)
    return [[when, State(one).rfc_name, State(other).rfc_name] for when, one, other in told][-MAX_STEPS:]
