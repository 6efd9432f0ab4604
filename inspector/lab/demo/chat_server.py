"""The WebSocket server of the demo: a chat with a registry of users by file descriptor (the diary of the lessons).

    python -m inspector.lab.demo.chat_server --socket FD        FD: an inherited listening socket

Each WebSocket message is one JSON object:

    a client sends                        the server sends
    {"join": "Alice"}                     {"welcome": "Alice", "token": 7, "here": ["Alice"]}   or {"refused": why}
    {"say": "Hi", "to": "Bob"}            {"from": "Alice", "say": "Hi"}        to Bob; without "to" to everybody else
                                          {"joined": "Bob"}, {"left": "Bob"}    to everybody else
                                          {"news": "..."}                       to everybody, unasked

The same port serves a page with which the user can join the chat from a browser tab.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import socket
from dataclasses import dataclass
from http import HTTPStatus

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.typing import Origin

from inspector.errors import LabError
from inspector.lab.demo.pages import Page, own_hosts, read_page, security_headers
from inspector.lab.process.json_lines import Message, report, run_commands
from inspector.lab.process.ports import port_of
from inspector.lab.process.reported_socket import ReportedSocket, described, inode_of, name_process

CHAT_PATH = "/chat"
SUGGESTED_NAMES = ("Alice", "Bob")
PAGES = {"/": "chat.html", "/chat.js": "chat.js", "/style.css": "style.css"}

MOST_GUESTS = 32
LONGEST_NAME = 24
LONGEST_MESSAGE = 4096
"""Maximum length of a message in bytes, after decompression."""
JOIN_SECONDS = 30.0
"""How long a connection may stay open before its client sends a name."""
SEND_SECONDS = 5.0
"""How long a client that does not read may delay a message before it is skipped."""


@dataclass(frozen=True)
class Guest:
    """One user in the registry."""

    name: str
    connection: ServerConnection
    inode: int
    """The inode of the socket, since the descriptor number may have been reused by the time the user is removed."""

    async def push(self, message: Message) -> bool:
        """Send a message to this user; return whether it was sent."""
        return await push(self.connection, message)


async def push(connection: ServerConnection, message: Message) -> bool:
    """Send a message on one connection; return whether it was sent."""
    try:
        async with asyncio.timeout(SEND_SECONDS):
            await connection.send(json.dumps(message, ensure_ascii=False))
    except (ConnectionClosed, TimeoutError):
        return False
    return True


class Refused(Exception):
    """A chat client sent an invalid message; the text is the reply to it."""


class Room:
    """The chat: its registry maps the file descriptor of each connection to its user."""

    def __init__(self) -> None:
        self.registry: dict[int, Guest] = {}

    async def receive(self, connection: ServerConnection) -> None:
        """Serve one connection until it closes."""
        fd = connection.transport.get_extra_info("socket").fileno()
        guest = None
        try:
            guest = await self._admit(fd, connection)
            async for message in connection:
                await self._hear(guest, message)
        except Refused as refusal:
            await push(connection, {"refused": str(refusal)})
        except (ConnectionClosed, TimeoutError):
            pass  # it left without closing properly, or never sent a name: the packets show how
        finally:
            if guest:
                await self._remove(fd, guest)

    def answer_request(self, connection: ServerConnection, request: Request) -> Response | None:
        """Serve the files of the chat page; None lets a WebSocket handshake continue."""
        port = connection.local_address[1]
        if request.headers.get_all("Host") not in [[host] for host in own_hosts(port)]:
            return connection.respond(HTTPStatus.MISDIRECTED_REQUEST, "This chat answers only to its own address.\n")
        path = request.path.partition("?")[0]
        if path == CHAT_PATH:
            return None
        if path not in PAGES:
            return connection.respond(HTTPStatus.NOT_FOUND, "There is only one chat room, at /.\n")
        # Two tabs that are opened one after the other become Alice and Bob without any typing.
        free = next((name for name in SUGGESTED_NAMES if not self._find(name)), "")
        return page_response(connection, read_page(PAGES[path], name=free), port)

    async def do(self, command: Message) -> Message:
        """Run a command of the lab: list the users, or push news to them."""
        match command["do"]:
            case "registry":
                return {"registry": {fd: guest.name for fd, guest in self.registry.items()}}
            case "push":
                return {"reached": await self._tell_all({"news": command["text"]})}
            case unknown:
                raise LabError(f"The chat server knows no command {unknown!r}.")

    async def _admit(self, fd: int, connection: ServerConnection) -> Guest:
        async with asyncio.timeout(JOIN_SECONDS):
            name = name_in(await connection.recv())
        if len(self.registry) >= MOST_GUESTS:
            raise Refused("The room is full.")
        if self._find(name):
            raise Refused(f"The name {name} is already taken.")
        guest = Guest(name, connection, inode_of(fd))
        self.registry[fd] = guest
        report("descriptor", **described("name", fd, guest.inode), name=name)
        here = [other.name for other in self.registry.values()]
        await guest.push({"welcome": name, "token": fd, "here": here})
        await self._tell_all({"joined": name}, but=guest)
        report("joined", name=name, fd=fd)
        return guest

    async def _hear(self, speaker: Guest, message: str | bytes) -> None:
        request = parse(message)
        text, listener = request.get("say"), request.get("to")
        if not isinstance(text, str):
            raise Refused('Say something: {"say": "Hi", "to": "Bob"}.')
        pushed = {"from": speaker.name, "say": text}
        if listener is None:
            reached = await self._tell_all(pushed, but=speaker)
        else:
            found = self._find(str(listener))
            if found is None:
                await speaker.push({"refused": f"There is no user {str(listener)[:LONGEST_NAME]} in the chat."})
                return
            reached = [found.name] if await found.push(pushed) else []
        report("said", speaker=speaker.name, text=text, reached=reached)

    async def _remove(self, fd: int, guest: Guest) -> None:
        if self.registry.get(fd) is guest:  # the descriptor may already belong to somebody else
            del self.registry[fd]
        report("descriptor", **described("forget", fd, guest.inode), name=guest.name)
        await self._tell_all({"left": guest.name})
        report("left", name=guest.name, fd=fd)

    async def _tell_all(self, message: Message, but: Guest | None = None) -> list[str]:
        """Push a message to everybody in the registry except `but`; return the names of those it was sent to."""
        guests = [guest for guest in self.registry.values() if guest is not but]
        sent = await asyncio.gather(*(guest.push(message) for guest in guests))
        return [guest.name for guest, went in zip(guests, sent, strict=True) if went]

    def _find(self, name: str) -> Guest | None:
        return next((guest for guest in self.registry.values() if guest.name == name), None)


def parse(message: str | bytes) -> Message:
    """Parse a client's message. Raises Refused if it is not a JSON object."""
    try:
        content = json.loads(message)
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict):
        raise Refused("A message must be a JSON object.")
    return content


def name_in(message: str | bytes) -> str:
    """The name in a client's first message. Raises Refused if there is no valid one."""
    name = parse(message).get("join")
    if not isinstance(name, str) or not name.strip() or len(name) > LONGEST_NAME:
        raise Refused('Join first: {"join": "Alice"}.')
    return name.strip()


def page_response(connection: ServerConnection, page: Page, port: int) -> Response:
    """The HTTP response that carries a page."""
    response = connection.respond(HTTPStatus.OK, page.body.decode())
    del response.headers["Content-Type"]
    response.headers["Content-Type"] = page.content_type
    if page.is_document:
        # Written out, because not every browser includes ws: in 'self'.
        response.headers.update(security_headers(connect=f"ws://127.0.0.1:{port} ws://localhost:{port}"))
    return response


async def run(listener: socket.socket) -> None:
    """Serve until standard input ends; remaining clients get close code 1001 (going away)."""
    room = Room()
    quiet = logging.getLogger("wireglass.chat")
    quiet.addHandler(logging.NullHandler())
    quiet.propagate = False  # failed handshakes can be seen on the wire; nobody reads a log of them
    origins = [Origin(f"http://{host}") for host in own_hosts(port_of(listener))]
    async with serve(
        room.receive,
        sock=listener,
        # Programs send no Origin and are accepted; pages of other sites send theirs and are refused.
        origins=[*origins, None],
        process_request=room.answer_request,
        server_header="CornerChat/1",
        max_size=LONGEST_MESSAGE,
        logger=quiet,
    ):
        report("ready")
        await run_commands(room.do)


def main() -> None:
    """Run as a program."""
    parser = argparse.ArgumentParser(description="The demo's WebSocket server.")
    parser.add_argument("--socket", type=int, required=True, help="file descriptor of a listening socket")
    name_process("chat")
    asyncio.run(run(ReportedSocket.listening(parser.parse_args().socket)))


if __name__ == "__main__":
    main()
