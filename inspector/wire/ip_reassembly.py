"""Reassembles fragmented IP datagrams (RFC 791 §3.2, RFC 8200 §4.5).

If two fragments overlap with different bytes, a capture does not show which of them the receiving host would use, so
such a datagram is given up. IPv4 allows overlaps (RFC 791 §3.2): if the bytes are the same, the datagram is still
reassembled. IPv6 forbids overlaps and requires hosts to discard the datagram (RFC 8200 §4.5); Linux does so for both.
`Fragments.refused` lists the datagrams that were given up and the overlaps with the same bytes.
"""

from __future__ import annotations

from bisect import bisect, bisect_left
from collections.abc import Hashable
from enum import StrEnum
from typing import NamedTuple

MAX_DATAGRAMS = 256
"""Maximum number of incomplete datagrams; the oldest is dropped when another one begins. With 64 KiB each: 16 MiB."""

MAX_PIECES = 2048
"""Maximum number of pieces of one datagram; the smallest MTU of IPv4 (68 bytes, RFC 791 §3.2) gives at most 1366."""

MAX_DATAGRAM = 65535
"""Maximum bytes of a datagram's content: the limit of the offset field."""

LIFETIME_NS = 30_000_000_000
"""How long pieces are kept until the rest arrives, in capture time, as Linux's ipfrag_time. Identifications are reused
soon after."""

MAX_REFUSED = 1000
"""Maximum number of refusals kept for the report; further ones are only counted."""


class Reason(StrEnum):
    """Why a datagram was not reassembled, or what was irregular about it."""

    OVERLAP = "fragments of IPv6 overlap"
    OVERLAP_DIFFERS = "fragments overlap with other bytes"
    OVERLAP_AGREES = "fragments overlap with the same bytes"
    """The datagram is reassembled nevertheless."""
    TOO_LONG = "fragments reach beyond 65535 bytes"
    TOO_MANY = "more than 2048 fragments"
    TWO_ENDS = "fragments disagree on where the datagram ends"
    CROWDED = "too many datagrams were waiting for fragments"
    TOO_LATE = "the rest did not come within 30 seconds"


class RefusedDatagram(NamedTuple):
    """A report on a datagram: the row of the packet at which it was refused, and the reason."""

    packet: int
    reason: Reason


class Datagram:
    """The pieces of one datagram that have arrived so far."""

    def __init__(self, time_ns: int) -> None:
        self.time_ns = time_ns
        self.is_given_up = False
        self.pieces: dict[int, bytes] = {}
        self.starts: list[int] = []
        """The keys of `pieces`, sorted, so that the pieces that overlap a new one are found quickly."""
        self.held = 0
        self.total = -1
        self.protocol = 0
        """The protocol that the first piece names."""

    def give_up(self) -> None:
        """Discard the pieces; further ones are ignored."""
        self.is_given_up = True
        self.pieces.clear()
        self.starts.clear()

    def fault(self, offset: int, piece: bytes, is_last: bool) -> Reason | None:
        """The reason why this piece is irregular; None if it can simply be added."""
        end = offset + len(piece)
        if end > MAX_DATAGRAM:
            return Reason.TOO_LONG
        if len(self.starts) == MAX_PIECES:
            return Reason.TOO_MANY
        reaches = self.starts[-1] + len(self.pieces[self.starts[-1]]) if self.starts else 0
        if self.total >= 0 and (end > self.total or (is_last and end < self.total)):
            return Reason.TWO_ENDS
        if is_last and reaches > end:
            return Reason.TWO_ENDS
        return self._overlap(offset, piece)

    def _neighbours(self, offset: int, end: int) -> list[int]:
        """The offsets of the pieces that overlap [offset, end)."""
        place = bisect(self.starts, offset)
        if place and self.starts[place - 1] + len(self.pieces[self.starts[place - 1]]) > offset:
            place -= 1
        return self.starts[place : bisect_left(self.starts, end)]

    def _overlap(self, offset: int, piece: bytes) -> Reason | None:
        shared = self._neighbours(offset, offset + len(piece))
        for start in shared:
            begin, stop = max(start, offset), min(start + len(self.pieces[start]), offset + len(piece))
            if self.pieces[start][begin - start : stop - start] != piece[begin - offset : stop - offset]:
                return Reason.OVERLAP_DIFFERS
        return Reason.OVERLAP_AGREES if shared else None

    def add(self, offset: int, piece: bytes, is_last: bool) -> bytes | None:
        """Add those bytes of a valid piece that are new; returns the whole content if the datagram is now complete."""
        at, end = offset, offset + len(piece)
        for start in [*self._neighbours(offset, end), end]:
            if at < start:
                self.starts.insert(bisect(self.starts, at), at)
                self.pieces[at] = piece[at - offset : start - offset]
                self.held += start - at
            at = max(at, start + len(self.pieces.get(start, b"")))
        if is_last:
            self.total = end
        if self.held != self.total:
            return None
        return b"".join(self.pieces[start] for start in self.starts)


class Fragments:
    """All datagrams that are still incomplete, and the refusals so far."""

    def __init__(self) -> None:
        self._waiting: dict[Hashable, Datagram] = {}
        self.refused: list[RefusedDatagram] = []
        self.refused_count = 0
        self.protocol = 0
        """The protocol of the datagram that was completed last: only that of its first fragment counts (RFC 8200
        §4.5)."""

    def add(
        self,
        key: Hashable,
        packet: int,
        time_ns: int,
        offset: int,
        piece: bytes,
        is_last: bool,
        is_ipv6: bool = False,
        protocol: int = 0,
    ) -> bytes | None:
        """Take one fragment.

        Args:
            key: identifies the datagram: addresses, identification, and for IPv4 the protocol.
            packet: the row of the packet that carries the fragment.
            offset: the offset of this piece in the datagram's content.
            protocol: the protocol, or next header, that the fragment names.
        Returns:
            The whole content of the datagram if this piece completes it, else None.
        """
        datagram = self._datagram(key, packet, time_ns)
        if datagram.is_given_up or not piece or datagram.pieces.get(offset) == piece:
            return None
        reason = datagram.fault(offset, piece, is_last)
        if reason in (Reason.OVERLAP_AGREES, Reason.OVERLAP_DIFFERS) and is_ipv6:
            reason = Reason.OVERLAP
        if reason is Reason.OVERLAP_AGREES:
            self._refuse(packet, reason)
        elif reason:
            datagram.give_up()
            self._refuse(packet, reason)
            return None
        if offset == 0:
            datagram.protocol = protocol
        whole = datagram.add(offset, piece, is_last)
        if whole is not None:
            self.protocol = datagram.protocol
            del self._waiting[key]
        return whole

    def _datagram(self, key: Hashable, packet: int, time_ns: int) -> Datagram:
        datagram = self._waiting.get(key)
        if datagram is not None and time_ns - datagram.time_ns > LIFETIME_NS:
            self._give_up(key, packet, Reason.TOO_LATE)
            datagram = None
        if datagram is None:
            if len(self._waiting) >= MAX_DATAGRAMS:
                self._give_up(next(iter(self._waiting)), packet, Reason.CROWDED)
            datagram = self._waiting[key] = Datagram(time_ns)
        return datagram

    def _give_up(self, key: Hashable, packet: int, reason: Reason) -> None:
        if not self._waiting.pop(key).is_given_up:
            self._refuse(packet, reason)

    def _refuse(self, packet: int, reason: Reason) -> None:
        self.refused_count += 1
        if len(self.refused) < MAX_REFUSED:
            self.refused.append(RefusedDatagram(packet, reason))
