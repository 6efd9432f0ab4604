"""A head that straddles pieces of its stream, gathered until it is whole."""

from __future__ import annotations

import re

END_OF_LINE = b"\n"
END_OF_HEAD = re.compile(rb"\n\r?\n")
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

    def gather(self, piece: bytes) -> int:
        """Take the bytes of `piece` that belong to the start line, or once that is there to the head; how many."""
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
