"""A head that straddles pieces of its stream, gathered until it is whole."""

from __future__ import annotations

import re

END_OF_LINE = b"\n"
END_OF_HEAD = re.compile(rb"\n\r?\n")
CUT_START_LINE = re.compile(
    rb"(?:GET|HEAD|POST|PUT|DELETE|OPTIONS|PATCH|TRACE|CONNECT) (?:/|http)|(HTTP/\d\.\d \d{3})", re.DOTALL
)
"""The minimum of a start line by which it is recognised."""

LIMIT = 256 * 1024
"""Bytes of the longest head that is gathered."""


class HeldHead:
    """First gathers the start line, so that it can be judged early; then the fields, up to the empty line."""

    def __init__(self) -> None:
        self.buffer = bytearray()
        self.has_start_line = False
        self.is_whole = False

    @property
    def is_too_long(self) -> bool:
        """Whether to give up waiting for its end."""
        return len(self.buffer) > LIMIT

    def readable(self) -> bytearray:
        """The bytes to parse if no more will come; a truncated start line is completed if its end is certain."""
        cut = None if self.has_start_line else CUT_START_LINE.match(self.buffer)
        if not cut:
            return self.buffer
        if self.buffer.endswith(END_OF_LINE):
            return self.buffer + b"\r\n"
        return self.buffer + (b"\r\n" if cut[1] else b" HTTP/0.0\r\n")

    def gather(self, piece: bytes) -> int:
        """Add the bytes of `piece` that belong to the start line, or after that to the header; returns their number."""
        before = len(self.buffer)
        if not self.has_start_line:
            line, found, _ = piece.partition(END_OF_LINE)
            self.buffer += line + found
            return len(line) + len(found)
        self.buffer += piece
        # The end may straddle too: the last two bytes that were there before can belong to it.
        end = END_OF_HEAD.search(self.buffer, max(0, before - 2))
        if end:
            self.is_whole = True
            del self.buffer[end.end() :]
        return len(self.buffer) - before
