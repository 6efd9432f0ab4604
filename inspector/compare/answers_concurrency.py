"""Answers about concurrent connections and the file descriptors that hold them."""

from __future__ import annotations

import numpy as np

from inspector.compare.comparison import Cell, Findings, Proof, Values
from inspector.compare.delivery_methods import Kind
from inspector.compare.lifetimes import most_at_once
from inspector.units import count, duration
from inspector.views.sockets.descriptor_rows import process_of

NOT_RECORDED = Cell(
    "not recorded",
    "No packet shows the file descriptor by which a program holds its socket. Recordings of the demo and the lab "
    "contain it as well.",
)


def pipes_at_once(found: Findings, kind: Kind) -> Cell:
    """The answer to: How many connections were open at the same time?"""
    lives = found.lives[kind]
    detail = f"Open for {duration(lives.held_ns)} in total, in a capture of {duration(found.duration_ns)}."
    starts = found.capture.connections["first_packet"][lives.connection].astype(np.int64)
    proof, proofs = found.prove(starts, "opened here")
    values: Values = {"most": lives.most, "held_ns": lives.held_ns}
    return Cell(f"{lives.most:,} at most", detail, values, proof, proofs)


def tokens(found: Findings, kind: Kind) -> Cell:
    """The answer to: How many file descriptors were allocated, and for how long?"""
    table, packets = found.capture.tokens, found.capture.packets
    rows = np.flatnonzero(table["connection"] >= 0)
    rows = rows[found.kinds[table["connection"][rows]] == kind]
    if not len(rows) or not len(packets):
        return NOT_RECORDED
    opened, closed = table["opened_ns"][rows], table["closed_ns"][rows]
    closed = np.where(closed < 0, max(packets["time_ns"].max(), opened.max(), closed.max()), closed)
    is_known = closed >= opened  # false if the clock was set back between the two
    held = int((closed - opened)[is_known].sum())
    most = most_at_once(opened[is_known], closed[is_known])
    handed = {(int(table["pid"][row]), int(table["fd"][row])) for row in rows.tolist()}
    again = len(rows) - len(handed)
    detail = f"At most {most:,} at the same time, held for {duration(held)} in total."
    detail += f" {count(again, 'number')} reused." if again else ""
    values: Values = {"tokens": len(rows), "most": most, "held_ns": held, "handed_out_again": again}
    proof = [_holder(found, int(row)) for row in rows[:4]]
    return Cell(count(len(rows), "descriptor"), detail, values, proof, len(rows))


def _holder(found: Findings, row: int) -> Proof:
    """Which process holds its end of a connection as which descriptor; the packet is the connection's first."""
    capture = found.capture
    table = capture.tokens
    connection = int(table["connection"][row])
    process = f"{process_of(table, row)} ({int(table['pid'][row])})"
    packet = int(capture.connections["first_packet"][connection])
    return Proof(packet, connection, f"{process} holds its end as descriptor {int(table['fd'][row])}")
