"""The comparison as JSON-ready dictionaries, as the command line, the API and the page show it.

As in `inspector.views.rows`, packets are numbered from 1, connections are given by id, and times are in nanoseconds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from inspector.compare.comparison import Cell, Findings, Proof, find
from inspector.compare.delivery_methods import NAMES, RULES, TITLES, Kind
from inspector.compare.myths import truths
from inspector.compare.questions import FACTS

if TYPE_CHECKING:
    from inspector.engine.capture import Capture

Row = dict[str, Any]

MOST_CONNECTIONS = 200
"""Maximum number of connections listed per kind."""


def compare(capture: Capture, interface: int | None = None) -> Row:
    """The comparison of a capture as it is now, or only of what was captured on one interface (see `runs`).

    Returns:
        `interface`, null if the whole capture was compared; `duration_ns`; `kinds`, those that occur in the capture,
        with their connections and lifetimes; `facts`, the questions, each with `cells` by the kind's name; `truths`;
        `missing`, the kinds that do not occur; `left_out`, the number of connections of no kind, by protocol.
    """
    found = find(capture, interface)
    return {
        "interface": interface,
        "duration_ns": found.duration_ns,
        "kinds": [_kind(found, kind) for kind in found.present],
        "facts": [
            {
                "name": fact.name,
                "question": fact.question,
                "how": fact.how,
                "cells": {NAMES[kind]: _cell(fact.answer(found, kind)) for kind in found.present},
            }
            for fact in FACTS
        ],
        "truths": [
            {"claim": truth.claim, "truth": truth.truth, "proof": _proof(truth.proof)} for truth in truths(found)
        ],
        "missing": [_name(kind) for kind in Kind if kind not in found.present],
        "left_out": found.left_out(),
    }


def _name(kind: Kind) -> Row:
    return {"name": NAMES[kind], "title": TITLES[kind], "rule": RULES[kind]}


def _kind(found: Findings, kind: Kind) -> Row:
    lives = found.lives[kind]
    drawn = lives.drawn()
    start_ns = found.start_ns
    return {
        **_name(kind),
        "connections": lives.connection[:MOST_CONNECTIONS].tolist(),
        "total": len(lives.connection),
        "lives": [
            {"connection": connection, "at_ns": start, "until_ns": end, "is_open": is_open}
            for connection, start, end, is_open in zip(
                lives.connection[drawn].tolist(),
                (lives.start_ns[drawn] - start_ns).tolist(),
                np.minimum(lives.end_ns[drawn] - start_ns, found.duration_ns).tolist(),
                lives.is_open[drawn].tolist(),
                strict=True,
            )
        ],
    }


def _cell(cell: Cell) -> Row:
    return {
        "text": cell.text,
        "detail": cell.detail,
        "values": cell.values,
        "proof": _proof(cell.proof),
        "proofs": cell.proofs,
    }


def _proof(proof: list[Proof]) -> list[Row]:
    return [{"packet": p.packet + 1, "connection": p.connection, "what": p.what} for p in proof]
