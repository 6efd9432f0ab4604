"""Answers about connections and who sends: each has a figure, a sentence, values and the packets that prove it."""

from __future__ import annotations

import numpy as np

from inspector.compare.comparison import Cell, Findings, Values
from inspector.compare.delivery_methods import Kind
from inspector.compare.number_text import among, decimal
from inspector.query.percentiles import median
from inspector.tables.arrays import Ints
from inspector.tables.table import Direction, MessageKind
from inspector.units import count, duration

WHO_MAY = {
    Kind.CLOSED: ("The client requests, the server responds", "One request, one response, and the connection closes."),
    Kind.KEPT: (
        "The client requests, the server responds",
        "The connection stays open, but there is still no response without a request.",
    ),
    Kind.POLLING: (
        "The client requests, the server responds",
        "So the client keeps sending requests, in case there is news.",
    ),
    Kind.STREAM: (
        "The server, after one request",
        "One response that does not end; until it ends, the connection carries no other.",
    ),
    Kind.WEBSOCKET: ("Either end, at any time", "After the upgrade, neither end has to wait for a request."),
}  # fmt: skip


NEXT_TRIPS = {
    Kind.CLOSED: "The next response takes as many again, since its connection must be opened first.",
    Kind.KEPT: "The next response on the same connection takes 1.",
    Kind.POLLING: "The next response on an open connection takes 1, and comes only on request.",
    Kind.STREAM: "The next event takes half a round trip: it is simply sent.",
    Kind.WEBSOCKET: "The next message takes half a round trip, in either direction: it is simply sent.",
}


def connections_opened(found: Findings, kind: Kind) -> Cell:
    """The answer to: How many TCP connections were opened?"""
    rows = found.lives[kind].connection
    requests, messages = len(found.http(kind, MessageKind.REQUEST)), found.costs[kind].messages
    share = {
        Kind.CLOSED: f"{count(requests, 'request')}, one connection each.",
        Kind.KEPT: f"{count(requests, 'request')}; {_kept(requests > len(rows))}.",
        Kind.POLLING: f"{count(requests, 'request')}; {messages:,} of the responses contained something new.",
        Kind.STREAM: f"{count(messages, 'event')}, one long response per connection.",
        Kind.WEBSOCKET: f"{count(messages, 'message')}, in both directions together.",
    }
    first = found.capture.connections["first_packet"][rows].astype(np.int64)
    proof, proofs = found.prove(first, "the first packet of this connection")
    senders = found.only_sending(kind)
    values: Values = {"pipes": len(rows), "questions": requests, "messages": messages, "only_told": senders}
    return Cell(count(len(rows), "connection"), share[kind] + senders_only(senders, len(rows)), values, proof, proofs)


def _kept(is_shared: bool) -> str:
    return "later ones used an open connection" if is_shared else "the connection stayed open after the response"


def senders_only(senders: int, connections: int) -> str:
    """A sentence about connections on which a client only sent content, as the news editor does; "" if there are
    none.
    """
    return f" On {among(senders, connections)} a client only sent content and received none." if senders else ""


def life(found: Findings, kind: Kind) -> Cell:
    """The answer to: How long did a connection last?"""
    lives = found.lives[kind]
    lasted = np.sort(lives.lasted_ns[lives.lasted_ns >= 0])
    if not len(lasted):
        return Cell("not known", "Timestamps go backwards while they are open.")
    middle, longest = median(lasted), int(lasted[-1])
    still = int(lives.is_open.sum())
    many = len(lasted) > 1
    detail = f"Median of {len(lasted):,}; the longest lasted {duration(longest)}." if many else "There was only one."
    if still:
        detail += f" The end of {count(still, 'connection')} was not captured: counted to the end of the capture."
    order = np.argsort(-lives.lasted_ns, kind="stable")[: len(lasted)]
    last = found.capture.connections["last_packet"][lives.connection[order]].astype(np.int64)
    proof, proofs = found.prove(last, lambda i: f"the last packet after {duration(lives.lasted_ns[order[i]])}")
    values: Values = {"median_ns": middle, "longest_ns": longest, "open": still}
    return Cell(duration(middle), detail, values, proof, proofs)


def who_may_send(found: Findings, kind: Kind) -> Cell:
    """The answer to: Who may send? This is a rule of the protocol, the only answer that is not measured."""
    text, detail = WHO_MAY[kind]
    return Cell(text, detail)


def who_sent(found: Findings, kind: Kind) -> Cell:
    """The answer to: Who sent, and who did so without a request?"""
    all_messages, chosen = found.all_messages, found.messages(kind)
    pushes = chosen[all_messages.is_push[chosen]]
    if kind is Kind.WEBSOCKET:
        client = int((all_messages.direction[chosen] == Direction.CLIENT).sum())
        server, unit = len(chosen) - client, "message"
    else:
        client, unit = len(found.http(kind, MessageKind.REQUEST)), "request"
        server = len(pushes) if kind is Kind.STREAM else len(found.http(kind, MessageKind.RESPONSE))
    answers = "event" if kind is Kind.STREAM else "response"
    unasked = np.concatenate((all_messages.packet[pushes], _answers_to_nothing(found, kind)))
    detail = _unasked(len(pushes), server) if kind is Kind.WEBSOCKET else _asked(found, kind, len(unasked), server)
    proof, proofs = found.prove(unasked, "the server sends without a request")
    text = (
        f"{count(client, unit)} from the client, {server:,} from the server"
        if kind is Kind.WEBSOCKET
        else f"{count(client, unit)}, {count(server, answers)}"
    )
    return Cell(text, detail, {"client": client, "server": server, "pushes": len(unasked)}, proof, proofs)


def _answers_to_nothing(found: Findings, kind: Kind) -> Ints:
    """The packets of responses without a request, such as a 408 on an idle connection (RFC 9110 §15.5.9), on
    connections whose client bytes were all captured.
    """
    capture = found.capture
    responses = found.http(kind, MessageKind.RESPONSE)
    exchange = capture.http_messages["exchange"][responses]
    connection = capture.http_messages["connection"][responses]
    is_whole = (capture.connections["isn_known"][connection] == 1).all(axis=1)
    is_whole &= capture.connections["missed_bytes"][connection, Direction.CLIENT] == 0
    alone = (capture.exchanges["request"][exchange] < 0) & is_whole
    packets: Ints = capture.http_messages["packet"][responses[alone]].astype(np.int64)
    return packets


def _asked(found: Findings, kind: Kind, unasked: int, server: int) -> str:
    """A sentence about which responses of an HTTP kind came without a request."""
    if kind is Kind.STREAM:
        answers = len(found.http(kind, MessageKind.RESPONSE))
        return f"The events came in {count(answers, 'response')}; none of them had a request of its own."
    if unasked:
        return f"{among(unasked, server).capitalize()} of the responses came without a request."
    exchange = found.capture.http_messages["exchange"][found.http(kind, MessageKind.RESPONSE)]
    unseen = int((found.capture.exchanges["request"][exchange] < 0).sum())
    if unseen:
        return f"The request of {among(unseen, server)} responses is not in the capture."
    return "Each response followed a request."


def _unasked(pushes: int, server: int) -> str:
    if not server:
        return "The server sent no message."
    if not pushes:
        return "Each message from the server followed a message from the client."
    some = "All" if pushes == server else f"At least {among(pushes, server)}"
    return f"{some} of the server's were pushed: that client had sent no message since the server's previous one."


def round_trips(found: Findings, kind: Kind) -> Cell:
    """The answer to: How many round trips to the first useful byte?"""
    first = found.first_bytes[kind]
    if not len(first.flights):
        return Cell("not seen", "No connection of this kind was captured from its SYN to its first useful byte.")
    middle = len(first.flights) // 2
    trips, took = float(np.sort(first.flights)[middle]) / 2, int(np.sort(first.took_ns)[middle])
    waiting = "" if kind is Kind.CLOSED else ", including the wait for something to send"
    in_vain = (
        f" Before it, probably {count(int(trips) - 2, 'request')} found nothing new."
        if kind is Kind.POLLING and trips > 2
        else ""
    )
    proof, proofs = found.prove(
        first.packet, lambda i: f"the first useful byte, after {decimal(first.flights[i] / 2)} round trips"
    )
    values: Values = {"round_trips": trips, "took_ns": took, "pipes": len(first.flights)}
    detail = f"It came {duration(took)} after the SYN{waiting}.{in_vain} {NEXT_TRIPS[kind]}"
    return Cell(f"{decimal(trips)} round trips", detail, values, proof, proofs)
