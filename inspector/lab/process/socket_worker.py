"""A worker process that executes socket calls on command; the clients and servers of scenarios are such workers.

    python -m inspector.lab.process.socket_worker NAME

Each command names one step (see `STEPS`) and `fd`, the file descriptor that the socket has in this process.
Bytes are sent as text, one character per byte (Latin-1).
"""

from __future__ import annotations

import argparse
import contextlib
import resource
import selectors
import socket
import struct

from inspector.errors import LabError
from inspector.lab.process.json_lines import Message, report, run_commands_blocking
from inspector.lab.process.reported_socket import ReportedSocket, name_process, text_of

PATIENCE_SECONDS = 9.0
"""How long a step may wait for the other end; no scenario needs longer."""

LONGEST_ANSWER = 8192
"""Maximum number of received bytes that a result contains; if there are more, it contains only their number."""

PIECE = 1 << 16
LINGER_NOT = struct.pack("ii", 1, 0)
"""struct linger: on, with a timeout of 0. Closing then sends RST (socket(7))."""

TCP_REPAIR = 19
"""From <linux/tcp.h>: a socket in repair mode is closed without sending a packet."""

MOST_FILES = 4096

CONGESTION_CONTROL = b"reno"
"""The congestion control of every socket here (RFC 5681), so that what the scenarios say about bursts and queues does
not depend on the system's default. Every Linux has Reno and lets every user choose it (tcp(7))."""

NAMED_GUESTS = 12
"""How many client sockets the result of `crowd` names."""

Pair = tuple[str, int]


class SocketWorker:
    """The sockets of this worker, by file descriptor."""

    def __init__(self) -> None:
        self._sockets: dict[int, ReportedSocket] = {}
        self._over: dict[int, bytes] = {}

    def do(self, command: Message) -> Message:
        """Run one step. Raises LabError with the system's error message if it fails."""
        step = STEPS.get(command["do"])
        if step is None:
            raise LabError(f"The worker has no step {command['do']!r}.")
        try:
            done: Message = step(self, **{name: fact for name, fact in command.items() if name not in ("id", "do")})
        except OSError as error:
            raise LabError(error.strerror or str(error)) from error
        return done

    def listen(self, address: str, port: int, backlog: int, options: list[list[int]]) -> Message:
        """Open a listening socket: socket, setsockopt, bind, listen."""
        listener = self._new(address)
        for level, name, value in options:
            listener.setsockopt(level, name, value)
        listener.bind((address, port))
        listener.listen(backlog)
        return {"fd": self._keep(listener)}

    def accept(self, fd: int) -> Message:
        """Accept the oldest waiting connection."""
        accepted, _ = self._sockets[fd].accept()
        return {"fd": self._keep(accepted)}

    def open(self, address: str, port: int, options: list[list[int]]) -> Message:
        """Open a socket that will connect from this port: socket, setsockopt, bind."""
        opened = self._new(address)
        for level, name, value in options:
            opened.setsockopt(level, name, value)
        opened.bind((address, port))
        return {"fd": self._keep(opened)}

    def connect(self, fd: int, address: str, port: int, data: str = "") -> Message:
        """Connect, and send `data` as soon as the connection is ESTABLISHED."""
        self._sockets[fd].connect((address, port))
        self._sockets[fd].sendall(data.encode("latin-1"))
        return {}

    def begin(self, fd: int, address: str, port: int) -> Message:
        """Start to connect without waiting: the SYN is sent."""
        self._sockets[fd].setblocking(False)
        self._sockets[fd].connect_ex((address, port))
        return {}

    def wait(self, fd: int) -> Message:
        """Wait until the connect that `begin` started has completed. Raises LabError or OSError if it does not."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._sockets[fd], selectors.EVENT_WRITE)
            if not selector.select(PATIENCE_SECONDS):
                raise LabError("The connection was not established in time.")
        self._sockets[fd].settimeout(PATIENCE_SECONDS)
        number = self._sockets[fd].getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if number:
            raise OSError(number, "The connection was not established.")
        return {}

    def send(self, fd: int, data: str, repeat: int) -> Message:
        """Send the same bytes `repeat` times, with sendall."""
        content = data.encode("latin-1") * repeat
        self._sockets[fd].sendall(content)
        return {"bytes": len(content)}

    def send_first(self, fd: int, address: str, port: int, data: str) -> Message:
        """Connect and send in one step: sendto with MSG_FASTOPEN (RFC 7413)."""
        self._sockets[fd].setblocking(True)  # otherwise nothing would be sent after a SYN without a cookie
        self._sockets[fd].connect_saying(data.encode("latin-1"), (address, port))
        self._sockets[fd].settimeout(PATIENCE_SECONDS)
        return {}

    def receive(self, fd: int, count: int) -> Message:
        """Receive exactly `count` bytes, or fewer if the stream ends before."""
        got = bytearray()
        while len(got) < count and (piece := self._some(fd, min(count - len(got), PIECE))):
            got += piece
        return received(got)

    def receive_some(self, fd: int) -> Message:
        """Receive the available bytes, waiting for the next ones if there are none; empty at the end of the stream."""
        return received(self._some(fd, LONGEST_ANSWER))

    def receive_head(self, fd: int) -> Message:
        """Receive up to and including the first empty line; what follows is kept for the next step."""
        got = bytearray()
        while b"\r\n\r\n" not in got and (piece := self._some(fd, LONGEST_ANSWER)):
            got += piece
        head, line, rest = bytes(got).partition(b"\r\n\r\n")
        self._over[fd] = rest
        return received(head + line)

    def receive_rest(self, fd: int) -> Message:
        """Receive everything up to the end of the stream."""
        got = bytearray()
        while piece := self._some(fd, PIECE):
            got += piece
        return received(got)

    def finish(self, fd: int) -> Message:
        """Send FIN and keep receiving: shutdown for writing."""
        self._sockets[fd].shutdown(socket.SHUT_WR)
        return {}

    def close(self, fd: int) -> Message:
        """Close the socket."""
        self._over.pop(fd, None)
        self._sockets.pop(fd).close()
        return {}

    def abort(self, fd: int) -> Message:
        """Close the socket with RST."""
        self._sockets[fd].setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NOT)
        return self.close(fd)

    def forget(self, fd: int) -> Message:
        """Drop the connection without sending a packet, as if the machine lost power (TCP_REPAIR; needs
        CAP_NET_ADMIN).
        """
        self._sockets[fd].setsockopt(socket.IPPROTO_TCP, TCP_REPAIR, 1)
        return self.close(fd)

    def option(self, fd: int, level: int, name: int, value: int) -> Message:
        """Set a socket option."""
        self._sockets[fd].setsockopt(level, name, value)
        return {}

    def crowd(self, address: str, port: int, count: int, data: str) -> Message:
        """Open `count` connections at once. Each sends `data`, reads the response to its end, and closes.

        The result contains the number of connections that got a response and the addresses of the last few sockets.
        """
        content = data.encode("latin-1")
        sockets = [ReportedSocket(family(address)) for _ in range(count)]
        for each in sockets:
            each.settimeout(PATIENCE_SECONDS)
            each.connect((address, port))
        for each in sockets:
            each.sendall(content)
        guests, answered = [text_of(each.getsockname()) for each in sockets[-NAMED_GUESTS:]], 0
        for each in sockets:
            with each:
                answered += bool(each.recv(PIECE)) and not each.recv(1)
        return {"answered": answered, "guests": guests}

    def serve(self, fd: int, count: int, data: str) -> Message:
        """Accept `count` connections, then send `data` on each in turn and close it."""
        content = data.encode("latin-1")
        accepted = [self._sockets[fd].accept()[0] for _ in range(count)]
        for each in accepted:
            with each:
                each.settimeout(PATIENCE_SECONDS)
                each.recv(PIECE)
                each.sendall(content)
        return {}

    def _new(self, address: str) -> ReportedSocket:
        """A new socket of the address's family that may reuse a port in TIME-WAIT."""
        fresh = ReportedSocket(family(address))
        fresh.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        fresh.setsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, CONGESTION_CONTROL)
        return fresh

    def _keep(self, fresh: ReportedSocket) -> int:
        fresh.settimeout(PATIENCE_SECONDS)
        self._sockets[fresh.fileno()] = fresh
        return fresh.fileno()

    def _some(self, fd: int, most: int) -> bytes:
        if rest := self._over.pop(fd, b""):
            self._over[fd] = rest[most:]
            return rest[:most]
        return self._sockets[fd].recv(most)


STEPS = {
    name: getattr(SocketWorker, name)
    for name in (
        "listen", "accept", "open", "connect", "begin", "wait", "send", "send_first", "receive", "receive_some",
        "receive_head", "receive_rest", "finish", "close", "abort", "forget", "option", "crowd", "serve",
    )
}  # fmt: skip


def family(address: str) -> socket.AddressFamily:
    """The address family of an IP address."""
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def received(got: bytes | bytearray) -> Message:
    """The result that a step returns for the bytes it received."""
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
    run_commands_blocking(SocketWorker().do)


if __name__ == "__main__":
    main()
