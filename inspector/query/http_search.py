"""Finds HTTP messages that contain a word in their header or body.

It searches the pieces of the streams, and uses stream offsets to find the messages to which the pieces belong.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from inspector.query.byte_search import Stretches
from inspector.query.segment_seams import Seams, stream_key
from inspector.tables.arrays import Integers, Mask, Rows
from inspector.tables.table import ChunkKind

if TYPE_CHECKING:
    from inspector.engine.capture import Capture


SHARED = 20_000
"""If a matching piece is shared by several messages, each of them is examined by itself, up to this number; beyond it,
all messages in such pieces count as matches."""


class HttpBytes:
    """Searches the bytes of a capture's HTTP messages; the capture may grow."""

    def __init__(self, capture: Capture) -> None:
        self._capture = capture
        self._pieces = Stretches(capture, lambda: _pieces(capture))
        self._seams = Seams(capture)

    def holding(self, word: bytes, is_whole: bool) -> Mask:
        """Which rows of http_messages contain the word (see `Stretches.holding`)."""
        mask = self._seams.holding(word, is_whole)
        pieces, messages, is_shared = self._pairs(np.flatnonzero(self._pieces.holding(word, is_whole)))
        mask[messages[~is_shared]] = True
        shared = zip(pieces[is_shared].tolist(), messages[is_shared].tolist(), strict=True)
        pattern = re.compile(b"(?<![0-9])%s(?![0-9])" % word if is_whole else re.escape(word))
        for looked, (piece, message) in enumerate(shared):
            if not mask[message]:
                mask[message] = looked >= SHARED or pattern.search(self._part(piece, message).lower()) is not None
        return mask

    def across(self, word: bytes) -> Mask:
        """Which rows of http_messages contain the word across two or more pieces, so that no single packet contains
        it.
        """
        return self._seams.holding(word, False)

    def _pairs(self, pieces: Rows) -> tuple[Rows, Rows, Mask]:
        """Pairs of a piece and a message that has bytes in it, and whether the piece also has bytes outside that
        message.
        """
        chunks, table = self._capture.chunks, self._capture.http_messages
        start, length = chunks["stream_offset"][pieces], chunks["length"][pieces]
        stream = stream_key(chunks["connection"][pieces], chunks["direction"][pieces])
        keys = stream_key(table["connection"], table["direction"]) + table["stream_offset"]
        order = np.argsort(keys, kind="stable")
        first = np.maximum(np.searchsorted(keys, stream + start, "right", sorter=order) - 1, 0)
        stop = np.searchsorted(keys, stream + start + length, "left", sorter=order)
        count = np.maximum(stop - first, 0)
        of = np.repeat(np.arange(len(pieces)), count)
        place = np.arange(len(of)) - np.repeat(np.cumsum(count) - count, count) + first[of]
        messages = order[place]
        begin, end = table["stream_offset"][messages], table["body_end"][messages]
        is_of = (keys[messages] - begin == stream[of]) & (end > start[of]) & (begin < start[of] + length[of])
        is_shared = (begin > start[of]) | (end < start[of] + length[of])
        return pieces[of][is_of], messages[is_of], is_shared[is_of]

    def _part(self, piece: int, message: int) -> bytes:
        """The bytes of a piece that belong to the message."""
        chunks, table = self._capture.chunks, self._capture.http_messages
        start = int(chunks["stream_offset"][piece])
        skip = max(int(table["stream_offset"][message]) - start, 0)
        stop = min(int(table["body_end"][message]) - start, int(chunks["length"][piece]))
        return self._capture.bytes_at(int(chunks["address"][piece]) + skip, stop - skip)


def _pieces(capture: Capture) -> tuple[Integers, Integers]:
    chunks = capture.chunks
    return chunks["address"], np.where(chunks["kind"] == ChunkKind.DATA, chunks["length"], 0)
