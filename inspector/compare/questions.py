"""The questions of the comparison as data, each with an explanation and the function that answers it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from inspector.compare import answers_concurrency, answers_connections, answers_costs
from inspector.compare.comparison import Cell, Findings
from inspector.compare.delivery_methods import Kind


@dataclass(frozen=True, slots=True)
class Fact:
    """One question: its name in JSON, its text, how it is answered, and the function that answers it."""

    name: str
    question: str
    how: str
    answer: Callable[[Findings, Kind], Cell]


FACTS: tuple[Fact, ...] = (
    Fact(
        "pipes",
        "How many TCP connections were opened?",
        "Two sockets, one at each end, make a connection (the pipe of the lessons). Connections are counted from "
        "their SYN on, with what they carried.",
        answers_connections.connections_opened,
    ),
    Fact(
        "life",
        "How long did a connection last?",
        "From its first packet to its last; to the end of the capture if neither end has begun to close it. "
        "The chart draws each connection on the capture's time axis.",
        answers_connections.life,
    ),
    Fact(
        "may_speak",
        "Who may send?",
        "The only row that is a rule and not a measurement: RFC 9110 §3.4 for HTTP, the WHATWG HTML standard §9.2 for "
        "Server-Sent Events, RFC 6455 §1.2 for WebSocket.",
        answers_connections.who_may_send,
    ),
    Fact(
        "did_speak",
        "Who sent, and who did so without a request?",
        "HTTP requests and final responses; a response without a request counts as pushed. A WebSocket "
        "message of the server counts as pushed if that client has sent nothing since the server's previous one: it "
        "cannot be a reply. There may be more.",
        answers_connections.who_sent,
    ),
    Fact(
        "round_trips",
        "How many round trips to the first useful byte?",
        "Two changes of the sender are a round trip. The handshake counts; retransmissions and empty "
        "acknowledgments do not. Median of the connections captured from their SYN on, with the time it took.",
        answers_connections.round_trips,
    ),
    Fact(
        "overhead",
        "What did a useful byte cost on the wire?",
        "Useful bytes are content: bodies, the data of events, payloads of WebSocket messages, as sent. The cost is "
        "all bytes of all packets, as the capture counts them, with empty acknowledgments and retransmissions. "
        "The ratio depends on the size of the content: compare like with like.",
        answers_costs.overhead,
    ),
    Fact(
        "message",
        "What did a message cost?",
        "All bytes on the wire, divided by the messages with content. Opening is everything up to the "
        "program's own first byte (up to the response that opens an event stream or a WebSocket), closing is "
        "everything from the first FIN, RST or close frame on.",
        answers_costs.message_cost,
    ),
    Fact(
        "delivery",
        "How long did delivery take?",
        "News is recognised by its text (8 characters or more): from the packet in which a client sent it to the "
        "server to the first in which each other client got it. If no client was seen sending it, from the server's "
        "first push to any client: then “at least”. Measured where the capture was taken.",
        answers_costs.news_to_delivery,
    ),
    Fact(
        "held",
        "How many connections were open at the same time?",
        "Each open connection costs a file descriptor (the token of the lessons) at each end.",
        answers_concurrency.pipes_at_once,
    ),
    Fact(
        "tokens",
        "How many file descriptors were allocated?",
        "A program refers to its end of a connection by a file descriptor, a small number from the operating system "
        "(the token of the lessons). Counted at both ends, as far as programs and the kernel reported it; "
        "from opening to closing, or to the end of the capture.",
        answers_concurrency.tokens,
    ),
)
"""All questions, in the order of the page."""
