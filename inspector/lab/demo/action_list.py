"""What can be set off in the lab: the buttons of the dashboard. What each one does is in `action_runs.py`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Action:
    """One button: the name programs use, what stands on it, and what it lets one see."""

    name: str
    label: str
    explanation: str


ACTIONS: tuple[Action, ...] = (
    Action(
        "get",
        "Get a page",
        "A visitor asks the HTTP server for its page: a pipe is built, carries one question and one answer, "
        "and is taken down.",
    ),
    Action(
        "post",
        "Order a coffee",
        "A visitor sends something along: the POST carries an order, the answer says what became of it. "
        "Again one pipe for it.",
    ),
    Action(
        "refresh_twice",
        "Refresh twice",
        "The same page twice in a row: two questions, and because each ends with a closed pipe, two pipes "
        "with two port numbers.",
    ),
    Action(
        "keep_alive",
        "Ask three times on one pipe",
        "With keep-alive the server leaves the pipe open after an answer: three questions share one handshake, "
        "and the visitor closes.",
    ),
    Action(
        "join",
        "Alice and Bob join",
        "Two clients each open a WebSocket: an HTTP request asks for the upgrade, and from then on the pipe stays "
        "and either side may speak.",
    ),
    Action(
        "alice_says_hi",
        'Alice says "Hi"',
        "Alice writes into her pipe. The server looks up Bob in its diary, finds the number of his pipe, "
        "and pushes the message to him.",
    ),
    Action(
        "bob_answers",
        "Bob answers",
        "The same the other way round, on the same two pipes: nothing new has to be built.",
    ),
    Action(
        "server_push",
        "The server speaks unasked",
        "The server writes to everybody in its diary although nobody asked. In plain HTTP a server sends only "
        "responses, though a response can go on (Server-Sent Events).",
    ),
    Action(
        "leave",
        "Alice and Bob leave",
        "Both say goodbye with a close frame, the server strikes them from its diary, and the two pipes "
        "are taken down.",
    ),
)
