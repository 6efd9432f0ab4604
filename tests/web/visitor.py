"""Those who come to the dashboard: raw requests, programs and pages, over real sockets."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from tests.waiting import PATIENCE_SECONDS as PATIENCE
from tests.waiting import wait_until as wait_until
from web.dashboard import Dashboard
from web.server.http_server import listen
from web.session.session import Session


@dataclass
class Answer:
    """What a server said before it closed the connection."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)

    def refusal(self) -> int:
        """The status of an answer that says what went wrong and what to do about it."""
        assert set(self.json()["error"]) == {"message", "what_to_do"}, self
        return self.status


def plain(value: object) -> Any:
    """As JSON has it."""
    return json.loads(json.dumps(value))


def say(port: int, request: bytes) -> Answer:
    """Send raw bytes, and read until the server closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as caller:
        caller.sendall(request)
        received = b""
        while piece := caller.recv(65536):
            received += piece
    head, _, body = received.partition(b"\r\n\r\n")
    start, *lines = head.decode("latin-1").split("\r\n")
    fields = (line.partition(": ") for line in lines)
    return Answer(int(start.split()[1]), {name.lower(): value for name, _, value in fields}, body)


@dataclass
class Visitor:
    """Somebody at `port` of this machine. `fields` go with every request; None takes one of the usual ones away."""

    port: int
    fields: dict[str, str | None] = field(default_factory=dict)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ask(self, path: str, method: str = "GET", body: bytes = b"", **more: str | None) -> Answer:
        """A request as a browser would send it from our own page; names of `more` have _ for -."""
        usual: dict[str, str | None] = {"Host": f"127.0.0.1:{self.port}"}
        if method == "POST":
            usual |= {
                "Origin": self.origin,
                "Content-Type": "application/json",
                "Content-Length": str(len(body)),
                "Sec-Fetch-Site": "same-origin",
            }
        said = usual | self.fields | {name.replace("_", "-"): value for name, value in more.items()}
        lines = "".join(f"{name}: {value}\r\n" for name, value in said.items() if value is not None)
        return say(self.port, f"{method} {path} HTTP/1.1\r\n{lines}\r\n".encode("latin-1") + body)

    def get(self, path: str) -> Any:
        """The JSON at `path`, which must be there."""
        answer = self.ask(path)
        assert answer.status == 200, answer
        return answer.json()

    def post(self, path: str, said: Any = None) -> Answer:
        return self.ask(path, "POST", json.dumps(said or {}).encode())


@dataclass
class Page(Visitor):
    """Our own page in a browser that was let in."""

    csrf: str = ""

    @contextmanager
    def feed(self, first: str | bytes | None = None) -> Iterator[ClientConnection]:
        """The feed, opened as our page does it, or with another first message; "" sends none."""
        fields = {"Cookie": self.fields["Cookie"] or ""}
        origin = Origin(self.origin)
        with connect(
            f"ws://127.0.0.1:{self.port}/feed", origin=origin, additional_headers=fields, max_size=None
        ) as feed:
            if first != "":
                feed.send(first or json.dumps({"csrf": self.csrf}))
            yield feed


def program(dashboard: Dashboard) -> Visitor:
    """A program that was told the token."""
    return Visitor(port_of(dashboard), {"Authorization": f"Bearer {dashboard.token}"})


def page(dashboard: Dashboard) -> Page:
    """A page that has swapped the token for its cookie."""
    port = port_of(dashboard)
    answer = Visitor(port).post("/api/login", {"token": dashboard.token})
    assert answer.status == 200, answer
    cookie = answer.headers["set-cookie"].partition(";")[0]
    csrf = answer.json()["csrf"]
    return Page(port, {"Cookie": cookie, "X-Token": csrf}, csrf)


def port_of(dashboard: Dashboard) -> int:
    return int(dashboard.address.rstrip("/").rpartition(":")[2])


@contextmanager
def served(session: Session) -> Iterator[Dashboard]:
    """The session behind a running server."""
    dashboard = Dashboard(session, listen(0))
    thread = threading.Thread(target=dashboard.serve_forever, name="dashboard")
    thread.start()
    try:
        yield dashboard
    finally:
        dashboard.shutdown()
        thread.join(PATIENCE)
        assert not thread.is_alive()


@contextmanager
def opened(path: Path) -> Iterator[Visitor]:
    """A visitor of the dashboard on a saved capture, once that is loaded."""
    with served(Session.of_file(path)) as dashboard:
        visitor = program(dashboard)
        wait_until(lambda: visitor.get("/api/snapshot")["capture"]["state"] == "ended", "the file to be loaded")
        yield visitor
