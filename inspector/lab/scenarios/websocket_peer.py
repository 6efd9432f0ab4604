"""A WebSocket endpoint on a worker's socket: the websockets library does the protocol, the worker the I/O."""

from __future__ import annotations

from websockets.client import ClientProtocol
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory, ServerPerMessageDeflateFactory
from websockets.frames import CloseCode, Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import Protocol
from websockets.server import ServerProtocol
from websockets.uri import parse_uri

from inspector.errors import LabError
from inspector.lab.scenarios.testbed import HTTP_PORT, NODELAY, End, Scene


class Talker:
    """One end of a conversation."""

    def __init__(self, end: End, protocol: Protocol) -> None:
        self.end = end
        self._protocol = protocol
        self._frames: list[Frame] = []

    async def say(self, text: str) -> None:
        """A text message in one frame."""
        self._protocol.send_text(text.encode())
        await self.flush()

    async def begin_to_say(self, text: str) -> None:
        """The first frame of a text message that `go_on` continues (RFC 6455 §5.4)."""
        self._protocol.send_text(text.encode(), fin=False)
        await self.flush()

    async def go_on(self, text: str, is_last: bool = False) -> None:
        """A further frame of the message that was begun."""
        self._protocol.send_continuation(text.encode(), fin=is_last)
        await self.flush()

    async def say_binary(self, data: bytes) -> None:
        """A binary message."""
        self._protocol.send_binary(data)
        await self.flush()

    async def ping(self, data: bytes) -> None:
        """A ping; the other end's library answers by itself once it hears it."""
        self._protocol.send_ping(data)
        await self.flush()

    async def goodbye(self, code: CloseCode, reason: str) -> None:
        """A close frame."""
        self._protocol.send_close(code, reason)
        await self.flush()

    async def hear(self, opcode: Opcode) -> None:
        """Wait for the end of a message, or of what else has this opcode, and answer what wants an answer meanwhile.

        Raises:
            LabError: the stream ended before.
        """
        while not self._has_heard(opcode):
            data = await self.end.receive_some()
            if not data:
                raise LabError("The other end has hung up.")
            self._protocol.receive_data(data)
            self._frames += [event for event in self._protocol.events_received() if isinstance(event, Frame)]
            await self.flush()

    def _has_heard(self, opcode: Opcode) -> bool:
        while self._frames:
            frame = self._frames.pop(0)
            if frame.opcode is opcode and frame.fin:
                return True
        return False

    async def flush(self) -> None:
        """Send the library's pending bytes; half-close if the library asks for it."""
        for data in self._protocol.data_to_send():
            await (self.end.send(data) if data else self.end.finish())


async def converse(scene: Scene, listener: End, compress: bool = False, port: int = HTTP_PORT) -> tuple[Talker, Talker]:
    """A new connection, upgraded: the client's end, the server's."""
    offered = [ClientPerMessageDeflateFactory(compress_settings={"memLevel": 4})] if compress else []
    accepted = [ServerPerMessageDeflateFactory(compress_settings={"memLevel": 4})] if compress else []
    asking = ClientProtocol(parse_uri(f"ws://cafe.example:{port}/chat"), extensions=offered or None)
    answering = ServerProtocol(extensions=accepted)
    asking.send_request(asking.connect())
    ends = await scene.pair(listener, b"".join(asking.data_to_send()), port, options=[NODELAY])
    client, server = Talker(ends[0], asking), Talker(ends[1], answering)
    await server.end.option(*NODELAY)
    answering.receive_data(await server.end.receive_some())
    (request,) = answering.events_received()
    if not isinstance(request, Request):
        raise LabError("The client did not ask for an upgrade.")
    answering.send_response(answering.accept(request))
    await server.flush()
    asking.receive_data(await client.end.receive_some())
    asking.events_received()
    return client, server
