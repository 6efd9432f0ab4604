"""Detects WebSocket by its frames, on connections that were already open when the capture began."""

from __future__ import annotations

from inspector.websocket.opcodes import Opcode

OPCODES = frozenset(map(int, Opcode))

ENOUGH = 3
"""The minimum number of consecutive valid frames for a connection to count as WebSocket. Random bytes look like a
single client frame about once in 10 000 times."""


PIECES_LIMIT = 4096
"""The maximum number of stream chunks from the server alone before the connection counts as something else. They are
parsed once its client has sent something."""


def frames_in(piece: bytes, is_client: bool) -> int:
    """Return the number of frames if `piece` consists of complete valid frames from this side (RFC 6455 §5), else 0."""
    at = count = 0
    while at < len(piece):
        length = _frame_bytes(piece, at, is_client)
        if not length:
            return 0
        at += length
        count += 1
    return count if at == len(piece) else 0


def _frame_bytes(piece: bytes, at: int, is_client: bool) -> int:
    """Return the length of the frame at `at`, header and payload; 0 if it is not a valid frame from this side."""
    if len(piece) - at < 2:
        return 0
    first, second = piece[at], piece[at + 1]
    opcode, length, header = first & 15, second & 127, 2
    if first & 0x30 or opcode not in OPCODES or bool(second & 128) != is_client:
        return 0
    if opcode >= Opcode.CLOSE and (first & 0xC0 != 0x80 or length > 125):
        return 0
    if length >= 126:
        size = 2 if length == 126 else 8
        header += size
        length = int.from_bytes(piece[at + 2 : at + 2 + size], "big")
        if length < 126 or (size == 8 and length < 65536):
            return 0
    if is_client:
        header += 4
    elif first & 0x4F == Opcode.TEXT and not _may_be_text(piece[at + header : at + header + length]):
        return 0
    return header + length


def _may_be_text(payload: bytes) -> bool:
    try:
        payload.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.end == len(payload) and error.reason == "unexpected end of data"
    return True


class Guess:
    """The evidence for one connection: consecutive stream chunks, from either side, that consist of complete frames."""

    def __init__(self) -> None:
        self._begin()

    def _begin(self) -> None:
        self.rows: list[int] = []
        self.frames = 0
        """The number of consecutive frames so far."""
        self.asking: int | None = None
        """The direction that masks its frames, as the client does (RFC 6455 §5.1); the other direction masks none."""
        self._has_masked = False

    @property
    def may_go_on(self) -> bool:
        """Whether there is consistent evidence, in fewer than PIECES_LIMIT chunks."""
        return 0 < len(self.rows) < PIECES_LIMIT

    def consider(self, row: int, piece: bytes, side: int) -> bool:
        """Add the next chunk of one direction to the evidence (`row` is its row in the chunks table); return whether
        the connection now counts as WebSocket.
        """
        is_masked = len(piece) > 1 and piece[1] & 128 != 0
        count = frames_in(piece, is_masked)
        asking = side if is_masked else 1 - side
        if not count or self.asking not in (None, asking):
            self._begin()
        if not count:
            return False
        self.rows.append(row)
        self.asking = asking
        self.frames += count
        self._has_masked |= is_masked
        return self._has_masked and self.frames >= ENOUGH and len(self.rows) > 1
