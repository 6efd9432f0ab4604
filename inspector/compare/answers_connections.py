"""The cells about pipes and who speaks: what was found, as a figure, a sentence, numbers and proof."""

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
    Kind.CLOSED: ("The client asks, the server answers", "One question, one answer, and the pipe is gone."),
    Kind.KEPT: ("The client asks, the server answers", "The pipe stays, and the turns: no answer without a question."),
    Kind.POLLING: ("The client asks, the server answers", "So the client asks again and again: there might be news."),
    Kind.STREAM: ("The server, after one question", "An answer without end; until it ends, the pipe carries no other."),
    Kind.WEBSOCKET: ("Either end, at any time", "After the upgrade nobody has to wait to be asked."),
}  # fmt: skip


NEXT_TRIPS = {
    Kind.CLOSED: "The next answer takes as many again: its pipe must be built first.",
    Kind.KEPT: "The next answer on the same pipe takes 1.",
    Kind.POLLING: "The next answer on an open pipe takes 1, and comes only when asked for.",
    Kind.STREAM: "The next event takes half a one: it is simply sent.",
    Kind.WEBSOCKET: "The next message takes half a one, in either direction: it is simply sent.",
}


def pipes(found: Findings, kind: Kind) -> Cell:
    """Was a pipe built, and how many?"""
    rows = found.lives[kind].connection
    questions, messages = len(found.http(kind, MessageKind.REQUEST)), found.costs[kind].messages
    share = {
        Kind.CLOSED: f"For {count(questions, 'question')}: a new one each time.",
        Kind.KEPT: f"For {count(questions, 'question')}: {_kept(questions > len(rows))}.",
        Kind.POLLING: f"For {count(questions, 'question')}, {messages:,} of them answered with something new.",
        Kind.STREAM: f"For {count(messages, 'event')}: one long answer.",
        Kind.WEBSOCKET: f"For {count(messages, 'message')}, from whichever end.",
    }
    first = found.capture.connections["first_packet"][rows].astype(np.int64)
    proof, proofs = found.prove(first, "the first packet of this pipe")
    told = found.only_told(kind)
    values: Values = {"pipes": len(rows), "questions": questions, "messages": messages, "only_told": told}
    return Cell(count(len(rows), "pipe"), share[kind] + tellers(told, len(rows)), values, proof, proofs)


def _kept(is_shared: bool) -> str:
    return "later ones found the pipe still there" if is_shared else "the pipe stayed open after the answer"


def tellers(told: int, pipes: int) -> str:
    """A sentence on the pipes of those who tell the server something, which are no reader's; empty without any."""
    return f" On {among(told, pipes)} a client told the server something and read nothing." if told else ""


def life(found: Findings, kind: Kind) -> Cell:
    """How long did a pipe live?"""
    lives = found.lives[kind]
    lasted = np.sort(lives.lasted_ns[lives.lasted_ns >= 0])
    if not len(lasted):
        return Cell("not known", "Times go back while they live.")
    middle, longest = median(lasted), int(lasted[-1])
    still = int(lives.is_open.sum())
    many = len(lasted) > 1
    detail = f"Median of {len(lasted):,}; the longest lived {duration(longest)}." if many else "There was only one."
    if still:
        detail += f" The end of {count(still, 'pipe')} was not captured: the time counts up to the end of the capture."
    order = np.argsort(-lives.lasted_ns, kind="stable")[: len(lasted)]
    last = found.capture.connections["last_packet"][lives.connection[order]].astype(np.int64)
    proof, proofs = found.prove(last, lambda i: f"the last packet after {duration(lives.lasted_ns[order[i]])}")
    values: Values = {"median_ns": middle, "longest_ns": longest, "open": still}
    return Cell(duration(middle), detail, values, proof, proofs)


def may_speak(found: Findings, kind: Kind) -> Cell:
    """Who may speak? The only fact that is not measured."""
    text, detail = WHO_MAY[kind]
    return Cell(text, detail)


def did_speak(found: Findings, kind: Kind) -> Cell:
    """Who spoke, and who did so unasked?"""
    said, chosen = found.said, found.messages(kind)
    pushes = chosen[said.is_push[chosen]]
    if kind is Kind.WEBSOCKET:
        client = int((said.direction[chosen] == Direction.CLIENT).sum())
        server, unit = len(chosen) - client, "message"
    else:
        client, unit = len(found.http(kind, MessageKind.REQUEST)), "question"
        server = len(pushes) if kind is Kind.STREAM else len(found.http(kind, MessageKind.RESPONSE))
    answers = "event" if kind is Kind.STREAM else "answer"
    unasked = np.concatenate((said.packet[pushes], _answers_to_nothing(found, kind)))
    detail = _unasked(len(pushes), server) if kind is Kind.WEBSOCKET else _asked(found, kind, len(unasked), server)
    proof, proofs = found.prove(unasked, "the server speaks unasked")
    text = (
        f"{count(client, unit)} from the client, {server:,} from the server"
        if kind is Kind.WEBSOCKET
        else f"{count(client, unit)}, {count(server, answers)}"
    )
    return Cell(text, detail, {"client": client, "server": server, "pushes": len(unasked)}, proof, proofs)


def _answers_to_nothing(found: Findings, kind: Kind) -> Ints:
    """The packets of answers that came without a request, as a 408 on an idle connection does (RFC 9110 §15.5.9): on
    connections of which all that the client sent was seen.
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
    """Of an HTTP kind: what of the server's came without a question."""
    if kind is Kind.STREAM:
        answers = len(found.http(kind, MessageKind.RESPONSE))
        return f"The events came in {count(answers, 'answer')}, none of them asked for by itself."
    if unasked:
        return f"{among(unasked, server).capitalize()} of the answers came without a question."
    exchange = found.capture.http_messages["exchange"][found.http(kind, MessageKind.RESPONSE)]
    unseen = int((found.capture.exchanges["request"][exchange] < 0).sum())
    if unseen:
        return f"The question of {among(unseen, server)} answers is not in the capture."
    return "Each answer followed a question."


def _unasked(pushes: int, server: int) -> str:
    if not server:
        return "The server sent no message."
    if not pushes:
        return "Every message of the server follows one of the client."
    some = "All" if pushes == server else f"At least {among(pushes, server)}"
    return f"{some} of the server's came unasked: that client had sent no message since the one before."


def round_trips(found: Findings, kind: Kind) -> Cell:
    """How many round trips until the first useful byte?"""
    first = found.first_bytes[kind]
    if not len(first.flights):
        return Cell("not seen", "No pipe of this kind was seen from its beginning to its first useful byte.")
    middle = len(first.flights) // 2
    trips, took = float(np.sort(first.flights)[middle]) / 2, int(np.sort(first.took_ns)[middle])
    waiting = "" if kind is Kind.CLOSED else ", the wait for something to say included"
    in_vain = (
        f" Probably {count(int(trips) - 2, 'question')} before it came back empty."
        if kind is Kind.POLLING and trips > 2
        else ""
    )
    proof, proofs = found.prove(
        first.packet, lambda i: f"the first useful byte, after {decimal(first.flights[i] / 2)} round trips"
    )
    values: Values = {"round_trips": trips, "took_ns": took, "pipes": len(first.flights)}
    detail = f"It came {duration(took)} after the SYN{waiting}.{in_vain} {NEXT_TRIPS[kind]}"
    return Cell(f"{decimal(trips)} round trips", detail, values, proof, proofs)
