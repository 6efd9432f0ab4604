"""The acceptor: delivers complete requests; all other connections are limited in number and time."""

from __future__ import annotations

import gc
import queue
import resource
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import h11
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.waiting import PATIENCE_SECONDS, wait_until
from web.server import acceptor as door_module
from web.server.acceptor import MAX_BODY, MAX_HEAD, Acceptor, Arrival, _extent

GET = b"GET / HTTP/1.1\r\nHost: here\r\n\r\n"


def post(framing: bytes, body: bytes = b"") -> bytes:
    return b"POST / HTTP/1.1\r\nHost: here\r\n" + framing + b"\r\n\r\n" + body


class Hall:
    """An acceptor, and the requests that it delivers."""

    def __init__(self, arrival_seconds: float) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.arrivals: queue.Queue[Arrival] = queue.Queue()
        self.acceptor = Acceptor(self.listener, self.arrivals.put, arrival_seconds)
        self.thread = threading.Thread(target=self.acceptor.run)

    def knock(self, said: bytes = b"") -> socket.socket:
        caller = socket.create_connection(self.listener.getsockname(), timeout=PATIENCE_SECONDS)
        caller.sendall(said)
        return caller

    def next(self) -> Arrival:
        arrival = self.arrivals.get(timeout=PATIENCE_SECONDS)
        arrival.connection.close()
        return arrival


@contextmanager
def opened(arrival_seconds: float = 30.0) -> Iterator[Hall]:
    hall = Hall(arrival_seconds)
    hall.thread.start()
    try:
        yield hall
    finally:
        hall.acceptor.stop()
        hall.thread.join(PATIENCE_SECONDS)
        hall.listener.close()
        hall.acceptor.stop()  # once more does nothing


@pytest.mark.parametrize(
    ("request_", "is_whole"),
    [
        pytest.param(GET, True, id="a request without a body is whole with its head"),
        pytest.param(post(b"Content-Length: 5", b"hello"), True, id="a body is waited for"),
        pytest.param(post(b"content-length:  5 ", b"hello"), True, id="however the field is written"),
        pytest.param(post(b"Content-Length: %d" % (MAX_BODY + 1)), False, id="a long body is not waited for"),
        pytest.param(post(b"Content-Length: 99999999999999999999"), False, id="nor is an absurd one"),
        pytest.param(post(b"Content-Length: -5"), False, id="nor is a length that is no number"),
        pytest.param(post(b"Content-Length: 5\r\nContent-Length: 6"), False, id="nor one that is said twice"),
        pytest.param(post(b"Transfer-Encoding: chunked"), False, id="nor a chunked one"),
        pytest.param(
            post(b"Content-Length: 5\r\nTransfer-Encoding: chunked"), False, id="nor one that is framed both ways"
        ),
    ],
)
def test_what_is_waited_for(request_: bytes, is_whole: bool) -> None:
    with opened() as hall, hall.knock(request_):
        arrival = hall.next()
        assert arrival.received == request_
        assert arrival.is_whole is is_whole


def test_a_request_may_come_byte_by_byte() -> None:
    request = post(b"Content-Length: 5", b"hello")
    with opened() as hall, hall.knock() as caller:
        for i in range(len(request)):
            caller.send(request[i : i + 1])
        assert hall.next().received == request


def test_bytes_behind_a_request_are_handed_over_with_it() -> None:
    with opened() as hall, hall.knock(GET + b"more"):
        assert hall.next().received == GET + b"more"


def test_a_head_without_an_end_is_turned_away() -> None:
    with opened() as hall, hall.knock(b"GET / HTTP/1.1\r\nX: " + b"x" * (2 * MAX_HEAD)) as caller:
        assert is_closed(caller)
        assert hall.arrivals.empty()


def is_closed(caller: socket.socket) -> bool:
    try:
        return caller.recv(1) == b""
    except ConnectionResetError:
        return True


def test_who_says_nothing_is_dismissed_in_time() -> None:
    with opened(arrival_seconds=0.05) as hall, hall.knock() as silent, hall.knock(b"GET / HT") as half:
        assert is_closed(silent)
        assert is_closed(half)


def test_who_hangs_up_is_forgotten() -> None:
    with opened() as hall:
        hall.knock(b"GET /").close()
        with hall.knock(GET):
            assert hall.next().received == GET
        wait_until(lambda: hall.acceptor._callers == {})


def test_hundreds_of_silent_callers_delay_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door_module, "MAX_WAITING", 100)
    with opened() as hall:
        silent = [hall.knock(b"G") for _ in range(150)]
        with hall.knock(GET):
            assert hall.next().received == GET
        assert len(hall.acceptor._callers) <= 100
        assert is_closed(silent[0])  # the oldest made room
        for caller in silent:
            caller.close()


def test_running_out_of_descriptors_costs_the_one_who_waited_longest() -> None:
    with opened() as hall, hall.knock(b"G") as oldest, socket.socket() as late:
        wait_until(lambda: len(hall.acceptor._callers) == 1)
        with no_more_descriptors():
            late.connect(hall.listener.getsockname())
            late.sendall(GET)
            assert hall.next().received == GET
            assert is_closed(oldest)


def test_without_anybody_to_dismiss_the_door_waits_for_descriptors() -> None:
    with opened() as hall, socket.socket() as late:
        with no_more_descriptors():
            late.connect(hall.listener.getsockname())
            late.sendall(GET)
            assert hall.arrivals.empty()
        assert hall.next().received == GET


@contextmanager
def no_more_descriptors() -> Iterator[None]:
    """The operating system gives this process no descriptor but those it has (and may have closed)."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    gc.collect()  # what earlier tests left to be closed would give some back in the middle of this one
    with socket.socket() as probe:
        lowest_free = probe.fileno()
    resource.setrlimit(resource.RLIMIT_NOFILE, (lowest_free, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


FIELDS = [b"Content-Length: 3", b"content-length:\t0", b"Content-Length: x", b"Transfer-Encoding: chunked", b"X: y"]


@given(st.lists(st.sampled_from(FIELDS), max_size=3), st.binary(max_size=6))
def test_how_much_is_waited_for_does_not_depend_on_how_it_comes(fields: list[bytes], body: bytes) -> None:
    head = b"\r\n".join([b"POST / HTTP/1.1", *fields, b"", b""])
    said = head + body
    extents = [_extent(bytearray(said[:stop])) for stop in range(len(said) + 1)]
    assert set(extents[: len(head)]) == {(0, False)}
    assert len(set(extents[len(head) :])) == 1
    wanted, is_whole = extents[-1]
    assert wanted == len(head) + 3 * (is_whole and b"Content-Length: 3" in fields)


@given(st.lists(st.sampled_from(FIELDS), max_size=3))
def test_what_h11_reads_whole_is_whole_here_or_left_to_the_guard(fields: list[bytes]) -> None:
    said = b"\r\n".join([b"POST / HTTP/1.1", b"Host: here", *fields, b"", b"abc"])
    server = h11.Connection(h11.SERVER)
    server.receive_data(said)
    wanted, is_whole = _extent(bytearray(said))
    length = 0
    try:
        while not isinstance(event := server.next_event(), h11.EndOfMessage):
            if event is h11.NEED_DATA:
                return
            length += len(event.data) if isinstance(event, h11.Data) else 0
    except h11.RemoteProtocolError:
        return
    assert not is_whole or wanted == len(said) - 3 + length
