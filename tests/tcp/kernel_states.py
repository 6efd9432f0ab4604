"""Drives real sockets through every state that the kernel can be brought to, and compares its state with the engine's.

Run in a network of its own (test_kernel.py does). A link that lets one packet through at a time stands between both
ends, so that every state lasts until it has been looked at. The link shows each end's own view: the client's end is
judged by the connection as the client's host sees it, the server's end by the connection as the server's host sees it.

Where the link loses a packet, its sender's host has seen it: what that view shows of the other end is a claim, which
must be marked as assumed, and taken back when the end shows that it has not got it.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from inspector.engine.capture import Capture
from inspector.lab.process.lossy_link import FAR, NAME, NEAR, Plan, RoughLink
from inspector.live.live_capture import LiveCapture
from inspector.pcap.reader import open_packets
from inspector.sockets import tcp_sockets
from inspector.tables.addresses import socket_of
from inspector.tcp.states import State
from tests.waiting import PATIENCE_SECONDS, wait_until

STATES = ("client_state", "server_state")

SETTLING_SECONDS = 0.02
"""Time in which the kernel has certainly processed a packet from the link."""


class Bench:
    """Two ends, the link between them, and the captures of both hosts."""

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

    def claims(self, client: str | None = None, server: str | None = None) -> None:
        """Wait until the other end's capture shows this state of an end, with a ? if it is assumed, after one packet or
        several.
        """
        wanted = {side: claim for side, claim in enumerate((client, server)) if claim is not None}
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not all(f"{claim} " in f"{self._claims(side)} " for side, claim in wanted.items()):
            if time.monotonic() > deadline:
                raise AssertionError(
                    f"wanted {wanted}, but the other end's view says {self._claims(0), self._claims(1)}"
                )

    def lose(self) -> None:
        """Have the link lose the next packet."""
        self.link.step(lose=True)
        wait_until(lambda: not self.link.is_stepping, "a packet to lose")

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
        """Whether the kernel's states of client and server become these within the settling time."""
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
        row = self._row(self._near if side == 0 else self._far)
        return State.CLOSED if row is None else State(int(self._capture.connections[STATES[side]][row]))

    def _claims(self, side: int) -> str:
        """The state of an end according to the other end's capture, after each packet."""
        row, packets = self._row(self._far if side == 0 else self._near), self._capture.packets
        if row is None:
            return " nothing"
        mine = packets["connection"] == row
        states, assumed = packets[STATES[side]][mine].tolist(), packets["assumed"][mine].tolist()
        said = zip(states, assumed, strict=True)
        return "".join(f" {State(state).rfc_name}{'?' * (bits >> side & 1)}" for state, bits in said)

    def _row(self, sockets: tuple[str, str]) -> int | None:
        """The newest connection between the two in the capture as it is now."""
        capture = self._capture
        capture.refresh()
        while capture.advance():
            pass
        table = capture.connections
        for row in reversed(range(len(table))):
            if (socket_of(table, row, 0), socket_of(table, row, 1)) == sockets:
                return row
        return None


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


def syn_lost(bench: Bench) -> None:
    with socket.create_server((NEAR, 0)) as listener, connecting(bench, listener.getsockname()[1]):
        bench.lose()
        bench.expect(client=State.SYN_SENT)
        bench.claims(client=" nothing", server=" LISTEN?")
        bench.step(client=State.SYN_SENT, server=State.SYN_RECEIVED)
        bench.step(client=State.ESTABLISHED, server=State.SYN_RECEIVED)
        bench.step(client=State.ESTABLISHED, server=State.ESTABLISHED)


def syn_ack_lost(bench: Bench) -> None:
    with socket.create_server((NEAR, 0)) as listener, connecting(bench, listener.getsockname()[1]):
        bench.step(client=State.SYN_SENT, server=State.SYN_RECEIVED)
        bench.lose()
        bench.expect(client=State.SYN_SENT, server=State.SYN_RECEIVED)
        bench.claims(client=" ESTABLISHED?")
        bench.step(client=State.ESTABLISHED, server=State.SYN_RECEIVED)
        bench.claims(client=" SYN-SENT?")  # the SYN, or the SYN-ACK, was sent again
        bench.step(client=State.ESTABLISHED, server=State.ESTABLISHED)
        bench.claims(client=" ESTABLISHED", server=" ESTABLISHED?")


def ack_of_syn_ack_lost(bench: Bench) -> None:
    with socket.create_server((NEAR, 0)) as listener, connecting(bench, listener.getsockname()[1]):
        bench.step(client=State.SYN_SENT, server=State.SYN_RECEIVED)
        bench.step(client=State.ESTABLISHED, server=State.SYN_RECEIVED)
        bench.lose()
        bench.expect(client=State.ESTABLISHED, server=State.SYN_RECEIVED)
        bench.claims(server=" ESTABLISHED?")
        bench.link.step()
        bench.claims(server=" SYN-RECEIVED ESTABLISHED?")  # the SYN-ACK again, and the ACK again
        bench.step(client=State.ESTABLISHED, server=State.ESTABLISHED)


def by_end(side: int) -> Callable[..., dict[str, Any]]:
    """Names the values for the end of `side`, which closes first, and for its peer."""
    names = ("client", "server")
    return lambda first=None, peer=None: {names[side]: first, names[1 - side]: peer}


def fin_lost(bench: Bench, side: int) -> None:
    both = by_end(side)
    with connected(bench) as ends:
        ends[side].shutdown(socket.SHUT_WR)
        bench.lose()
        bench.expect(**both(State.FIN_WAIT_1, State.ESTABLISHED))
        bench.claims(**both(peer=" CLOSE-WAIT?"))
        bench.link.step()
        bench.expect(**both(State.FIN_WAIT_1, State.CLOSE_WAIT))
        bench.step(**both(State.FIN_WAIT_2, State.CLOSE_WAIT))
        bench.claims(**both(peer=" CLOSE-WAIT"))


def ack_of_fin_lost(bench: Bench, side: int) -> None:
    both = by_end(side)
    with connected(bench) as ends:
        ends[side].shutdown(socket.SHUT_WR)
        bench.link.step()
        bench.expect(**both(State.FIN_WAIT_1, State.CLOSE_WAIT))
        bench.lose()
        bench.claims(**both(first=" FIN-WAIT-2?"))
        bench.link.step()
        bench.claims(**both(first=" FIN-WAIT-1 FIN-WAIT-1 FIN-WAIT-1 FIN-WAIT-2?"))  # the FIN and the ACK, twice
        bench.expect(**both(State.FIN_WAIT_1, State.CLOSE_WAIT))
        bench.step(**both(State.FIN_WAIT_2, State.CLOSE_WAIT))


def bytes_before_the_fin_lost(bench: Bench, side: int) -> None:
    both = by_end(side)
    with connected(bench) as ends:
        ends[side].sendall(b"lost")
        bench.lose()
        ends[side].shutdown(socket.SHUT_WR)
        bench.expect(**both(State.FIN_WAIT_1, State.ESTABLISHED))
        bench.claims(**both(peer=" CLOSE-WAIT?"))
        bench.link.step()
        bench.expect(**both(State.FIN_WAIT_1, State.ESTABLISHED))
        bench.link.release()
        bench.expect(**both(State.FIN_WAIT_2, State.CLOSE_WAIT))
        bench.claims(**both(peer=" CLOSE-WAIT"))


PLAYS: dict[str, Callable[[Bench], None]] = {
    "ordinary close": ordinary_close,
    "simultaneous close": simultaneous_close,
    "reset": reset,
    "refused": refused,
    "simultaneous open": simultaneous_open,
    "SYN lost": syn_lost,
    "SYN-ACK lost": syn_ack_lost,
    "ACK of the SYN-ACK lost": ack_of_syn_ack_lost,
    "client's FIN lost": partial(fin_lost, side=0),
    "server's FIN lost": partial(fin_lost, side=1),
    "ACK of the client's FIN lost": partial(ack_of_fin_lost, side=0),
    "ACK of the server's FIN lost": partial(ack_of_fin_lost, side=1),
    "client's bytes lost": partial(bytes_before_the_fin_lost, side=0),
    "server's bytes lost": partial(bytes_before_the_fin_lost, side=1),
}


def main(spool: Path) -> None:
    with RoughLink(Plan(delay=0.0)) as link, LiveCapture.start(NAME, spool, filter="tcp") as live:
        live.wait_ready()
        with Capture(open_packets(spool)) as capture:
            bench = Bench(link, capture)
            for name, play in PLAYS.items():
                link.hold()
                play(bench)
                link.release()
                print(f"{name}: agreed")
            missing = set(State) - bench.checked - {State.LISTEN}
            assert not missing, f"never seen: {missing}"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
