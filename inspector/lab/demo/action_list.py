"""The actions behind the demo's buttons: names, labels and explanations. `action_runs.py` runs them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Action:
    """An action of the demo: its name in the API, the label of its button, and an explanation of what it shows."""

    name: str
    label: str
    explanation: str


ACTIONS: tuple[Action, ...] = (
    Action(
        "get",
        "Get a page",
        "A client requests a page from the HTTP server: one connection is opened, carries one request and one "
        "response, and is closed.",
    ),
    Action(
        "post",
        "Order a coffee",
        "A client sends content: the POST carries an order, the response confirms it. Again on its own connection.",
    ),
    Action(
        "refresh_twice",
        "Refresh twice",
        "The same page twice in a row: two requests. Each closes its connection, so there are two connections with "
        "two client ports.",
    ),
    Action(
        "keep_alive",
        "Three requests, one connection",
        "With keep-alive the server leaves the connection open after a response: three requests share one handshake, "
        "and the client closes.",
    ),
    Action(
        "join",
        "Alice and Bob join",
        "Two clients each open a WebSocket: an HTTP request asks for the upgrade. After that the connection stays "
        "open, and either side may send.",
    ),
    Action(
        "alice_says_hi",
        'Alice says "Hi"',
        "Alice sends a message on her connection. The server looks up Bob in its registry (the diary of the lessons), "
        "finds the file descriptor of his connection, and pushes the message to him.",
    ),
    Action(
        "bob_answers",
        "Bob answers",
        "The same in the other direction, on the same two connections: no new one is needed.",
    ),
    Action(
        "server_push",
        "Server push",
        "The server sends to everybody in its registry without a request. In plain HTTP a server sends only "
        "responses, although a response can continue (Server-Sent Events).",
    ),
    Action(
        "leave",
        "Alice and Bob leave",
        "Both send a close frame, the server removes them from its registry, and the two connections are closed.",
    ),
)
