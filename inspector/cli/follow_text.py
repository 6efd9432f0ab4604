"""The bytes of a connection's two streams, as text or hex dump, in the order in which they became readable."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from inspector.cli.terminal import Screen, printable
from inspector.engine.clocks import time_of
from inspector.tables.table import SIDES, ChunkKind
from inspector.units import count, seconds

if TYPE_CHECKING:
    from inspector.engine.capture import Capture

READ_BYTES = 1 << 20
"""Maximum number of bytes of a piece that are read into memory at a time; a piece may be as long as the file."""

HEX_WIDTH = 16

STYLES = {"client": "cyan", "server": "yellow"}


@dataclass(frozen=True, slots=True)
class Piece:
    """One row of the `chunks` table: bytes in order, a gap, or the end of a stream."""

    side: str
    kind: ChunkKind
    packet: int
    address: int
    length: int
    offset: int

    def read(self, capture: Capture) -> Iterator[bytes]:
        """Yield the bytes of the piece, at most READ_BYTES at a time."""
        for start in range(0, self.length, READ_BYTES):
            yield capture.bytes_at(self.address + start, min(READ_BYTES, self.length - start))


def pieces(capture: Capture, connection: int, side: str | None) -> Iterator[Piece]:
    """Yield the pieces of both streams, or of one, in the order in which they became readable."""
    chunks = capture.chunks
    mask = chunks["connection"] == connection
    if side is not None:
        mask &= chunks["direction"] == SIDES.index(side)
    names = ("direction", "kind", "packet", "address", "length", "stream_offset")
    columns = (chunks[name][np.flatnonzero(mask)].tolist() for name in names)
    for direction, kind, *rest in zip(*columns, strict=True):
        yield Piece(SIDES[direction], ChunkKind(kind), *rest)


def transcript(
    capture: Capture, pieces: Iterator[Piece], write: Callable[[Piece, bytes], str], screen: Screen
) -> Iterator[str]:
    """Yield the pieces as text, with a headline wherever the sender changes. Gaps and stream ends become remarks in
    brackets.

    `write` turns bytes into text: an `AsText` or an `AsHex`.
    """
    sender, at_line_start = "", True
    for piece in pieces:
        if piece.side != sender:
            sender = piece.side
            yield ("" if at_line_start else "\n") + _headline(capture, piece, screen)
            at_line_start = True
        if piece.kind is not ChunkKind.DATA:
            yield ("" if at_line_start else "\n") + screen.paint(f"[{remark(piece)}]", "red") + "\n"
            at_line_start = True
            continue
        for data in piece.read(capture):
            text = write(piece, data)
            at_line_start = text.endswith("\n") if text else at_line_start
            yield text
    if not at_line_start:
        yield "\n"


def _headline(capture: Capture, piece: Piece, screen: Screen) -> str:
    at_ns = time_of(capture, piece.packet)
    number = int(capture.numbers(np.array(piece.packet)))
    when = "" if at_ns is None else f"{seconds(at_ns)} s, "
    headline = f"── {piece.side}, {when}packet {number} ──"
    return screen.paint(headline, f"bold {STYLES[piece.side]}") + "\n"


def remark(piece: Piece) -> str:
    """The text for a piece without data: a gap, a FIN or a RST."""
    if piece.kind is ChunkKind.GAP:
        return f"{count(piece.length, 'byte')} not in the capture"
    return f"the {piece.side} sent FIN" if piece.kind is ChunkKind.END else f"the {piece.side} sent RST"


class AsText:
    """Formats bytes as UTF-8 text; line breaks and tabs are kept, other control characters are escaped."""

    def __init__(self) -> None:
        self._decoders = {side: codecs.getincrementaldecoder("utf-8")("replace") for side in SIDES}

    def __call__(self, piece: Piece, data: bytes) -> str:
        text = self._decoders[piece.side].decode(data).replace("\r\n", "\n")
        return "\n".join("\t".join(map(printable, line.split("\t"))) for line in text.split("\n"))


class AsHex:
    """Formats bytes as a hex dump, sixteen per line: stream offset, hexadecimal, ASCII."""

    def __call__(self, piece: Piece, data: bytes) -> str:
        rows = range(0, len(data), HEX_WIDTH)
        return "".join(self._line(piece.offset + at, data[at : at + HEX_WIDTH]) for at in rows)

    @staticmethod
    def _line(offset: int, part: bytes) -> str:
        text = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in part)
        return f"{offset:08x}  {part.hex(' '):<{3 * HEX_WIDTH - 1}}  {text}\n"
