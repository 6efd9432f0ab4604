"""The socket of a feed client: whole writes, one at a time; the stuck and the talkative are cut off."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest

from web.server.feed_socket import INBOUND_BURST, ClientSocket


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Ours and the client's end of a connection with small buffers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = socket.socket()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(listener.getsockname())
        ours, _ = listener.accept()
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    client.settimeout(10)
    with ours, client:
        yield ours, client


def read(client: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size and (piece := client.recv(size - len(data))):
        data += piece
    return data


def test_a_message_larger_than_every_buffer_arrives_whole(ends: tuple[socket.socket, socket.socket]) -> None:
    ours, client = ends
    message = bytes(range(256)) * 8_000
    sender = threading.Thread(target=ClientSocket(ours).send, args=(message,))
    sender.start()
    assert read(client, len(message)) == message
    sender.join()


def test_writes_of_several_threads_never_mix(ends: tuple[socket.socket, socket.socket]) -> None:
    ours, client = ends
    feed_socket = ClientSocket(ours)
    size = 100_000
    senders = [threading.Thread(target=feed_socket.send, args=(letter * size,)) for letter in (b"a", b"b", b"c")]
    for sender in senders:
        sender.start()
    received = read(client, 3 * size)
    assert sorted(received[i : i + size] for i in (0, size, 2 * size)) == [b"a" * size, b"b" * size, b"c" * size]
    for sender in senders:
        sender.join()


def test_a_client_that_stops_reading_is_cut_off(ends: tuple[socket.socket, socket.socket]) -> None:
    ours, _client = ends
    feed_socket = ClientSocket(ours, stuck_seconds=0.05)
    with pytest.raises(TimeoutError, match="read nothing"):
        feed_socket.send(b"x" * 50_000_000)
    with pytest.raises(BrokenPipeError):
        feed_socket.send(b"x")
    assert feed_socket.recv(1) == b""  # whoever waits for the client wakes


def test_a_client_that_reads_slowly_but_steadily_is_kept(ends: tuple[socket.socket, socket.socket]) -> None:
    ours, client = ends
    total = 2_000_000
    sender = threading.Thread(target=ClientSocket(ours, stuck_seconds=2).send, args=(b"x" * total,))
    sender.start()
    received = 0
    while received < total:
        received += len(client.recv(10_000))
    sender.join()
    assert received == total


def test_bytes_that_came_with_the_handshake_are_read_first(ends: tuple[socket.socket, socket.socket]) -> None:
    ours, client = ends
    feed_socket = ClientSocket(ours, early=b"early")
    client.sendall(b"late")
    assert feed_socket.recv(4096) == b"early"
    assert feed_socket.recv(4096) == b"late"


def test_a_client_that_sends_more_than_its_budget_is_cut_off(ends: tuple[socket.socket, socket.socket]) -> None:
    ours, client = ends
    feed_socket = ClientSocket(ours, clock=lambda: 0.0)
    sender = threading.Thread(target=flood, args=(client,))
    sender.start()
    received = 0
    while data := feed_socket.recv(4096):
        received += len(data)
    assert received <= INBOUND_BURST
    ours.close()  # as the server does with a client that was cut off: what it goes on sending is refused
    sender.join()


def flood(client: socket.socket) -> None:
    try:
        while True:
            client.sendall(b"x" * 4096)
    except OSError:
        pass  # cut off: just what is wanted


def test_the_budget_fills_up_with_time(ends: tuple[socket.socket, socket.socket]) -> None:
    ours, client = ends
    now = [0.0]
    feed_socket = ClientSocket(ours, clock=lambda: now[0])
    for _ in range(100):
        client.sendall(b"x" * 4096)
        assert len(read_through(feed_socket, 4096)) == 4096
        now[0] += 0.5


def read_through(feed_socket: ClientSocket, size: int) -> bytes:
    data = b""
    while len(data) < size and (piece := feed_socket.recv(size - len(data))):
        data += piece
    return data


def test_close_wakes_a_thread_that_waits_for_the_client(ends: tuple[socket.socket, socket.socket]) -> None:
    ours, client = ends
    feed_socket = ClientSocket(ours)
    heard: list[bytes] = []
    reader = threading.Thread(target=lambda: heard.append(feed_socket.recv(10)))
    reader.start()
    feed_socket.close()
    reader.join(10)
    assert heard == [b""]
    assert client.recv(1) == b""
    feed_socket.close()  # again does nothing


def test_a_socket_that_was_closed_by_its_owner_says_so(ends: tuple[socket.socket, socket.socket]) -> None:
    ours, _ = ends
    feed_socket = ClientSocket(ours)
    ours.close()
    with pytest.raises(OSError, match="Bad file descriptor"):
        feed_socket.recv(1)
    feed_socket.close()
