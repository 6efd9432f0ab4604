"""The scene of a play: two hands, the network between them, and what the play may do with both."""

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
from inspector.tables.addresses import with_port

HTTP_PORT = 80
LOOPBACK = "127.0.0.1"
FIRST_PORT = 50_001
"""The clients' ports are counted up from here, so that a recording made again has the same ones."""

PATIENCE_SECONDS = 9.0
LOOK_SECONDS = 0.02

SETTINGS = Path("/proc/sys/net/ipv4")
"""The kernel's settings of the network that the reading process is in (tcp(7))."""

OVER = {"06", "07", "0A"}
"""Linux's numbers (<net/tcp_states.h>) of TIME-WAIT, CLOSED and LISTEN, the states in which nothing more is sent."""

Option = tuple[int, int, int]
T = TypeVar("T")


@dataclass(frozen=True)
class End:
    """One end of a connection: a socket in the process that holds it."""

    holder: Child
    token: int
    port: int = 0
    """Of a client; 0 for an end that was accepted."""

    async def send(self, data: bytes, repeat: int = 1) -> None:
        """Write, until the kernel has taken all of it."""
        await self._do("send", data=data.decode("latin-1"), repeat=repeat)

    async def receive(self, count: int) -> int:
        """Receive `count` bytes; returns how many arrived before the end."""
        return int((await self._do("receive", count=count))["bytes"])

    async def receive_some(self) -> bytes:
        """Read what comes next; empty at the end of the stream."""
        return _bytes(await self._do("receive_some"))

    async def receive_head(self) -> bytes:
        """Read up to the first empty line."""
        return _bytes(await self._do("receive_head"))

    async def receive_rest(self) -> int:
        """Read to the end of the stream; how many bytes."""
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
        """Lose the connection without a packet."""
        await self._do("forget")

    async def option(self, level: int, name: int, value: int) -> None:
        """setsockopt."""
        await self._do("option", level=level, name=name, value=value)

    async def connect(self, address: str, port: int, first: bytes = b"") -> None:
        """Connect, and send `first` as soon as the connection is ESTABLISHED. Raises LabError with the system's
        message.
        """
        await self._do("connect", address=address, port=port, data=first.decode("latin-1"))

    async def begin(self, address: str, port: int) -> None:
        """Connect, and do not wait."""
        await self._do("begin", address=address, port=port)

    async def wait(self) -> None:
        """Wait for the connection that was begun."""
        await self._do("wait")

    async def send_first(self, address: str, port: int, data: bytes) -> None:
        """Connect and write in one step (TCP Fast Open)."""
        await self._do("send_first", address=address, port=port, data=data.decode("latin-1"))

    async def _do(self, step: str, **facts: object) -> Message:
        return await self.holder.ask(step, token=self.token, **facts)


class Scene:
    """The means of a scenario. Clients connect to `address`, servers listen on `own_address`; a link may lie
    between.
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
        self.address, self.own_address = (FAR, NEAR) if link else (LOOPBACK, LOOPBACK)
        self.clients: list[str] = []
        """The clients' addresses as captured, "ip:port", in order of opening."""
        self._seen_from = seen_from
        self._heard = heard
        self._ports = itertools.count(first_port)
        self._link = link
        self._extras: list[Child] = []

    @property
    def link(self) -> RoughLink:
        """The link of a scenario that has one."""
        if self._link is None:
            raise LabError("This scenario has no link.")
        return self._link

    def next_port(self) -> int:
        """A port that no client of this play has had."""
        return next(self._ports)

    async def listen(
        self, port: int = HTTP_PORT, backlog: int = 16, options: Iterable[Option] = (), address: str | None = None
    ) -> End:
        """A listening socket of the server."""
        done = await self.server.ask(
            "listen", address=address or self.own_address, port=port, backlog=backlog, options=list(options)
        )
        return End(self.server, done["token"])

    async def accept(self, listener: End) -> End:
        """The next connection that has come in."""
        done = await listener.holder.ask("accept", token=listener.token)
        return End(listener.holder, done["token"])

    async def serve(self, listener: End, answer: bytes, count: int = 1) -> None:
        """Accept `count` connections, then respond on and close each in turn, without further commands."""
        await listener.holder.ask("serve", token=listener.token, count=count, data=answer.decode("latin-1"))

    async def open(
        self,
        port: int | None = None,
        options: Iterable[Option] = (),
        address: str | None = None,
        hand: Child | None = None,
    ) -> End:
        """A client's socket, bound to its port and not yet connected."""
        own, number = address or self.own_address, port or self.next_port()
        holder = hand or self.client
        done = await holder.ask("open", address=own, port=number, options=list(options))
        self.clients.append(with_port(self._seen_from or own, number))
        return End(holder, done["token"], number)

    async def pair(
        self,
        listener: End,
        first: bytes = b"",
        port: int = HTTP_PORT,
        options: Iterable[Option] = (),
        own_port: int | None = None,
        address: str | None = None,
    ) -> tuple[End, End]:
        """Both ends of a new connection: the client's, which sends `first` as soon as it is ESTABLISHED and waits for
        no accept, and the server's.
        """
        client = await self.open(own_port, options, address)
        _, server = await asyncio.gather(client.connect(address or self.address, port, first), self.accept(listener))
        return client, server

    async def hire(self, name: str, module: str, *arguments: str, descriptors: tuple[int, ...] = ()) -> Child:
        """A further process, which ends with the play."""
        child = await Child.start(name, module, *arguments, descriptors=descriptors, heard=self._heard)
        self._extras.append(child)
        return child

    async def dismiss_all(self) -> None:
        """End every process of the play."""
        for child in [*self._extras[::-1], self.client, self.server]:
            await child.stop()

    def set_kernel(self, name: str, value: str) -> None:
        """Change a setting of this network's kernel, net.ipv4.NAME.

        Raises:
            LabError: the system does not let us.
        """
        path = SETTINGS / name
        try:
            if path.exists():  # a kernel from before the setting behaves as the value asks
                path.write_text(value)
        except OSError as error:
            raise LabError(f"net.ipv4.{name} cannot be set here: {error.strerror}.") from error

    async def settle(self, port: int | None = None) -> None:
        """Wait until every connection of this network, or the one from this client port, has closed and the link is
        empty.
        """
        await self.until(lambda: kernel_states(port) <= OVER and not (self._link and self._link.waiting), "calm")

    async def until(self, is_so: Callable[[], bool], what: str) -> None:
        """Wait for something that can only be looked at; LabError when it does not come."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while not is_so():
                    await asyncio.sleep(LOOK_SECONDS)
        except TimeoutError:
            raise LabError(f"The scenario waited in vain for {what}.") from None


async def together(*steps: Awaitable[T]) -> list[T]:
    """Run these steps at the same time, in processes that do not wait for each other."""
    return list(await asyncio.gather(*steps))


def kernel_states(port: int | None = None) -> set[str]:
    """The states of all TCP sockets of this network, or of those with this port at either end, by Linux's numbers."""
    return {state for own, other, state in kernel_sockets() if port in (None, own, other)}


def kernel_sockets() -> list[tuple[int, int, str]]:
    """Own port, other port and state of every TCP socket of this network (proc(5), /proc/net/tcp)."""
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
