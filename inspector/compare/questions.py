"""The questions of the comparison, and how each is answered: the rows of the table, as data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from inspector.compare import answers_concurrency, answers_connections, answers_costs
from inspector.compare.comparison import Cell, Findings
from inspector.compare.delivery_methods import Kind


@dataclass(frozen=True, slots=True)
class Fact:
    """One question: what programs call it, how people ask it, how the answer is found, and what finds it."""

    name: str
    question: str
    how: str
    answer: Callable[[Findings, Kind], Cell]


FACTS: tuple[Fact, ...] = (
    Fact(
        "pipes",
        "Was a pipe built, and how many?",
        "Two sockets, one at either end, make a pipe: a TCP connection. Counted are connections, from "
        "the SYN that asks for one; and what went through them.",
        answers_connections.pipes,
    ),
    Fact(
        "life",
        "How long did a pipe live?",
        "From a connection's first packet to its last; to the end of the capture where nobody has begun to close it. "
        "The picture draws each life on the capture's time axis.",
        answers_connections.life,
    ),
    Fact(
        "may_speak",
        "Who may speak?",
        "The one row that is a rule and no measurement: RFC 9110 §3.4 for HTTP, the WHATWG HTML standard §9.2 for "
        "Server-Sent Events, RFC 6455 §1.2 for WebSocket.",
        answers_connections.may_speak,
    ),
    Fact(
        "did_speak",
        "Who spoke, and who did so unasked?",
        "HTTP requests are questions, final responses answers; one that no request asked for is unasked. A WebSocket "
        "message of the server counts as unasked when that client has said nothing since the server's last one: it "
        "cannot be an answer. There may be more.",
        answers_connections.did_speak,
    ),
    Fact(
        "round_trips",
        "How many round trips to the first useful byte?",
        "A trip is one way: one end sends until the other one does. Handshake included; repeats and empty "
        "acknowledgments are not counted. Median over the pipes seen from their SYN on, with the time it took.",
        answers_connections.round_trips,
    ),
    Fact(
        "overhead",
        "What did a useful byte cost on the wire?",
        "Useful is what the programs wanted to tell each other: bodies, the data of events, payloads of WebSocket "
        "messages, as sent. Everything else is the price: all bytes of all packets, as the capture counts them, empty "
        "acknowledgments and repeats included. Little content in a large wrapping is dear: "
        "compare like with like.",
        answers_costs.overhead,
    ),
    Fact(
        "message",
        "What did a message cost?",
        "All bytes on the wire, shared among the messages that held content. Building is everything up to the "
        "program's own first byte (up to the answer that opens an event stream or a WebSocket), closing everything "
        "from the first FIN, RST or close frame on.",
        answers_costs.message_cost,
    ),
    Fact(
        "delivery",
        "How long from news to delivery?",
        "Followed by its text (8 characters or more): from the packet in which a client told the server to the first "
        "in which each other client got it. Where nobody was seen telling the server, from its first push to anybody: "
        "then “at least”. Measured where the capture was taken.",
        answers_costs.news_to_delivery,
    ),
    Fact(
        "held",
        "How many pipes were held at the same time?",
        "Lives that overlap. Each open pipe costs a file descriptor, the token, at either end.",
        answers_concurrency.pipes_at_once,
    ),
    Fact(
        "tokens",
        "How many tokens were handed out for it?",
        "A program holds its end of a pipe by a number that the operating system hands out: a file descriptor, the "
        "token of the story. Counted at both ends, as far as programs and the kernel reported it beside the packets; "
        "from when it was handed out to when it was given back, or to the end of the capture.",
        answers_concurrency.tokens,
    ),
)
"""In the order in which they are read."""
