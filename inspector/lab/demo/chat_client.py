"""A chat client, such as Alice or Bob, in a process of its own.

    python -m inspector.lab.demo.chat_client NAME URL [--compress]

It joins the chat, sends messages on command, reports the messages that it receives, and leaves when its standard input
ends or the server closes the connection.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from inspector.errors import LabError
from inspector.lab.process.json_lines import Message, report, run_commands
from inspector.lab.process.reported_socket import ReportedSocket, name_process


class Person:
    """One chat user on one WebSocket connection."""

    def __init__(self, name: str, connection: ClientConnection) -> None:
        self.name = name
        self.connection = connection

    async def join(self) -> None:
        """Send the name and wait for the welcome. Raises LabError with the server's reason if the server refuses."""
        await self._send({"join": self.name})
        reply = json.loads(await self.connection.recv())
        if "welcome" not in reply:
            raise LabError(reply.get("refused", f"{self.name} was refused by the chat."))
        address, port = self.connection.local_address
        report("ready", name=self.name, token=reply["token"], client=f"{address}:{port}")

    async def do(self, command: Message) -> Message:
        """Run a command of the lab: send a message to one user or to all."""
        if command["do"] != "say":
            raise LabError(f"{self.name} knows no command {command['do']!r}.")
        await self._send({"say": command["text"], "to": command["to"]})
        return {}

    async def listen(self) -> None:
        """Report incoming messages until the connection closes."""
        async for message in self.connection:
            report("heard", message=json.loads(message))

    async def _send(self, message: Message) -> None:
        await self.connection.send(json.dumps(message, ensure_ascii=False))


async def connected(url: str) -> ReportedSocket:
    """Return a socket that is connected to the host and port of the URL."""
    place = urlsplit(url)
    client = ReportedSocket()
    try:
        client.setblocking(False)
        await asyncio.get_running_loop().sock_connect(client, (place.hostname, place.port))
    except BaseException:
        client.close()
        raise
    return client


async def live(name: str, url: str, compression: str | None) -> None:
    """Join the chat and stay until standard input ends or the server closes the connection."""
    # No proxy: the user's proxy settings must not redirect loopback traffic.
    joined = connect(url, sock=await connected(url), compression=compression, proxy=None, user_agent_header=f"{name}/1")
    async with joined as connection:
        person = Person(name, connection)
        await person.join()
        tasks = [asyncio.create_task(person.listen()), asyncio.create_task(run_commands(person.do))]
        done, rest = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in rest:
            task.cancel()
        for task in done:
            with contextlib.suppress(ConnectionClosed):
                task.result()


def main() -> None:
    """Run as a program; the exit status is 1 if the client could not join."""
    parser = argparse.ArgumentParser(description="A client of the demo's chat.")
    parser.add_argument("name")
    parser.add_argument("url")
    parser.add_argument("--compress", action="store_true", help="offer permessage-deflate")
    options = parser.parse_args()
    name_process(options.name)
    try:
        asyncio.run(live(options.name, options.url, "deflate" if options.compress else None))
    except (LabError, OSError, WebSocketException) as error:
        report("error", message=str(error))
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
