"""Rows of waits: what each exchange or message waited for, with a sentence that names packets, times and what the
kernel and the programs reported.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from inspector.engine.clocks import has_time
from inspector.http.head import head
from inspector.query.wait_causes import (
    CAUSE_TITLES,
    CAUSES,
    SHORT_NS,
    Cause,
    alternatives_of,
    cause_code,
)
from inspector.query.waits import Longest, WaitKind, Waits, are_slow
from inspector.query.waits import waits as waits_of
from inspector.tables.arrays import Integers, Ints, Rows
from inspector.tables.table import SIDES, Direction
from inspector.units import count, duration
from inspector.views.columns import Columns, Numbers, Records, Texts, known, words_of
from inspector.websocket.opcodes import MESSAGE_KINDS

if TYPE_CHECKING:
    from inspector.engine.capture import Capture

TARGET_LIMIT = 60
"""Maximum number of characters of a request target that names an exchange."""

SENTENCES: dict[Cause, str] = {
    Cause.SERVER: "{ns} for the server's program: it sent no byte{between}",
    Cause.CLIENT: "{ns} for the client's program: it sent no byte{between}",
    Cause.NETWORK: "{ns} for packets in transit{between}",
    Cause.HANDSHAKE: "{ns} for the handshake{between}",
    Cause.ACCEPT: "{ns} for the server's accept(){between}",
    Cause.NAGLE: "{ns} for a delayed ACK: Nagle's algorithm probably held back the next bytes{between}",
    Cause.FAST_RETRANSMISSION: "{ns} for bytes that were retransmitted after duplicate ACKs{between}",
    Cause.TIMEOUT: "{ns} for a retransmission timer{between}",
    Cause.RECEIVE_WINDOW: "{ns} for a receive window that was zero or full{between}",
    Cause.CONGESTION_WINDOW: "{ns} for ACKs, probably with a full congestion window{between}",
    Cause.EARLIER_RESPONSE: "{ns} for earlier responses of the connection{between}",
}
"""What is said of the main cause: its share of the wait, and where most of it lies."""


OF_THE_PATH = (Cause.NETWORK, Cause.HANDSHAKE, Cause.CONGESTION_WINDOW)
"""Causes whose share depends on how far both ends are from the capture."""


def wait_columns(capture: Capture, waits: Waits, chosen: Rows) -> Columns:
    """Waits: their causes with the share of each, and a sentence about the longest part."""
    table = waits.table
    cause, shares = table["cause"][chosen], table["shares"][chosen]
    start, first = table["time_ns"][chosen], table["first_packet"][chosen]
    is_timed = has_time(capture, first)
    own = np.where(cause >= 0, shares[np.arange(len(chosen)), cause], 0)
    causes = cause_columns(cause, table["alternatives"][chosen], shares)
    return {
        "id": Numbers(chosen),
        "kind": words_of(table["kind"][chosen], lambda kind: WaitKind(kind).name.lower()),
        "row": Numbers(table["row"][chosen]),
        "connection": Numbers(table["connection"][chosen]),
        "time_ns": Numbers(start, is_timed),
        "at_ns": Numbers(start - (capture.start_ns or 0), is_timed),
        "wait_ns": known(table["wait_ns"][chosen]),
        "cause": causes["cause"],
        "alternatives": causes["alternatives"],
        "cause_ns": Numbers(own),
        "shares_ns": causes["shares_ns"],
        "first_packet": Numbers(capture.numbers(first)),
        "last_packet": Numbers(capture.numbers(table["last_packet"][chosen])),
        "what": Texts([_what(capture, waits, i) for i in chosen.tolist()]),
        "sentence": Texts([sentence(capture, waits, i) for i in chosen.tolist()]),
    }


def cause_columns(cause: Integers, alternatives: Integers, shares: Ints) -> Columns:
    """Columns of causes, from the columns of the same names of the table `waits`."""
    return {
        "cause": words_of(cause, lambda one: cause_code(one) if one >= 0 else None),
        "alternatives": words_of(alternatives, alternatives_of, "texts"),
        "shares_ns": Records({code: Numbers(shares[:, i]) for code, i in CAUSES.items()}),
    }


def exchange_sentence(capture: Capture, number: int) -> str:
    """What an exchange waited for, as one line; "" if it was not slow or has no request."""
    if not are_slow(capture, np.array([number]))[0]:
        return ""
    found = waits_of(capture, int(capture.exchanges["connection"][number]))
    table = found.table
    places = np.flatnonzero((table["kind"] == WaitKind.EXCHANGE) & (table["row"] == number))
    return sentence(capture, found, int(places[0])) if len(places) else ""


def _what(capture: Capture, waits: Waits, i: int) -> str:
    """The name of what waited: method and target of the request, or sender and kind of the message."""
    row = int(waits.table["row"][i])
    if waits.table["kind"][i] == WaitKind.MESSAGE:
        kind = int(capture.messages["kind"][row])
        return f"{SIDES[capture.messages['direction'][row]]} {MESSAGE_KINDS.get(kind, f'opcode {kind}')}"
    start = head(capture, int(capture.exchanges["request"][row]))
    return f"{start.method} {start.target}"[:TARGET_LIMIT]


def sentence(capture: Capture, waits: Waits, i: int) -> str:
    """What wait `i` was for, as one line; "" if it took no time, or if that is not known."""
    longest, cause = waits.longest(i), int(waits.table["cause"][i])
    if longest is None:
        return ""
    since, packet = capture.numbers(np.array([longest.since, longest.packet])).tolist()
    share = int(waits.table["shares"][i, cause])
    most = "" if longest.ns == share else f", {duration(longest.ns)} of it"
    text = SENTENCES[Cause(cause)].format(ns=duration(share), between=f"{most} between packets {since} and {packet}")
    others = [CAUSE_TITLES[CAUSES[code]] for code in alternatives_of(int(waits.table["alternatives"][i]))]
    either = f"; or for {' or '.join(others)}: the packets do not show which" if others else ""
    notes = _unanswered(capture, waits, i) + _reported(capture, waits, i, Cause(cause), longest)
    return f"{text}{either}.{_measured(waits, i) if others or cause in OF_THE_PATH else ''}{notes}"


def _measured(waits: Waits, i: int) -> str:
    """Where the capture was made, if it matters: one that is far from an end sees that end's packets later."""
    to_client, to_server = waits.round_trips(i)
    if max(to_client, to_server) < SHORT_NS:
        return ""
    client, server = duration(to_client), duration(to_server)
    return f" Round trips from where it was captured: {client} to the client, {server} to the server."


def _unanswered(capture: Capture, waits: Waits, i: int) -> str:
    table = waits.table
    is_exchange = table["kind"][i] == WaitKind.EXCHANGE
    if is_exchange and capture.exchanges["response"][table["row"][i]] < 0:
        return " No response is in the capture."
    return ""


def _reported(capture: Capture, waits: Waits, i: int, cause: Cause, longest: Longest) -> str:
    """What the kernel and the programs reported about this wait, as sentences; "" if nothing."""
    connection, times = int(waits.table["connection"][i]), capture.packets["time_ns"]
    from_ns, to_ns = int(times[longest.since]), int(times[longest.packet])
    sender = int(capture.packets["direction"][longest.packet])
    match cause:
        case Cause.SERVER | Cause.CLIENT:
            side = int(cause == Cause.CLIENT) ^ Direction.SERVER
            return _holder(capture, connection, side) + _unread(capture, connection, side, from_ns, to_ns)
        case Cause.ACCEPT:
            return _holder(capture, connection, Direction.SERVER)
        case Cause.RECEIVE_WINDOW:
            held = _kernel(capture, connection, None, from_ns, to_ns)
            most = int(capture.kernel["unread"][held].max(initial=0))
            return f" The kernel held up to {count(most, 'byte')} that the receiver had not read." if most else ""
        case Cause.FAST_RETRANSMISSION | Cause.TIMEOUT:
            own = _kernel(capture, connection, None, 0, None)
            again = int(capture.kernel["retransmissions"][own].max(initial=0))
            return f" The kernel counted {count(again, 'retransmitted segment')}." if again else ""
        case Cause.CONGESTION_WINDOW:
            own = _kernel(capture, connection, sender, from_ns, to_ns)
            window = int(capture.kernel["congestion_window"][own].max(initial=0))
            return f" The kernel's congestion window was {count(window, 'segment')}." if window else ""
    return ""


def _holder(capture: Capture, connection: int, side: int) -> str:
    """The process that held the file descriptor of this end."""
    table = capture.tokens
    found = np.flatnonzero((table["connection"] == connection) & (table["direction"] == side))
    if not len(found):
        return ""
    row = int(found[0])
    process = bytes(table["process"][row]).rstrip(b"\0").decode("utf-8", "replace")
    return f" Its process: {process} ({table['pid'][row]}), fd {table['fd'][row]}."


def _unread(capture: Capture, connection: int, side: int, from_ns: int, to_ns: int) -> str:
    """Whether the program of this end had read what had come, as the kernel reported it."""
    own = _kernel(capture, connection, side, from_ns, to_ns)
    if not len(own):
        return ""
    unread, at = capture.kernel["unread"][own], capture.kernel["time_ns"][own]
    if not unread.any():
        return (
            f" {duration(int(at[0]) - from_ns)} after the first of them it had read all that its kernel had received."
        )
    last = int(np.flatnonzero(unread)[-1])
    left = count(int(unread[last]), "byte")
    return f" {duration(int(at[last]) - from_ns)} after the first of them it had not yet read {left}."


def _kernel(capture: Capture, connection: int, side: int | None, from_ns: int, to_ns: int | None) -> Rows:
    """Rows of the kernel's reports about this connection, or one end of it, between two times."""
    table = capture.kernel
    chosen = (table["connection"] == connection) & (table["is_listed"] == 1) & (table["time_ns"] >= from_ns)
    if side is not None:
        chosen &= table["direction"] == side
    if to_ns is not None:
        chosen &= table["time_ns"] + table["took_ns"] <= to_ns
    return np.flatnonzero(chosen)
