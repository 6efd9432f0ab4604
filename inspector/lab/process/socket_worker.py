"""A worker process that executes socket calls on command; the clients and servers of scenarios are such workers.

    python -m inspector.lab.process.socket_worker NAME

Each command names one step (see `STEPS`) and the token of the socket, its file descriptor in this process. Bytes travel
as text, one letter a byte (Latin-1).
"""

from __future__ import annotations

import argparse
import contextlib
import resource
import selectors
import socket
import struct

from inspector.errors import LabError
from inspector.lab.process.json_lines import Message, answer_blocking, report
from inspector.lab.process.reported_socket import ReportedSocket, name_process, text_of

PATIENCE_SECONDS = 9.0
"""How long a step may wait for the other end; the lab asks no longer."""

LONGEST_ANSWER = 8192
"""Maximum received bytes that are returned; beyond that, only their number."""

PIECE = 1 << 16
LINGER_NOT = struct.pack("ii", 1, 0)
"""struct linger: on, for no time at all. Closing then sends RST (socket(7))."""

TCP_REPAIR = 19
"""From <linux/tcp.h>: a socket in repair is closed in silence."""

MOST_FILES = 4096

CONGESTION_CONTROL = b"reno"
"""Of every socket here (RFC 5681): what a text says of bursts and queues must not depend on what this system prefers.
Every Linux has Reno, and lets every user choose it (tcp(7))."""

NAMED_GUESTS = 12
"""Number of sockets of a crowd that are named in the result."""

Pair = tuple[str, int]


class Hand:
    """The sockets of this worker, by file descriptor."""

    def __init__(self) -> None:
        self._sockets: dict[int, ReportedSocket] = {}
        self._over: dict[int, bytes] = {}

    def do(self, command: Message) -> Message:
        """One step; LabError with the system's words when it fails."""
        step = STEPS.get(command["do"])
        if step is None:
            raise LabError(f"The hand knows no step {command['do']!r}.")
        try:
            done: Message = step(self, **{name: fact for name, fact in command.items() if name not in ("id", "do")})
        except OSError as error:
            raise LabError(error.strerror or str(error)) from error
        return done

    def listen(self, address: str, port: int, backlog: int, options: list[list[int]]) -> Message:
        """socket, setsockopt, bind, listen."""
        listener = self._new(address)
        for level, name, value in options:
            listener.setsockopt(level, name, value)
        listener.bind((address, port))
        listener.listen(backlog)
        return {"token": self._keep(listener)}

    def accept(self, token: int) -> Message:
        """accept: the oldest connection that waits."""
        accepted, _ = self._sockets[token].accept()
        return {"token": self._keep(accepted)}

    def open(self, address: str, port: int, options: list[list[int]]) -> Message:
        """socket, setsockopt, bind: a socket that will connect from this port."""
        opened = self._new(address)
        for level, name, value in options:
            opened.setsockopt(level, name, value)
        opened.bind((address, port))
        return {"token": self._keep(opened)}

    def connect(self, token: int, address: str, port: int, data: str = "") -> Message:
        """Connect, and send as soon as the connection is ESTABLISHED; returns the system's error message otherwise."""
        self._sockets[token].connect((address, port))
        self._sockets[token].sendall(data.encode("latin-1"))
        return {}

    def begin(self, token: int, address: str, port: int) -> Message:
        """connect without waiting: the SYN is on its way."""
        self._sockets[token].setblocking(False)
        self._sockets[token].connect_ex((address, port))
        return {}

    def wait(self, token: int) -> Message:
        """Wait until a begun connect is done."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._sockets[token], selectors.EVENT_WRITE)
            if not selector.select(PATIENCE_SECONDS):
                raise LabError("The connection was not made in time.")
        self._sockets[token].settimeout(PATIENCE_SECONDS)
        number = self._sockets[token].getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if number:
            raise OSError(number, "The connection was not made.")
        return {}

    def send(self, token: int, data: str, repeat: int) -> Message:
        """sendall, the same bytes `repeat` times."""
        content = data.encode("latin-1") * repeat
        self._sockets[token].sendall(content)
        return {"bytes": len(content)}

    def send_first(self, token: int, address: str, port: int, data: str) -> Message:
        """sendto with MSG_FASTOPEN: connect and send in one step (RFC 7413)."""
        self._sockets[token].setblocking(True)  # else nothing is sent behind a SYN that had no cookie yet
        self._sockets[token].connect_saying(data.encode("latin-1"), (address, port))
        self._sockets[token].settimeout(PATIENCE_SECONDS)
        return {}

    def receive(self, token: int, count: int) -> Message:
        """Receive exactly `count` bytes; fewer only at the end of the stream."""
        got = bytearray()
        while len(got) < count and (piece := self._some(token, min(count - len(got), PIECE))):
            got += piece
        return told(got)

    def receive_some(self, token: int) -> Message:
        """Receive what is available, or the next bytes; empty at the end of the stream."""
        return told(self._some(token, LONGEST_ANSWER))

    def receive_head(self, token: int) -> Message:
        """Up to and with the first empty line."""
        got = bytearray()
        while b"\r\n\r\n" not in got and (piece := self._some(token, LONGEST_ANSWER)):
            got += piece
        head, line, rest = bytes(got).partition(b"\r\n\r\n")
        self._over[token] = rest
        return told(head + line)

    def receive_rest(self, token: int) -> Message:
        """Everything to the end of the stream."""
        got = bytearray()
        while piece := self._some(token, PIECE):
            got += piece
        return told(got)

    def finish(self, token: int) -> Message:
        """shutdown for writing: send FIN, and keep receiving."""
        self._sockets[token].shutdown(socket.SHUT_WR)
        return {}

    def close(self, token: int) -> Message:
        """close."""
        self._over.pop(token, None)
        self._sockets.pop(token).close()
        return {}

    def abort(self, token: int) -> Message:
        """close with RST."""
        self._sockets[token].setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NOT)
        return self.close(token)

    def forget(self, token: int) -> Message:
        """Drop the connection without a packet, as if the machine lost power (TCP_REPAIR; needs CAP_NET_ADMIN)."""
        self._sockets[token].setsockopt(socket.IPPROTO_TCP, TCP_REPAIR, 1)
        return self.close(token)

    def option(self, token: int, level: int, name: int, value: int) -> Message:
        """setsockopt."""
        self._sockets[token].setsockopt(level, name, value)
        return {}

    def crowd(self, address: str, port: int, count: int, data: str) -> Message:
        """Open `count` connections at once: each sends its line, reads the response to its end, and closes.

        The sockets of the last few are named.
        """
        content = data.encode("latin-1")
        pipes = [ReportedSocket(family(address)) for _ in range(count)]
        for pipe in pipes:
            pipe.settimeout(PATIENCE_SECONDS)
            pipe.connect((address, port))
        for pipe in pipes:
            pipe.sendall(content)
        guests, answered = [text_of(pipe.getsockname()) for pipe in pipes[-NAMED_GUESTS:]], 0
        for pipe in pipes:
            with pipe:
                answered += bool(pipe.recv(PIECE)) and not pipe.recv(1)
        return {"answered": answered, "guests": guests}

    def serve(self, token: int, count: int, data: str) -> Message:
        """Accept `count` connections, then respond on and close each in turn."""
        content = data.encode("latin-1")
        accepted = [self._sockets[token].accept()[0] for _ in range(count)]
        for pipe in accepted:
            with pipe:
                pipe.settimeout(PATIENCE_SECONDS)
                pipe.recv(PIECE)
                pipe.sendall(content)
        return {}

    def _new(self, address: str) -> ReportedSocket:
        """A socket of the address's family that may take a port over from TIME-WAIT."""
        fresh = ReportedSocket(family(address))
        fresh.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        fresh.setsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, CONGESTION_CONTROL)
        return fresh

    def _keep(self, fresh: ReportedSocket) -> int:
        fresh.settimeout(PATIENCE_SECONDS)
        self._sockets[fresh.fileno()] = fresh
        return fresh.fileno()

    def _some(self, token: int, most: int) -> bytes:
        if rest := self._over.pop(token, b""):
            self._over[token] = rest[most:]
            return rest[:most]
        return self._sockets[token].recv(most)


STEPS = {
    step.__name__: step
    for step in (
        Hand.listen, Hand.accept, Hand.open, Hand.connect, Hand.begin, Hand.wait, Hand.send, Hand.send_first,
        Hand.receive, Hand.receive_some, Hand.receive_head, Hand.receive_rest, Hand.finish, Hand.close, Hand.abort,
        Hand.forget, Hand.option, Hand.crowd, Hand.serve,
    )
}  # fmt: skip


def family(address: str) -> socket.AddressFamily:
    """The address family of an address as text."""
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def told(got: bytes | bytearray) -> Message:
    """Received bytes as a result."""
    return {"bytes": len(got), "data": got.decode("latin-1") if len(got) <= LONGEST_ANSWER else ""}


def main() -> None:
    """Run as a program, until standard input ends."""
    parser = argparse.ArgumentParser(description="A worker that executes socket calls on command.")
    parser.add_argument("name", help="what the process is called")
    name_process(parser.parse_args().name)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (MOST_FILES if most < 0 else min(MOST_FILES, most), most))
    report("ready")
    answer_blocking(Hand().do)


if __name__ == "__main__":
    main()
