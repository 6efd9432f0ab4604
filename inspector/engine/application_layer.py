"""The application layer of each connection: HTTP exchanges and WebSocket messages.

The application stage of the engine: it reads the pieces of byte streams (`chunks`) and fills http_messages,
exchanges, frames, messages and anomalies, and connections.protocol. The protocol of a connection is recognised by
its content, never by its ports.
"""

from __future__ import annotations

from inspector.anomalies import index_of
from inspector.http.head import Head, parse_head
from inspector.http.parser import HttpParser
from inspector.tables.anomaly_writer import AnomalyWriter
from inspector.tables.arena import ARENA, Arena, Want, lost
from inspector.tables.chunk_cursor import ChunkCursor
from inspector.tables.stream_routes import Route
from inspector.tables.table import Direction, Protocol, Table
from inspector.websocket.detect import Guess, frames_in
from inspector.websocket.frame_parser import FrameParser
from inspector.websocket.handshake import Deflate, Handshake

FIRST_ROUTES = 64
"""The initial length of the array of routes, which has one entry per direction."""


class ApplicationLayer:
    """Reads chunks in the order in which they became readable; the result does not depend on how they are batched."""

    def __init__(
        self,
        packets: Table,
        connections: Table,
        chunks: Table,
        http_messages: Table,
        exchanges: Table,
        frames: Table,
        messages: Table,
        anomalies: Table,
        arena: Arena,
    ) -> None:
        self._connections = connections
        self._chunks = chunks
        self._http_messages = http_messages
        self._arena = arena
        self._anomaly_writer = AnomalyWriter(anomalies)
        self._cursor = ChunkCursor(packets, chunks, arena)
        self._http = HttpParser(self._cursor, connections, http_messages, exchanges, self._anomaly_writer, arena)
        self._websocket = FrameParser(self._cursor, frames, messages, self._anomaly_writer, arena)
        self._guesses: dict[int, Guess] = {}
        self._turned: list[int] = []
        self._routes = bytearray(FIRST_ROUTES)
        self.attach(memoryview(b""))

    def attach(self, data: memoryview, floor: int = 0, want: Want = lost) -> None:
        """Set the buffer for chunk addresses below ARENA: they are offsets in `data` from now on.

        Bytes before `floor` have been released; `want` must make them readable first.
        """
        self._data = data
        self._floor = floor
        self._want = want
        self._cursor.attach(data, floor, want)

    def advance(self, first_chunk: int, stop_chunk: int) -> None:
        """Read the chunks in rows [first_chunk, stop_chunk)."""
        self._begin_batch()
        row = first_chunk
        while row < stop_chunk:
            row = self._http.advance(row, stop_chunk)
            self._decide()
            row = self._websocket.advance(row, stop_chunk)

    def finish(self) -> None:
        """Decide what is still undecided, because the capture has ended."""
        self._begin_batch()
        for connection, request in self._http.paused():
            self._switch(connection, request, -1)
        self._http.finish()
        self._websocket.finish()

    def _begin_batch(self) -> None:
        missing = 2 * len(self._connections) - len(self._routes)
        if missing > 0:
            self._routes = self._routes + bytearray(max(missing, len(self._routes)))
        routes = memoryview(self._routes)
        self._cursor.begin_batch()
        self._http.begin_batch(routes)
        self._websocket.begin_batch(routes)

    def _decide(self) -> None:
        """Decide what the HTTP parser could not: a change of protocol, and streams whose beginning was not captured."""
        switch = self._http.switch()
        if switch:
            self._switch(*switch)
        for row in self._http.suspects():
            self._consider(row)

    # -- upgrades ------------------------------------------------------------------------------------------------

    def _switch(self, connection: int, request: int, response: int) -> None:
        """Handle a change of protocol that the client asked for.

        The server agreed to it, or its response was not seen (`response` is -1).
        """
        handshake = Handshake(self._head(request), self._head(response))
        if not handshake.is_websocket:
            if response >= 0:
                self._http.name(connection, Protocol.HTTP2 if handshake.is_http2 else Protocol.TUNNEL)
            self._http.hand_over(connection, Route.OPAQUE)
            return
        waiting = self._http.pending(connection)
        if response < 0 and not self._look_like_frames(connection, waiting):
            self._http.read_on(connection)
            return
        packet = int(self._http_messages["packet"][response if response >= 0 else request])
        for code in handshake.problems:
            self._anomaly_writer.note(code, packet, connection)
        if waiting and response >= 0:
            carrier = int(self._chunks["packet"][waiting[0]])
            self._anomaly_writer.note(index_of("http-data-before-upgrade"), carrier, connection, 0, len(waiting))
        asking = self._http.asking(connection)
        client, server, waiting = self._http.hand_over(connection, Route.WEBSOCKET)
        self._begin_websocket(connection, (client, server), asking, handshake.deflate, False)
        self._websocket.replay(waiting)

    def _begin_websocket(
        self, connection: int, positions: tuple[int, int], asking: int, deflate: Deflate | None, is_midstream: bool
    ) -> None:
        self._http.name(connection, Protocol.WEBSOCKET)
        self._websocket.begin(connection, positions, asking, deflate, is_midstream)

    def _look_like_frames(self, connection: int, waiting: list[int]) -> bool:
        """Whether the first piece after the unanswered request consists of WebSocket frames."""
        if not waiting:
            return False
        position = self._http.position(connection, self._http.asking(connection))
        skip = position - int(self._chunks["stream_offset"][waiting[0]])
        return frames_in(self._chunk_bytes(waiting[0])[max(skip, 0) :], True) > 0

    # -- streams that begin in the middle ------------------------------------------------------------------------

    def _consider(self, row: int) -> None:
        """Check whether a piece belongs to a WebSocket stream; the stream is not HTTP, and its beginning is missing."""
        connection, direction = int(self._chunks["connection"][row]), int(self._chunks["direction"][row])
        if self._routes[2 * connection] == Route.WEBSOCKET or self._http.is_http(connection):
            self._guesses.pop(connection, None)
            return
        guess = self._guesses.get(connection, Guess())
        if guess.consider(row, self._chunk_bytes(row), direction):
            self._trust(connection, guess)
        elif guess.rows:
            self._guesses[connection] = guess
            if guess.may_go_on:
                self._http.look_on(connection, direction)
        else:
            self._guesses.pop(connection, None)

    def _trust(self, connection: int, guess: Guess) -> None:
        """Read a connection as WebSocket from the first piece that looked like it."""
        self._guesses.pop(connection, None)
        positions = [self._http.position(connection, side) for side in Direction]
        for row in reversed(guess.rows):
            positions[self._chunks["direction"][row]] = int(self._chunks["stream_offset"][row])
        self._http.hand_over(connection, Route.WEBSOCKET)
        packet = int(self._chunks["packet"][guess.rows[-1]])
        self._anomaly_writer.note(index_of("ws-no-handshake"), packet, connection, -1, guess.frames)
        self._begin_websocket(connection, (positions[0], positions[1]), guess.asking or 0, None, True)
        if guess.asking == Direction.SERVER:
            self._turned.append(connection)
        self._websocket.replay(guess.rows)

    # -- roles ---------------------------------------------------------------------------------------------------

    def turned(self) -> list[int]:
        """The connections, found since the last call, whose server behaves like a client.

        Connections with a captured SYN or SYN-ACK are left out: their roles are certain.
        """
        found = sorted({*self._turned, *self._http.turned()})
        self._turned = []
        known = self._connections["isn_known"]
        return [connection for connection in found if not (known[connection] == 1).any()]

    def turn(self, connection: int) -> None:
        """Swap client and server of a connection in the parsers' state; in the tables they are already swapped."""
        self._guesses.pop(connection, None)
        self._http.turn(connection)
        self._websocket.turn(connection)

    # -- bytes ---------------------------------------------------------------------------------------------------

    def _head(self, message: int) -> Head | None:
        """The head of the HTTP message in row `message`; None for row -1, or if the head could not be kept."""
        if message < 0:
            return None
        address = int(self._http_messages["head_address"][message])
        return (
            parse_head(self._bytes_at(address, int(self._http_messages["head_bytes"][message])))
            if address >= 0
            else None
        )

    def _chunk_bytes(self, row: int) -> bytes:
        return self._bytes_at(int(self._chunks["address"][row]), int(self._chunks["length"][row]))

    def _bytes_at(self, address: int, length: int) -> bytes:
        if address >= ARENA:
            return bytes(self._arena.data[address - ARENA : address - ARENA + length])
        is_there = address >= self._floor or self._want(address, length)
        return bytes(self._data[address : address + length]) if is_there else b""
