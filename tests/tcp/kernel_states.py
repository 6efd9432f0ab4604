"""Drives real sockets through every state that a kernel can be brought to, and holds the kernel's word against the
wire's.

Run in a network of its own (test_kernel.py does). A link that lets one packet through at a time stands between both
ends, so that every state lasts until it has been looked at. The link shows each end's own view: the client's end is
judged by the connection as the client's host sees it, the server's end by the connection as the server's host sees it.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from inspector.addresses import socket_of
from inspector.capture import Capture
from inspector.lab.rough_link import FAR, NAME, NEAR, Plan, RoughLink
from inspector.sockets import tcp_sockets
from inspector.sources.files import open_packets
from inspector.sources.live import LiveCapture
from inspector.tcp.states import State

PATIENCE_SECONDS = 10.0
SETTLING_SECONDS = 0.02
"""In which the kernel has surely taken a packet that the link handed it."""


class Bench:
    """Two ends, the link between them, and both witnesses."""

    def __init__(self, link: RoughLink, capture: Capture) -> None:
        self.link = link
        self._capture = capture
        self._near = self._far = ("", "")
        self.checked: set[State] = set()

    def between(self, client_port: int, server_port: int) -> None:
        """Look at the connection between these ports from now on."""
        self._near = (f"{NEAR}:{client_port}", f"{FAR}:{server_port}")
        self._far = (f"{FAR}:{client_port}", f"{NEAR}:{server_port}")

    def expect(self, client: State | None = None, server: State | None = None) -> None:
        """Wait until kernel and wire agree on the states named; AssertionError when they do not in time."""
        wanted = {"client": client, "server": server}
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            said = {"client": self._both_say(0), "server": self._both_say(1)}
            if all(state is None or said[end] == (state, state) for end, state in wanted.items()):
                self.checked.update(state for state in wanted.values() if state is not None)
                return
            if time.monotonic() > deadline:
                raise AssertionError(f"wanted {wanted}, but (kernel, wire) say {said}")

    def step(self, client: State | None = None, server: State | None = None) -> None:
        """Let one packet through and expect these states.

        Where all this went slowly, the kernel has sent some packets twice meanwhile: those that change nothing follow.
        """
        deadline = time.monotonic() + PATIENCE_SECONDS
        self.link.step()
        was_taken = False
        while not self._kernel_comes_to(client, server) and time.monotonic() < deadline:
            if was_taken and self.link.waiting:
                self.link.step()
            was_taken = not self.link.is_stepping
        self.expect(client, server)

    def _kernel_comes_to(self, *states: State | None) -> bool:
        """Whether the kernel's word for client and server becomes these within the time that it surely needs."""
        deadline = time.monotonic() + SETTLING_SECONDS
        while any(state not in (None, self._kernel_says(end)) for end, state in enumerate(states)):
            if time.monotonic() > deadline:
                return False
        return True

    def _both_say(self, side: int) -> tuple[State, State]:
        return self._kernel_says(side), self._wire_says(side)

    def _kernel_says(self, side: int) -> State:
        local, remote = self._near if side == 0 else self._far[::-1]
        for found in tcp_sockets():
            if (found.local, found.remote) == (local, remote):
                return found.state
        return State.CLOSED

    def _wire_says(self, side: int) -> State:
        capture = self._capture
        capture.refresh()
        while capture.advance():
            pass
        sockets = self._near if side == 0 else self._far
        table = capture.connections
        for row in reversed(range(len(table))):
            if (socket_of(table, row, 0), socket_of(table, row, 1)) == sockets:
                return State(int(table["server_state" if side else "client_state"][row]))
        return State.CLOSED


def connecting(bench: Bench, server_port: int, client_port: int = 0) -> socket.socket:
    """A client that has sent its SYN; the link holds it."""
    client = socket.socket()
    client.setblocking(False)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    client.bind((NEAR, client_port))
    client.connect_ex((FAR, server_port))
    bench.between(client.getsockname()[1], server_port)
    return client


@contextlib.contextmanager
def connected(bench: Bench) -> Iterator[tuple[socket.socket, socket.socket]]:
    """Both ends of an open connection, reached step by step."""
    with socket.create_server((NEAR, 0)) as listener:
        client = connecting(bench, listener.getsockname()[1])
        bench.expect(client=State.SYN_SENT)
        bench.step(client=State.SYN_SENT, server=State.SYN_RECEIVED)
        bench.step(client=State.ESTABLISHED, server=State.SYN_RECEIVED)
        bench.step(client=State.ESTABLISHED, server=State.ESTABLISHED)
        server, _ = listener.accept()
        with client, server:
            yield client, server


def ordinary_close(bench: Bench) -> None:
    with connected(bench) as (client, server):
        client.shutdown(socket.SHUT_WR)
        bench.expect(client=State.FIN_WAIT_1, server=State.ESTABLISHED)
        bench.step(client=State.FIN_WAIT_1, server=State.CLOSE_WAIT)
        bench.step(client=State.FIN_WAIT_2, server=State.CLOSE_WAIT)
        server.close()
        bench.expect(client=State.FIN_WAIT_2, server=State.LAST_ACK)
        bench.step(client=State.TIME_WAIT, server=State.LAST_ACK)
        bench.step(client=State.TIME_WAIT, server=State.CLOSED)


def simultaneous_close(bench: Bench) -> None:
    with connected(bench) as (client, server):
        client.shutdown(socket.SHUT_WR)
        bench.expect(client=State.FIN_WAIT_1)
        server.shutdown(socket.SHUT_WR)
        bench.expect(client=State.FIN_WAIT_1, server=State.FIN_WAIT_1)
        bench.step(client=State.FIN_WAIT_1, server=State.CLOSING)
        bench.step(client=State.CLOSING, server=State.CLOSING)
        bench.step(client=State.TIME_WAIT, server=State.CLOSING)
        bench.step(client=State.TIME_WAIT, server=State.TIME_WAIT)


def reset(bench: Bench) -> None:
    with connected(bench) as (client, _server):
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.close()
        bench.expect(client=State.CLOSED, server=State.ESTABLISHED)
        bench.step(client=State.CLOSED, server=State.CLOSED)


def refused(bench: Bench) -> None:
    with socket.create_server((NEAR, 0)) as closed:
        port = closed.getsockname()[1]
    with connecting(bench, port):
        bench.expect(client=State.SYN_SENT)
        bench.link.step()
        bench.step(client=State.CLOSED)


def simultaneous_open(bench: Bench) -> None:
    one, other = (socket.create_server((NEAR, 0)) for _ in range(2))
    with one, other:
        ports = one.getsockname()[1], other.getsockname()[1]
    with connecting(bench, ports[1], ports[0]) as client:
        bench.expect(client=State.SYN_SENT)
        with connecting(bench, ports[0], ports[1]):
            bench.expect(client=State.SYN_SENT)
            bench.step(client=State.SYN_RECEIVED)
            bench.between(*ports)
            bench.step(client=State.SYN_RECEIVED)
            bench.link.release()
            bench.expect(client=State.ESTABLISHED)
            assert client.send(b"hello") == 5
            bench.link.hold()


PLAYS: tuple[Callable[[Bench], None], ...] = (ordinary_close, simultaneous_close, reset, refused, simultaneous_open)


def main(spool: Path) -> None:
    with RoughLink(Plan(delay=0.0)) as link, LiveCapture.start(NAME, spool, filter="tcp") as live:
        live.wait_ready()
        with Capture(open_packets(spool)) as capture:
            bench = Bench(link, capture)
            for play in PLAYS:
                link.hold()
                play(bench)
                link.release()
                print(play.__name__, "agreed")
            missing = set(State) - bench.checked - {State.LISTEN}
            assert not missing, f"never seen: {missing}"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
