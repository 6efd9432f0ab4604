"""A WebSocket endpoint on a worker's socket: the websockets library handles the protocol, the worker does the I/O."""

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
    """One endpoint of a WebSocket connection."""

    def __init__(self, end: End, protocol: Protocol) -> None:
        self.end = end
        self._protocol = protocol
        self._frames: list[Frame] = []

    async def say(self, text: str) -> None:
        """Send a text message in one frame."""
        self._protocol.send_text(text.encode())
        await self.flush()

    async def begin_to_say(self, text: str) -> None:
        """Send the first frame of a fragmented text message, which `go_on` continues (RFC 6455 §5.4)."""
        self._protocol.send_text(text.encode(), fin=False)
        await self.flush()

    async def go_on(self, text: str, is_last: bool = False) -> None:
        """Send a continuation frame of the message that `begin_to_say` started."""
        self._protocol.send_continuation(text.encode(), fin=is_last)
        await self.flush()

    async def say_binary(self, data: bytes) -> None:
        """Send a binary message in one frame."""
        self._protocol.send_binary(data)
        await self.flush()

    async def ping(self, data: bytes) -> None:
        """Send a ping; the library at the other end responds with a pong by itself when it receives the ping."""
        self._protocol.send_ping(data)
        await self.flush()

    async def send_close_frame(self, code: CloseCode, reason: str) -> None:
        """Send a close frame."""
        self._protocol.send_close(code, reason)
        await self.flush()

    async def hear(self, opcode: Opcode) -> None:
        """Receive until a frame with this opcode and FIN set arrives; meanwhile, respond to control frames.

        Raises:
            LabError: the stream ended before that.
        """
        while not self._has_heard(opcode):
            data = await self.end.receive_some()
            if not data:
                raise LabError("The other end has closed the connection.")
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
    """Open a connection and upgrade it to WebSocket; return the client's and the server's endpoint."""
    offered = [ClientPerMessageDeflateFactory(compress_settings={"memLevel": 4})] if compress else []
    accepted = [ServerPerMessageDeflateFactory(compress_settings={"memLevel": 4})] if compress else []
    requester = ClientProtocol(parse_uri(f"ws://cafe.example:{port}/chat"), extensions=offered or None)
    responder = ServerProtocol(extensions=accepted)
    requester.send_request(requester.connect())
    ends = await scene.pair(listener, b"".join(requester.data_to_send()), port, options=[NODELAY])
    client, server = Talker(ends[0], requester), Talker(ends[1], responder)
    await server.end.option(*NODELAY)
    responder.receive_data(await server.end.receive_some())
    (request,) = responder.events_received()
    if not isinstance(request, Request):
        raise LabError("The client did not request an upgrade.")
    responder.send_response(responder.accept(request))
    await server.flush()
    requester.receive_data(await client.end.receive_some())
    requester.events_received()
    return client, server
