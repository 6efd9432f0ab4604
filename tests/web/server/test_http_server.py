"""The server: one request a connection, bounded in threads and in time, telling nothing that it need not."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from tests.waiting import PATIENCE_SECONDS
from web.server.acceptor import MAX_BODY
from web.server.http_server import Server, listen
from web.server.worker_pool import WorkerPool

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

App = Callable[["WSGIEnvironment", "StartResponse"], Iterable[bytes]]


def echo(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Says back what was asked, and how long its body was."""
    length = int(environ.get("CONTENT_LENGTH") or 0)
    body = environ["wsgi.input"].read(length) if length <= MAX_BODY else b""
    answer = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']} {len(body)}".encode()
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(answer)))])
    return [answer]


@contextmanager
def running(app: App) -> Iterator[int]:
    listener = listen(0)
    port = listener.getsockname()[1]
    server = Server(app, listener)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield port
    finally:
        server.shutdown()
        thread.join(10)


def say(port: int, request: bytes) -> bytes:
    """What the server answers before it closes the connection."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS) as caller:
        caller.sendall(request)
        return everything(caller)


def everything(caller: socket.socket) -> bytes:
    answer = b""
    while piece := caller.recv(65536):
        answer += piece
    return answer


def test_a_request_is_answered_and_the_connection_closed() -> None:
    with running(echo) as port:
        answer = say(port, b"GET /x HTTP/1.1\r\nHost: here\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert answer.endswith(b"\r\n\r\nGET /x 0")
    assert b"Connection: close" in answer


def test_the_answer_does_not_tell_which_software_gives_it() -> None:
    with running(echo) as port:
        answer = say(port, b"GET /x HTTP/1.1\r\nHost: here\r\n\r\n")
    assert b"Server: Wireglass\r\n" in answer
    assert b"Python" not in answer
    assert b"Werkzeug" not in answer


def test_a_body_reaches_the_application() -> None:
    with running(echo) as port:
        answer = say(port, b"POST /x HTTP/1.1\r\nHost: here\r\nContent-Length: 5\r\n\r\nhello")
    assert answer.endswith(b"POST /x 5")


def test_the_answer_to_a_body_that_nobody_wanted_still_arrives() -> None:
    with running(echo) as port, socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS) as caller:
        caller.sendall(b"POST /x HTTP/1.1\r\nHost: here\r\nContent-Length: 500000\r\n\r\n" + b"x" * 500_000)
        assert everything(caller).endswith(b"POST /x 0")


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        pytest.param(b"<script>alert(1)</script>\r\n\r\n", b"400", id="what is no HTTP"),
        pytest.param(b"GET / HTTP/9.9\r\n\r\n", b"505", id="a version that does not exist"),
        pytest.param(b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 101 + b"\r\n", b"431", id="too many fields"),
    ],
)
def test_refusals_say_nothing_back(request_: bytes, status: bytes) -> None:
    with running(echo) as port:
        answer = say(port, request_)
    assert answer.split(b" ")[1] == status
    assert answer.endswith(b"\r\n\r\n")
    assert b"script" not in answer
    assert b"default-src 'none'" in answer


def test_hundreds_of_slow_connections_delay_nobody_and_cost_no_threads() -> None:
    with running(echo) as port:
        before = threading.active_count()
        slow = []
        for _ in range(300):
            caller = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS)
            caller.sendall(b"GET / HTTP/1.1\r\nX: ")
            slow.append(caller)
        with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS) as caller:
            caller.sendall(b"GET /page HTTP/1.1\r\nHost: here\r\n\r\n")
            assert everything(caller).endswith(b"GET /page 0")
        assert threading.active_count() <= before + 2
        for caller in slow:
            caller.close()


def test_an_application_that_fails_is_answered_for(caplog: pytest.LogCaptureFixture) -> None:
    def broken(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        raise ValueError("the secret reason")

    with running(broken) as port:
        answer = say(port, b"GET / HTTP/1.1\r\nHost: here\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 500 ")
    assert b"secret" not in answer
    assert "the secret reason" in caplog.text


def test_a_reader_that_stops_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.server.http_server.SEND_SECONDS", 0.1)
    is_over = threading.Event()

    class Endless:
        def __iter__(self) -> Iterator[bytes]:
            while True:
                yield b"x" * 1_000_000

        def close(self) -> None:
            is_over.set()

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Any:
        start_response("200 OK", [("Content-Type", "text/plain")])
        return Endless()

    with running(app) as port, socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS) as caller:
        caller.sendall(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        assert is_over.wait(PATIENCE_SECONDS)


def test_when_everybody_is_busy_the_next_is_sent_away(monkeypatch: pytest.MonkeyPatch) -> None:
    may_end = threading.Event()

    def slow(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        may_end.wait(PATIENCE_SECONDS)
        return echo(environ, start_response)

    monkeypatch.setattr("web.server.http_server.WorkerPool", lambda: WorkerPool(workers=1, backlog=1))
    with running(slow) as port:
        callers = [socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS) for _ in range(5)]
        for caller in callers:
            caller.sendall(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        while not any(is_refused(caller) for caller in callers[2:]):
            pass
        may_end.set()
        for caller in callers:
            caller.close()


def is_refused(caller: socket.socket) -> bool:
    caller.settimeout(0.01)
    try:
        return caller.recv(1) == b""
    except TimeoutError:
        return False
    except ConnectionResetError:
        return True


def test_a_port_that_is_taken_is_said_at_once() -> None:
    with listen(0) as taken, pytest.raises(OSError, match="in use"):
        listen(taken.getsockname()[1])


def test_only_this_machine_is_listened_to() -> None:
    with listen(0) as listener:
        assert listener.getsockname()[0] == "127.0.0.1"
