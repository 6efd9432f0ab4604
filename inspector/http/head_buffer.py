"""Buffers a header that spans several chunks of its stream until it is complete."""

from __future__ import annotations

import re

END_OF_LINE = b"\n"
END_OF_HEAD = re.compile(rb"\n\r?\n")
CUT_START_LINE = re.compile(
    rb"(?:GET|HEAD|POST|PUT|DELETE|OPTIONS|PATCH|TRACE|CONNECT) (?:/|http)|(HTTP/\d\.\d \d{3})", re.DOTALL
)
"""Matches the shortest beginning of a start line by which it can be recognised."""

LIMIT = 256 * 1024
"""The maximum number of bytes of a header that is buffered."""


class HeldHead:
    """A partially received header.

    The start line is buffered first, so that it can be checked early; then the fields, up to the empty line.
    """

    def __init__(self) -> None:
        self.buffer = bytearray()
        self.has_start_line = False
        self.is_whole = False

    @property
    def is_too_long(self) -> bool:
        """Whether the header exceeds LIMIT, so that its end should not be awaited any longer."""
        return len(self.buffer) > LIMIT

    def readable(self) -> bytearray:
        """Return the bytes to parse if no more will arrive; a truncated start line is completed if it is certain how it
        ends.
        """
        cut = None if self.has_start_line else CUT_START_LINE.match(self.buffer)
        if not cut:
            return self.buffer
        if self.buffer.endswith(END_OF_LINE):
            return self.buffer + b"\r\n"
        return self.buffer + (b"\r\n" if cut[1] else b" HTTP/0.0\r\n")

    def gather(self, piece: bytes) -> int:
        """Append the bytes of `piece` that belong to the start line or, once that is complete, to the header; return
        their number.
        """
        before = len(self.buffer)
        if not self.has_start_line:
            line, found, _ = piece.partition(END_OF_LINE)
            self.buffer += line + found
            return len(line) + len(found)
        self.buffer += piece
        # The empty line may itself be split: the last two bytes of the old buffer can belong to it.
        end = END_OF_HEAD.search(self.buffer, max(0, before - 2))
        if end:
            self.is_whole = True
            del self.buffer[end.end() :]
        return len(self.buffer) - before
