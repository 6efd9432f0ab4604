"""The processes of the demo: two servers, the HTTP client, chat clients, relays and the capture."""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from inspector.errors import InspectorError, LabError
from inspector.lab.demo.relay import Relay
from inspector.lab.process.child_process import Child
from inspector.lab.process.json_lines import Message
from inspector.lab.process.ports import LOCALHOST, listen_exactly, port_of

if TYPE_CHECKING:
    from inspector.pcap.socket_reports import ReportWriter

LOOPBACK_INTERFACE = "lo" if sys.platform.startswith("linux") else "lo0"


class DemoProcesses:
    """The demo's running processes. `open` starts those that always run, `close` ends all of them."""

    def __init__(self, http: socket.socket, chat: socket.socket) -> None:
        """`http` and `chat` are the listening sockets to which the user's browser connects."""
        self.news_told = 0
        self._http = http
        self._chat = chat
        self._ports = port_of(http), port_of(chat)
        self._chat_clients: dict[str, Child] = {}
        self._children: list[Child] = []
        self._relays: list[Relay] = []
        self._http_server: Child | None = None
        self._chat_server: Child | None = None
        self._http_client: Child | None = None
        self._reports: ReportWriter | None = None
        self._tell: Callable[[Message], None] = lambda message: None

    async def open(self, relayed: bool, spool: str | None, heard: Callable[[Message], None]) -> None:
        """Start the capture, so that it sees everything, then the servers and the HTTP client.

        Args:
            relayed: whether the sockets belong to another network, so that the servers need their own in this one.
            spool: the file to capture into; None starts no capture.
            heard: called with what the capture reports, and with an `error` event for every part of the demo that
                ends by itself; `ends_capture` in it says whether that part is the capture.
        """
        self._tell = heard
        if spool is not None:
            await self._start_capture(spool)
            await self._start_watch(spool)
        self._http_server = await self._start_server("The café", "inspector.lab.demo.http_server", self._http, relayed)
        self._chat_server = await self._start_server(
            "The chat server", "inspector.lab.demo.chat_server", self._chat, relayed
        )
        self._http_client = await self._start("The visitor", "inspector.lab.demo.http_client", str(self._ports[0]))

    async def close(self) -> None:
        """End all processes, the capture last, so that it sees how the connections are closed."""
        for name in list(self._chat_clients):
            await self.stop_chat_client(name)
        for relay in self._relays:
            await relay.stop()
        while self._children:
            await self._children.pop().stop()
        if self._reports:
            self._reports.close()
            self._reports = None

    def note(self, event: str, **facts: object) -> None:
        """Write a report about a descriptor to the recording; ignore other events."""
        if event != "descriptor" or not self._reports:
            return
        try:
            self._reports.write(facts)
        except InspectorError as error:
            self._missed(str(error))
            self._reports.close()
            self._reports = None

    @property
    def chat_server(self) -> Child:
        """The chat server."""
        return present(self._chat_server)

    @property
    def http_client(self) -> Child:
        """The HTTP client."""
        return present(self._http_client)

    @property
    def chat_clients(self) -> dict[str, Child]:
        """The chat clients that run as processes of the demo, by name."""
        self._chat_clients = {name: person for name, person in self._chat_clients.items() if not person.has_ended}
        return self._chat_clients

    async def start_chat_client(self, name: str, compress: bool) -> Child:
        """Start this user's process; return it when it has joined and all other users have been notified."""
        entered = self.chat_server.watch("joined", name=name)
        flags = ["--compress"] if compress else []
        url = f"ws://{LOCALHOST}:{self._ports[1]}/chat"
        person = await Child.start(name, "inspector.lab.demo.chat_client", name, url, *flags, heard=self._noted)
        self._chat_clients[name] = person
        await self.chat_server.within_reason(entered)
        return person

    async def stop_chat_client(self, name: str) -> None:
        """Make this user leave; return when the process has ended."""
        await self._chat_clients.pop(name).stop()

    async def _start_capture(self, spool: str) -> None:
        ports = ",".join(map(str, self._ports))
        arguments = ["--spool", spool, "--interface", LOOPBACK_INTERFACE, "--only-ports", ports]

        def heard(message: Message) -> None:
            self._tell({**message, "ends_capture": True})

        await self._start("The capture process", "inspector.live.capture_process", *arguments, heard=heard)

    async def _start_watch(self, spool: str) -> None:
        """Start to record the programs' reports about sockets, and start the watcher that records the kernel's socket
        states.
        """
        # Imported here because it needs numpy, which most processes of the lab do not need.
        from inspector.pcap.socket_reports import ReportWriter

        self._reports = ReportWriter(spool)
        ports = ",".join(map(str, self._ports))
        options = ["--spool", spool, "--interface", LOOPBACK_INTERFACE, "--only-ports", ports]
        await self._start("The process that watches the sockets", "inspector.sockets.watcher", *options)

    def _heard(self, message: Message) -> None:
        self.note(**message)
        if message.get("ended"):
            self._missed(message["message"])

    def _noted(self, message: Message) -> None:
        """Handle an event of a chat client: like `_heard`, but a client that ends is not reported as an error."""
        self.note(**message)

    def _missed(self, message: str) -> None:
        self._tell({"event": "error", "message": message, "ends_capture": False})

    async def _start_server(self, name: str, module: str, outer: socket.socket, relayed: bool) -> Child:
        listener = listen_exactly(port_of(outer)) if relayed else outer
        descriptor = listener.fileno()
        server = await self._start(name, module, "--socket", str(descriptor), descriptors=(descriptor,))
        if relayed:
            listener.close()
            self._relays.append(await Relay.start(outer))
        else:
            # Only the server holds the socket now: when it has ended, its port must refuse connections, not queue them.
            outer.close()
        return server

    async def _start(
        self,
        name: str,
        module: str,
        *arguments: str,
        descriptors: tuple[int, ...] = (),
        heard: Callable[[Message], None] | None = None,
    ) -> Child:
        child = await Child.start(name, module, *arguments, descriptors=descriptors, heard=heard or self._heard)
        self._children.append(child)
        return child


def present(child: Child | None) -> Child:
    """Return the child process. Raises LabError if there is none or it has ended."""
    if child is None or child.has_ended:
        raise LabError("A part of the demo has ended. Start the demo again.")
    return child
