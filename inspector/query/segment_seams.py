"""Finds words that span several pieces of an HTTP message, by searching the seams between consecutive pieces.

A piece is the data that one segment contributed. Only the edges of each piece are searched, and these are as wide as
the word, so that the work depends on the number of pieces and not on their length. Results are cached, so that no part
of a message is searched twice for the same word.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from inspector.query.byte_search import DIGITS, REMEMBERED, places_of
from inspector.tables.arena import ARENA
from inspector.tables.arrays import Integers, Mask, Rows
from inspector.tables.table import ChunkKind

if TYPE_CHECKING:
    from inspector.engine.capture import Capture


AT_ONCE = 8192
"""Number of pieces whose edges are searched together: 1 MiB of bytes, and 10 MiB for their addresses."""

ROWS_AT_ONCE = 1 << 18
"""Number of rows of the chunks table that are examined together."""

OFFSET_BITS = 40
"""Bits of a key that hold the stream offset: a stream in a capture is shorter than 1 TiB."""

NEVER = 1 << 62
"""A stream offset that no piece reaches."""


def stream_key(connection: Integers, direction: Integers) -> Rows:
    """The lowest key of a stream; the key of a byte is this plus its stream offset."""
    return (2 * connection.astype(np.int64) + direction) << OFFSET_BITS


@dataclass
class Edges:
    """The bytes around the seams of some messages, edge after edge, in order of message and offset.

    Attributes:
        text: the bytes of all edges, in lower case.
        starts: the position in `text` at which each edge begins. A piece has two edges; the second is empty if the
            piece is short.
        offsets: the stream offset of each edge.
        messages: the message to which each edge belongs.
    """

    text: bytes
    starts: Rows
    offsets: Integers
    messages: Rows

    def across(self, word: bytes, is_whole: bool) -> Rows:
        """The messages in which the search word spans a boundary between segments."""
        first = places_of(self.text, word)
        last = first + len(word) - 1
        found = self._are_joined(first, last) & (self._piece(first) != self._piece(last))
        if is_whole:
            found &= ~self._is_digit_beside(first, first - 1)
            # A digit in the next piece does not count, since in a live capture that piece may not have arrived yet:
            # live and saved captures give the same result.
            found &= ~(self._is_digit_beside(last, last + 1) & (self._piece(last) == self._piece(last + 1)))
        return self.messages[self._edge(first[found])]

    def _edge(self, place: Rows) -> Rows:
        return np.searchsorted(self.starts, place, "right") - 1

    def _piece(self, place: Rows) -> Rows:
        return self._edge(place) // 2

    def _are_joined(self, first: Rows, last: Rows) -> Mask:
        """Whether the bytes from position `first` to position `last` are consecutive bytes of one message."""
        a, b = self._edge(first), self._edge(last)
        apart = self.offsets[b] - self.offsets[a] - self.starts[b] + self.starts[a]
        return np.asarray((self.messages[a] == self.messages[b]) & (apart == 0))

    def _is_digit_beside(self, place: Rows, beside: Rows) -> Mask:
        """Whether the adjacent byte of the same message, at position `beside`, is a digit."""
        is_there = (beside >= 0) & (beside < len(self.text))
        beside = np.where(is_there, beside, place)
        column = np.frombuffer(self.text, np.uint8)
        is_next = is_there & self._are_joined(np.minimum(place, beside), np.maximum(place, beside))
        return np.asarray(is_next & np.isin(column[beside], DIGITS))


class Seams:
    """Searches the seams of one capture's HTTP messages; messages may be added, and may become longer."""

    def __init__(self, capture: Capture) -> None:
        self._capture = capture
        self._known: dict[tuple[bytes, bool], tuple[npt.NDArray[np.uint8], int, Rows, Integers]] = {}

    def holding(self, word: bytes, is_whole: bool) -> Mask:
        """Which rows of http_messages contain the word across a seam (see `Stretches.holding`)."""
        table = self._capture.http_messages
        if len(word) < 2:
            return np.zeros(len(table), bool)
        spread = np.flatnonzero(table["packet"] != table["last_packet"])
        ends = table["body_end"][spread]
        nothing = np.empty(0, np.intp)
        held, count, *known = self._known.pop((word, is_whole), (np.empty(0, np.uint8), 0, nothing, nothing))
        mask = np.zeros(len(table), bool)
        mask[:count] = np.unpackbits(held, count=count)
        were = np.zeros(len(table), np.int64)
        were[known[0]] = known[1]
        grown = spread[(ends > were[spread]) & ~mask[spread]]
        for edges in self._edges(grown, were[grown] - len(word), len(word)):
            mask[edges.across(word, is_whole)] = True
        self._known[word, is_whole] = (np.packbits(mask), len(mask), spread, ends)
        if len(self._known) > REMEMBERED:
            del self._known[next(iter(self._known))]
        return mask

    def _edges(self, messages: Rows, after: Integers, width: int) -> Iterator[Edges]:
        """The edges of all pieces of these messages after stream offsets `after`, a limited number at a time."""
        table = self._capture.http_messages
        begin = np.maximum(table["stream_offset"][messages], after)
        end = table["body_end"][messages]
        stream = stream_key(table["connection"][messages], table["direction"][messages])
        pieces, keys = self._pieces(stream, begin)
        first = np.maximum(np.searchsorted(keys, stream + begin, "right") - 1, 0)
        stop = np.searchsorted(keys, stream + end, "left")
        behind = np.cumsum(np.maximum(stop - first, 0))
        for at in range(0, int(behind[-1]) if len(behind) else 0, AT_ONCE):
            # A word of `width` bytes may begin as many as `width` pieces earlier.
            number = np.arange(max(at - width, 0), min(at + AT_ONCE, behind[-1]))
            of = np.searchsorted(behind, number, "right")
            place = stop[of] - (behind[of] - number)
            offset = keys[place] - stream[of]
            start = np.maximum(offset, begin[of])
            length = np.minimum(offset + self._capture.chunks["length"][pieces[place]], end[of]) - start
            is_of = (offset >= 0) & (length > 0)
            yield self._cut(pieces[place][is_of], start[is_of], length[is_of], messages[of][is_of], width)

    def _pieces(self, stream: Rows, begin: Integers) -> tuple[Rows, Rows]:
        """Rows of data chunks that extend beyond offset `begin` of these streams, and their keys, by which they are
        sorted.
        """
        chunks = self._capture.chunks
        wanted = np.full(2 * len(self._capture.connections), NEVER)
        np.minimum.at(wanted, stream >> OFFSET_BITS, begin)
        found = [np.empty(0, np.intp)]
        for at in range(0, len(chunks) if len(stream) else 0, ROWS_AT_ONCE):
            part = slice(at, at + ROWS_AT_ONCE)
            of = 2 * chunks["connection"][part].astype(np.intp) + chunks["direction"][part]
            is_wanted = chunks["stream_offset"][part] + chunks["length"][part] > wanted[of]
            found.append(at + np.flatnonzero(is_wanted & (chunks["kind"][part] == ChunkKind.DATA)))
        rows = np.concatenate(found)
        keys = stream_key(chunks["connection"][rows], chunks["direction"][rows]) + chunks["stream_offset"][rows]
        order = np.argsort(keys, kind="stable")
        return rows[order], keys[order]

    def _cut(self, pieces: Rows, start: Integers, length: Integers, messages: Rows, width: int) -> Edges:
        """The edges of these pieces; the message has `length` bytes in each, beginning at stream offset `start`."""
        chunks = self._capture.chunks
        is_long = length > 2 * width
        lengths = np.stack((np.where(is_long, width, length), np.where(is_long, width, 0)), axis=1).ravel()
        offsets = np.stack((start, start + length - lengths[1::2]), axis=1).ravel()
        addresses = np.repeat(chunks["address"][pieces] - chunks["stream_offset"][pieces], 2) + offsets
        starts = np.cumsum(lengths) - lengths
        text = self._read(np.repeat(addresses - starts, lengths) + np.arange(lengths.sum()))
        return Edges(text.tobytes().lower(), starts, offsets, np.repeat(messages, 2))

    def _read(self, addresses: Integers) -> npt.NDArray[np.uint8]:
        """The byte at each address."""
        text = np.empty(len(addresses), np.uint8)
        is_kept = addresses >= ARENA
        text[~is_kept] = self._capture.source.bytes_of(addresses[~is_kept])
        text[is_kept] = np.frombuffer(self._capture.arena.data, np.uint8)[addresses[is_kept] - ARENA]
        return text
