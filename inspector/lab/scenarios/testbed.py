"""The testbed of a scenario: two worker processes, the network between them, and the means to control both."""

from __future__ import annotations

import asyncio
import itertools
import socket
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from inspector.errors import LabError
from inspector.lab.process.child_process import Child
from inspector.lab.process.json_lines import Message
from inspector.lab.process.lossy_link import FAR, NEAR, RoughLink
from inspector.lab.process.ports import LOCALHOST
from inspector.tables.addresses import with_port

HTTP_PORT = 80
FIRST_PORT = 50_001
"""The first client port. Ports are counted up from here, so that every recording of a scenario has the same ones."""

PATIENCE_SECONDS = 9.0
LOOK_SECONDS = 0.02

SETTINGS = Path("/proc/sys/net/ipv4")
"""The kernel settings of the network namespace in which the accessing process runs (tcp(7))."""

OVER = {"06", "07", "0A"}
"""Linux's numbers (<net/tcp_states.h>) for TIME-WAIT, CLOSED and LISTEN, the states in which nothing more is sent."""

Option = tuple[int, int, int]
T = TypeVar("T")


@dataclass(frozen=True)
class End:
    """One end of a connection: a socket in the process that holds it."""

    holder: Child
    fd: int
    port: int = 0
    """The local port of a client; 0 for a server's socket."""

    async def send(self, data: bytes, repeat: int = 1) -> None:
        """Send `data` `repeat` times; return when the kernel has taken all of it."""
        await self._do("send", data=data.decode("latin-1"), repeat=repeat)

    async def receive(self, count: int) -> int:
        """Receive `count` bytes; return how many arrived, which is fewer if the stream ends before."""
        return int((await self._do("receive", count=count))["bytes"])

    async def receive_some(self) -> bytes:
        """Receive the next bytes; empty at the end of the stream."""
        return _bytes(await self._do("receive_some"))

    async def receive_head(self) -> bytes:
        """Receive up to and including the first empty line."""
        return _bytes(await self._do("receive_head"))

    async def receive_rest(self) -> int:
        """Receive up to the end of the stream; return the number of bytes."""
        return int((await self._do("receive_rest"))["bytes"])

    async def finish(self) -> None:
        """Send FIN and keep receiving."""
        await self._do("finish")

    async def close(self) -> None:
        """Close the socket."""
        await self._do("close")

    async def abort(self) -> None:
        """Close the socket with RST."""
        await self._do("abort")

    async def forget(self) -> None:
        """Drop the connection without sending a packet."""
        await self._do("forget")

    async def option(self, level: int, name: int, value: int) -> None:
        """Set a socket option."""
        await self._do("option", level=level, name=name, value=value)

    async def connect(self, address: str, port: int, first: bytes = b"") -> None:
        """Connect, and send `first` as soon as the connection is ESTABLISHED. Raises LabError with the system's error
        message if that fails.
        """
        await self._do("connect", address=address, port=port, data=first.decode("latin-1"))

    async def begin(self, address: str, port: int) -> None:
        """Start to connect, without waiting for the result."""
        await self._do("begin", address=address, port=port)

    async def wait(self) -> None:
        """Wait until the connect that `begin` started has completed."""
        await self._do("wait")

    async def send_first(self, address: str, port: int, data: bytes) -> None:
        """Connect and send in one step (TCP Fast Open)."""
        await self._do("send_first", address=address, port=port, data=data.decode("latin-1"))

    async def _do(self, step: str, **facts: object) -> Message:
        return await self.holder.ask(step, fd=self.fd, **facts)


class Scene:
    """What a scenario works with. Clients connect to `address`, servers listen on `own_address`; there may be a link
    between the two.
    """

    def __init__(
        self,
        client: Child,
        server: Child,
        link: RoughLink | None = None,
        seen_from: str | None = None,
        first_port: int = FIRST_PORT,
        heard: Callable[[Message], None] | None = None,
    ) -> None:
        self.client = client
        self.server = server
        self.address, self.own_address = (FAR, NEAR) if link else (LOCALHOST, LOCALHOST)
        self.clients: list[str] = []
        """The clients' addresses as captured, "ip:port", in order of opening."""
        self._seen_from = seen_from
        self._heard = heard
        self._ports = itertools.count(first_port)
        self._link = link
        self._extras: list[Child] = []

    @property
    def link(self) -> RoughLink:
        """The link. Raises LabError if the scenario has none."""
        if self._link is None:
            raise LabError("This scenario has no link.")
        return self._link

    def next_port(self) -> int:
        """Return a port that no client of this scenario has used yet."""
        return next(self._ports)

    async def listen(
        self, port: int = HTTP_PORT, backlog: int = 16, options: Iterable[Option] = (), address: str | None = None
    ) -> End:
        """Open a listening socket in the server's process."""
        done = await self.server.ask(
            "listen", address=address or self.own_address, port=port, backlog=backlog, options=list(options)
        )
        return End(self.server, done["fd"])

    async def accept(self, listener: End) -> End:
        """Accept the next incoming connection."""
        done = await listener.holder.ask("accept", fd=listener.fd)
        return End(listener.holder, done["fd"])

    async def serve(self, listener: End, answer: bytes, count: int = 1) -> None:
        """Accept `count` connections, then send `answer` on each in turn and close it, without further commands."""
        await listener.holder.ask("serve", fd=listener.fd, count=count, data=answer.decode("latin-1"))

    async def open(
        self,
        port: int | None = None,
        options: Iterable[Option] = (),
        address: str | None = None,
        hand: Child | None = None,
    ) -> End:
        """Open a client socket that is bound to its port and not yet connected."""
        own, number = address or self.own_address, port or self.next_port()
        holder = hand or self.client
        done = await holder.ask("open", address=own, port=number, options=list(options))
        self.clients.append(with_port(self._seen_from or own, number))
        return End(holder, done["fd"], number)

    async def pair(
        self,
        listener: End,
        first: bytes = b"",
        port: int = HTTP_PORT,
        options: Iterable[Option] = (),
        own_port: int | None = None,
        address: str | None = None,
    ) -> tuple[End, End]:
        """Open a connection and return the client's end and the server's end. The client sends `first` as soon as the
        connection is ESTABLISHED, without waiting for the server to accept it.
        """
        client = await self.open(own_port, options, address)
        _, server = await asyncio.gather(client.connect(address or self.address, port, first), self.accept(listener))
        return client, server

    async def hire(self, name: str, module: str, *arguments: str, descriptors: tuple[int, ...] = ()) -> Child:
        """Start a further process, which ends with the scenario."""
        child = await Child.start(name, module, *arguments, descriptors=descriptors, heard=self._heard)
        self._extras.append(child)
        return child

    async def dismiss_all(self) -> None:
        """Stop all processes of the scenario."""
        for child in [*self._extras[::-1], self.client, self.server]:
            await child.stop()

    def set_kernel(self, name: str, value: str) -> None:
        """Change the kernel setting net.ipv4.NAME of this network.

        Raises:
            LabError: the system does not allow that.
        """
        path = SETTINGS / name
        try:
            if path.exists():  # a kernel too old to have the setting already behaves as the value asks
                path.write_text(value)
        except OSError as error:
            raise LabError(f"net.ipv4.{name} cannot be set here: {error.strerror}.") from error

    async def settle(self, port: int | None = None) -> None:
        """Wait until every connection of this network, or the one with this client port, has closed and no packet is
        left on the link.
        """
        await self.until(lambda: kernel_states(port) <= OVER and not (self._link and self._link.waiting), "calm")

    async def until(self, is_so: Callable[[], bool], what: str) -> None:
        """Poll until the condition holds. Raises LabError, which names `what` was awaited, if that takes too long."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while not is_so():
                    await asyncio.sleep(LOOK_SECONDS)
        except TimeoutError:
            raise LabError(f"The scenario timed out while waiting for {what}.") from None


async def together(*steps: Awaitable[T]) -> list[T]:
    """Run these steps concurrently and return their results in order."""
    return list(await asyncio.gather(*steps))


def kernel_states(port: int | None = None) -> set[str]:
    """The states of all TCP sockets in this network, or of those with this port at either end, as Linux's numbers."""
    return {state for own, other, state in kernel_sockets() if port in (None, own, other)}


def kernel_sockets() -> list[tuple[int, int, str]]:
    """The local port, remote port and state of every TCP socket in this network (proc(5), /proc/net/tcp)."""
    found = []
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        path = Path(table)
        for line in path.read_text().splitlines()[1:] if path.exists() else ():
            _, own, other, state, *_ = line.split()
            found.append((int(own.rpartition(":")[2], 16), int(other.rpartition(":")[2], 16), state))
    return found


def _bytes(done: Message) -> bytes:
    return str(done["data"]).encode("latin-1")


NODELAY: Option = (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
