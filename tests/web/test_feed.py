"""The live feed over real sockets: who gets it, how it begins and ends, and what one client can do to the others."""

from __future__ import annotations

import functools
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from web import feed as feed_module
from web.dashboard import Dashboard
from web.feed import MAX_CLIENTS, MAX_INBOUND, MAX_INBOUND_PER_SECOND
from web.server.feed_socket import ClientSocket
from web.session.delta_log import MAX_BYTES
from web.session.session import Session

from .traffic import sample
from .visitor import PATIENCE, Page, page, port_of, served, wait_until


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return Session.of_file(sample(tmp_path / "sample.pcapng"))


@pytest.fixture
def dashboard(session: Session) -> Iterator[Dashboard]:
    with served(session) as dashboard:
        wait_until(lambda: "resync" in last_delta(session), "the file to be loaded")
        yield dashboard


def last_delta(session: Session) -> str:
    _, deltas = session.deltas.after(session.deltas.rev - 1, 0)
    return deltas[0] if deltas else ""


@pytest.fixture
def ours(dashboard: Dashboard) -> Page:
    return page(dashboard)


def hear(feed: ClientConnection) -> dict[str, object]:
    said = json.loads(feed.recv(timeout=PATIENCE))
    assert isinstance(said, dict)
    return said


def close_code(feed: ClientConnection) -> int:
    """The code with which the server ends the conversation, whatever it says before."""
    try:
        while True:
            feed.recv(timeout=PATIENCE)
    except ConnectionClosed as ended:
        return ended.rcvd.code if ended.rcvd else 1006


def add(session: Session, text: str = "") -> None:
    session.deltas.add(json.dumps({"rev": session.deltas.rev + 1, "text": text}))


def test_it_begins_with_the_rev_that_the_next_delta_follows(session: Session, ours: Page) -> None:
    with ours.feed() as feed:
        rev = session.deltas.rev
        assert hear(feed) == {"rev": rev}
        add(session)
        add(session)
        assert [hear(feed)["rev"], hear(feed)["rev"]] == [rev + 1, rev + 2]


def test_a_program_needs_no_csrf_value(session: Session, dashboard: Dashboard) -> None:
    port, fields = port_of(dashboard), {"Authorization": f"Bearer {dashboard.token}"}
    origin = Origin(f"http://127.0.0.1:{port}")
    with connect(f"ws://127.0.0.1:{port}/feed", origin=origin, additional_headers=fields) as feed:
        assert hear(feed) == {"rev": session.deltas.rev}


@pytest.mark.parametrize(
    "first",
    [
        pytest.param('{"csrf": "wrong"}', id="a wrong csrf value"),
        pytest.param('{"csrf": null}', id="no csrf value"),
        pytest.param('["csrf"]', id="another shape"),
        pytest.param("csrf", id="no JSON"),
        pytest.param("[" * 4000, id="JSON that is nested without end"),
        pytest.param(b"\xff", id="bytes that are no text"),
    ],
)
def test_the_cookie_alone_gets_nothing(ours: Page, first: str | bytes) -> None:
    with ours.feed(first) as feed:
        assert close_code(feed) == 1008


def test_who_does_not_say_the_csrf_value_in_time_is_sent_away(ours: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed_module, "CSRF_SECONDS", 0.05)
    with ours.feed("") as feed:
        assert close_code(feed) == 1008


def test_compression_is_never_agreed_on(ours: Page) -> None:
    with ours.feed() as feed:  # the client offers permessage-deflate, as browsers do
        assert feed.request is not None
        assert "Sec-WebSocket-Extensions" in feed.request.headers
        assert feed.response is not None
        assert "Sec-WebSocket-Extensions" not in feed.response.headers


def test_the_heart_beats(session: Session, ours: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed_module, "BEAT_SECONDS", 0.05)
    with ours.feed() as feed:
        assert [hear(feed) for _ in range(3)] == [{"rev": session.deltas.rev}, {"beat": 1}, {"beat": 2}]


def test_pings_are_answered_while_deltas_flow(session: Session, ours: Page) -> None:
    with ours.feed() as feed:
        hear(feed)
        pongs = [feed.ping() for _ in range(5)]
        add(session, "x" * 500_000)
        for pong in pongs:
            assert pong.wait(PATIENCE)
        assert hear(feed)["text"] == "x" * 500_000


def test_a_talkative_client_is_sent_away(ours: Page) -> None:
    with ours.feed() as feed:
        hear(feed)
        for _ in range(2 * MAX_INBOUND_PER_SECOND + 1):  # the second may turn in between
            feed.send("again")
        assert close_code(feed) == 1008


class Talkative:
    """A client's socket with this many messages that wait to be read."""

    def __init__(self, count: int) -> None:
        self.count = count

    def receive(self, timeout: float) -> str | None:
        self.count -= 1
        return "again" if self.count >= 0 else None


@pytest.mark.parametrize(("count", "is_fair"), [(MAX_INBOUND_PER_SECOND, True), (MAX_INBOUND_PER_SECOND + 1, False)])
def test_how_many_messages_a_client_may_send_per_second(
    monkeypatch: pytest.MonkeyPatch, count: int, is_fair: bool
) -> None:
    monkeypatch.setattr("web.feed.time.monotonic", lambda: 7.5)
    assert feed_module._Inbound().is_fair(Talkative(count)) is is_fair


def test_the_messages_of_each_second_are_counted_by_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    inbound = feed_module._Inbound()
    for second in (7.0, 7.9, 8.0):
        monkeypatch.setattr("web.feed.time.monotonic", lambda at=second: at)
        assert inbound.is_fair(Talkative(MAX_INBOUND_PER_SECOND // 2))
    assert inbound.is_fair(Talkative(MAX_INBOUND_PER_SECOND // 2))
    assert not inbound.is_fair(Talkative(1))


def test_the_longest_message_is_accepted(session: Session, ours: Page) -> None:
    with ours.feed() as feed:
        hear(feed)
        feed.send("x" * MAX_INBOUND)
        add(session)
        assert hear(feed)["rev"] == session.deltas.rev


def test_a_long_message_is_too_long(ours: Page) -> None:
    with ours.feed() as feed:
        hear(feed)
        feed.send("x" * (MAX_INBOUND + 1))
        assert close_code(feed) == 1009


def test_a_client_that_missed_something_is_told_to_fetch_everything_anew(session: Session, ours: Page) -> None:
    with ours.feed() as feed:
        hear(feed)
        add(session, "x" * (MAX_BYTES + 1))  # more than the log keeps: nobody can have read it
        assert hear(feed) == {"resync": True, "rev": session.deltas.rev}
        add(session)
        assert hear(feed)["rev"] == session.deltas.rev


@pytest.fixture
def limit(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Seconds after which a client that reads nothing is cut off."""
    limited = functools.partial(ClientSocket, stuck_seconds=request.param)
    monkeypatch.setattr("web.server.http_server.ClientSocket", limited)


@pytest.mark.parametrize("limit", [3600.0], indirect=True, ids=["while it is not cut off"])
def test_a_client_that_stops_reading_delays_nobody(session: Session, limit: None, ours: Page) -> None:
    with stuck(ours), ours.feed() as healthy:
        hear(healthy)
        wait_until(lambda: readers() == 2, "both feeds to be served")
        for _ in range(30):
            add(session, "x" * 500_000)
            assert hear(healthy)["rev"] == session.deltas.rev
        assert readers() == 2


@pytest.mark.parametrize("limit", [0.3], indirect=True, ids=["in time"])
def test_a_client_that_stops_reading_is_cut_off(session: Session, limit: None, ours: Page) -> None:
    with stuck(ours), ours.feed() as healthy:
        hear(healthy)
        wait_until(lambda: readers() == 2, "both feeds to be served")
        for _ in range(30):
            add(session, "x" * 500_000)
        wait_until(lambda: readers() == 1, "the stuck client to be cut off")
        add(session)
        while hear(healthy)["rev"] != session.deltas.rev:
            pass


def readers() -> int:
    """How many feeds have a thread that reads from their client."""
    return sum("simple_websocket" in thread.name for thread in threading.enumerate())


def stuck(ours: Page) -> socket.socket:
    """A client that opens the feed and never reads."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.connect(("127.0.0.1", ours.port))
    csrf = json.dumps({"csrf": ours.csrf}).encode()
    client.sendall(
        f"GET /feed HTTP/1.1\r\nHost: 127.0.0.1:{ours.port}\r\nOrigin: {ours.origin}\r\n"
        f"Cookie: {ours.fields['Cookie']}\r\n"
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
        + bytes((0x81, 0x80 | len(csrf)))
        + bytes(4)  # a mask of zeros masks nothing
        + csrf
    )
    return client


def test_one_client_more_than_there_are_places_is_refused_before_the_upgrade(ours: Page) -> None:
    with ExitStack() as clients:
        first = clients.enter_context(ours.feed())
        for _ in range(MAX_CLIENTS - 1):
            hear(clients.enter_context(ours.feed()))
        with pytest.raises(InvalidStatus) as refused, ours.feed():
            pass
        assert refused.value.response.status_code == 503
        assert ours.ask("/api/snapshot").status == 200  # there are threads left for everything else
        first.close()
        hear(wait_for_place(ours, clients))


def wait_for_place(ours: Page, clients: ExitStack) -> ClientConnection:
    end = time.monotonic() + PATIENCE
    while True:
        try:
            return clients.enter_context(ours.feed())
        except InvalidStatus:
            assert time.monotonic() < end


def test_the_end_of_the_dashboard_is_said(session: Session) -> None:
    with ExitStack() as rest:
        with served(session) as dashboard:
            feed = rest.enter_context(page(dashboard).feed())
            hear(feed)
        assert close_code(feed) == 1001


def test_a_client_that_leaves_leaves_nothing_behind(ours: Page) -> None:
    for _ in range(5):
        with ours.feed() as feed:
            hear(feed)
    wait_until(lambda: readers() == 0, "the readers to end")
    with ExitStack() as clients:  # and every place is free again
        for _ in range(MAX_CLIENTS):
            hear(wait_for_place(ours, clients))
