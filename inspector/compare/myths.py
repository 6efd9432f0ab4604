"""Where the popular claim is too simple: what people say, and what these packets show instead."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from inspector.compare.answers_costs import poll_pace
from inspector.compare.comparison import Findings, Proof
from inspector.compare.costs import Phase
from inspector.compare.delivery_methods import Kind
from inspector.compare.number_text import among
from inspector.tables.table import MessageKind
from inspector.units import count, duration, size


@dataclass(frozen=True, slots=True)
class Truth:
    """A claim as it goes around, and the measured truth beside it."""

    claim: str
    truth: str
    proof: list[Proof] = field(default_factory=list)


def truths(found: Findings) -> list[Truth]:
    """Those that this capture can show."""
    told = (tell(found) for tell in TELLERS)
    return [truth for truth in told if truth is not None]


def _kept_alive(found: Findings) -> Truth | None:
    rows = found.lives[Kind.KEPT].connection
    if not len(rows):
        return None
    questions = len(found.http(Kind.KEPT, MessageKind.REQUEST))
    requests = found.http(Kind.KEPT, MessageKind.REQUEST)
    connections = found.capture.http_messages["connection"][requests]
    again = np.flatnonzero(connections[1:] == connections[:-1]) + 1
    packets = found.capture.http_messages["packet"][requests[again]].astype(np.int64)
    return Truth(
        "HTTP takes the pipe down after every answer.",
        f"Not since keep-alive: here {count(questions, 'question')} went through {count(len(rows), 'pipe')}. "
        "HTTP/1.1 keeps a pipe unless somebody says “Connection: close”. The server "
        "still cannot begin an exchange.",
        found.prove(packets, "another question on the same pipe")[0],
    )


def _both_ways(found: Findings) -> Truth | None:
    short = [kind for kind in (Kind.CLOSED, Kind.KEPT, Kind.POLLING) if len(found.lives[kind].connection)]
    if not short:
        return None
    rows = np.concatenate([found.lives[kind].connection for kind in short])
    client, server = found.capture.connections["bytes"][rows].sum(axis=0).tolist()
    if not client or not server:
        return None
    return Truth(
        "HTTP is a one-way street.",
        f"Bytes went both ways: {size(client)} from clients, {size(server)} from servers. Only the client "
        "may begin an exchange.",
    )


def _pushes_over_http(found: Findings) -> Truth | None:
    pushes = found.messages(Kind.STREAM)
    if not len(pushes):
        return None
    pipes, requests = len(found.lives[Kind.STREAM].connection), found.http(Kind.STREAM, MessageKind.REQUEST)
    asking = len(np.unique(found.capture.http_messages["connection"][requests]))
    is_one_each = len(requests) == asking == pipes
    after = "after one question each" if is_one_each else f"after {count(len(requests), 'question')}"
    return Truth(
        "Only WebSocket lets the server push.",
        f"Plain HTTP did it here as well: {count(len(pushes), 'event')} on {count(pipes, 'pipe')}, {after}. "
        "What is missing is the way back: as long as the answer goes on, the client needs another pipe to say "
        "something (in HTTP/2, another stream).",
        found.prove(found.said.packet[pushes], "pushed over HTTP")[0],
    )


def _still_asks(found: Findings) -> Truth | None:
    rows = found.lives[Kind.WEBSOCKET].connection
    if not len(rows):
        return None
    cost = found.costs[Kind.WEBSOCKET]
    upgrades = found.http(Kind.WEBSOCKET, MessageKind.REQUEST)
    _, last = np.unique(found.capture.http_messages["connection"][upgrades][::-1], return_index=True)
    upgrades = upgrades[::-1][last]  # of a pipe that was used before, the last request is the one for the upgrade
    if not len(upgrades):
        return None
    packets = found.capture.http_messages["packet"][upgrades].astype(np.int64)
    return Truth(
        "WebSocket replaces HTTP.",
        f"It begins as HTTP: {len(upgrades):,} of {count(len(rows), 'pipe')} began with a question and an "
        f"upgrade. Building {'it' if len(rows) == 1 else 'them'} took {count(cost.packets[Phase.BUILDING], 'packet')}, "
        f"{size(cost.wire_bytes[Phase.BUILDING])}; it pays once many messages follow.",
        found.prove(packets, "asks for the upgrade")[0],
    )


def _cheap_while_it_talks(found: Findings) -> Truth | None:
    cost = found.costs[Kind.WEBSOCKET]
    short = found.costs[Kind.CLOSED]
    if not cost.messages or not short.messages:
        return None
    one, other = cost.all_bytes / cost.messages, short.all_bytes / short.messages
    held = found.lives[Kind.WEBSOCKET]
    word = "less" if one < other else "more"
    return Truth(
        "A WebSocket message costs next to nothing.",
        f"With everything it took, one cost {size(one)} here, {word} than the {size(other)} of a message on a pipe of "
        f"its own; contents differ, so look at the row of useful bytes too. And its "
        f"{count(len(held.connection), 'pipe')} had to be held for {duration(held.held_ns)} altogether.",
    )


def _polls_for_nothing(found: Findings) -> Truth | None:
    polls = found.polls
    answered = int((polls.response >= 0).sum())
    pace = poll_pace(found)
    if not answered or pace is None:
        return None
    empty = int(((polls.response >= 0) & ~polls.is_new).sum())
    packets = found.capture.http_messages["packet"][polls.request[~polls.is_new]].astype(np.int64)
    cost = found.costs[Kind.POLLING]
    return Truth(
        "Polling is nearly real time.",
        f"It is as fresh as its clock: a question every {duration(pace)}, {among(empty, answered)} of them for nothing."
        f" All together they moved {size(cost.all_bytes)} for {size(cost.useful)} of news; asking more often makes "
        "news fresher and the price higher.",
        found.prove(packets, "asks in vain")[0],
    )


def _more_than_a_socket(found: Findings) -> Truth | None:
    everybody = [rows for kind in found.present for rows in found.lives[kind].connection.tolist()]
    if len(everybody) < 2:
        return None
    connections = found.capture.connections
    parts = ("family", "server_hi", "server_lo", "server_port")
    servers = {tuple(int(connections[part][row]) for part in parts) for row in everybody[:10_000]}
    if len(servers) >= len(everybody):
        return None
    return Truth(
        "A socket is an IP address and a port.",
        f"That names one end. Here {count(min(len(everybody), 10_000), 'pipe')} lead to only "
        f"{count(len(servers), 'server socket')}; what tells the pipes apart is both ends together.",
    )


TELLERS: tuple[Callable[[Findings], Truth | None], ...] = (
    _kept_alive,
    _both_ways,
    _pushes_over_http,
    _polls_for_nothing,
    _still_asks,
    _cheap_while_it_talks,
    _more_than_a_socket,
)
