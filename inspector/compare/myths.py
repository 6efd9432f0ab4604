"""Common claims about HTTP and WebSocket, each with what the packets of the capture show."""

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
    """A common claim, what the capture shows instead, and the proof."""

    claim: str
    truth: str
    proof: list[Proof] = field(default_factory=list)


def truths(found: Findings) -> list[Truth]:
    """The claims about which this capture shows something, each with what it shows."""
    truths_found = (tell(found) for tell in TELLERS)
    return [truth for truth in truths_found if truth is not None]


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
        "HTTP closes the connection after every response.",
        f"Not since keep-alive: here {count(questions, 'request')} used {count(len(rows), 'connection')}. "
        "HTTP/1.1 keeps a connection open unless one end sends “Connection: close”. The server "
        "still cannot begin an exchange.",
        found.prove(packets, "another request on the same connection")[0],
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
    connections, requests = len(found.lives[Kind.STREAM].connection), found.http(Kind.STREAM, MessageKind.REQUEST)
    requesting = len(np.unique(found.capture.http_messages["connection"][requests]))
    is_one_each = len(requests) == requesting == connections
    after = "after one request each" if is_one_each else f"after {count(len(requests), 'request')}"
    return Truth(
        "Only WebSocket lets the server push.",
        f"Plain HTTP did it here as well: {count(len(pushes), 'event')} on {count(connections, 'connection')}, "
        f"{after}. What it lacks is the opposite direction: as long as the response lasts, the client needs another "
        "connection to send something (in HTTP/2, another stream).",
        found.prove(found.all_messages.packet[pushes], "pushed over HTTP")[0],
    )


def _begins_as_http(found: Findings) -> Truth | None:
    rows = found.lives[Kind.WEBSOCKET].connection
    if not len(rows):
        return None
    cost = found.costs[Kind.WEBSOCKET]
    upgrades = found.http(Kind.WEBSOCKET, MessageKind.REQUEST)
    _, last = np.unique(found.capture.http_messages["connection"][upgrades][::-1], return_index=True)
    upgrades = upgrades[::-1][last]  # on a connection with several requests, the last one is the upgrade
    if not len(upgrades):
        return None
    packets = found.capture.http_messages["packet"][upgrades].astype(np.int64)
    return Truth(
        "WebSocket replaces HTTP.",
        f"It begins as HTTP: {len(upgrades):,} of {count(len(rows), 'connection')} began with a request and an "
        f"upgrade. Opening {'it' if len(rows) == 1 else 'them'} took {count(cost.packets[Phase.BUILDING], 'packet')}, "
        f"{size(cost.wire_bytes[Phase.BUILDING])}; that pays off once many messages follow.",
        found.prove(packets, "requests the upgrade")[0],
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
        f"With all headers, and its share of opening and closing, one cost {size(one)} here, {word} than the "
        f"{size(other)} of a message on a connection of "
        f"its own; contents differ, so compare the useful bytes too. And its "
        f"{count(len(held.connection), 'connection')} had to stay open for {duration(held.held_ns)} in total.",
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
        f"News can be as old as the polling interval, here one request every {duration(pace)}. "
        f"{among(empty, answered).capitalize()} found nothing new. All polls together took "
        f"{size(cost.all_bytes)} to deliver {size(cost.useful)} of news. Polling more often reduces the delay "
        "and costs more.",
        found.prove(packets, "finds nothing new")[0],
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
        f"That identifies one end. Here {count(min(len(everybody), 10_000), 'connection')} lead to only "
        f"{count(len(servers), 'server socket')}; only both ends together identify a connection.",
    )


TELLERS: tuple[Callable[[Findings], Truth | None], ...] = (
    _kept_alive,
    _both_ways,
    _pushes_over_http,
    _polls_for_nothing,
    _begins_as_http,
    _cheap_while_it_talks,
    _more_than_a_socket,
)
