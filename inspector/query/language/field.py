"""What a field of the display filter is, and how its values are read in whole columns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from inspector.query.language.scope import Links, Part, Scope, layered
from inspector.query.language.values import Kind
from inspector.tables.arrays import Ints, Mask, Rows, Values

Get = Callable[[Links, Rows], tuple[Values, Mask | None]]
"""The values of rows of a field's table, and which of them are known; None if all are."""

Read = Callable[[Scope], list[Part]]


class Cost(IntEnum):
    """What reading a field takes; a condition on a cheaper field is decided first."""

    COLUMN = 0
    HEADER = 1
    """Bytes of each packet's headers."""
    TEXT = 2
    """Text cut from the file, row by row."""


@dataclass(frozen=True)
class Field:
    """A field of the display filter.

    Attributes:
        name: Wireshark's, or one of our own.
        table: the table whose rows have it; of a header field, packets.
        names: the values by index, for a NAME; or names that stand for numbers.
        largest: the largest number that fits into it on the wire; 0 if there is no limit.
    """

    name: str
    kind: Kind
    doc: str
    table: str
    read: Read
    is_wireshark: bool = True
    names: tuple[str, ...] = ()
    cost: Cost = Cost.COLUMN
    largest: int = 0
    presence: Read | None = None
    """A cheaper way to find where it is, whatever its values; None if `read` is as cheap."""


def of_table(table: str, get: Get) -> Read:
    """Reads a field of the rows of a table that belong to each position."""

    def read(scope: Scope) -> list[Part]:
        rows, at = scope.related(table)
        values, known = get(scope.links, rows)
        if known is not None and not known.all():
            values = values[known]
            at = np.flatnonzero(known) if at is None else at[known]
        return layered(values, at)

    return read


def column(table: str, name: str, *, negative_is_unknown: bool = False) -> Read:
    """Reads a stored column."""

    def get(links: Links, rows: Rows) -> tuple[Values, Mask | None]:
        values = links.column(table, name, rows)
        values = values.astype(np.int64) if values.dtype.kind in "iub" else values
        return values, values >= 0 if negative_is_unknown else None

    return of_table(table, get)


def combined(*reads: Read) -> Read:
    """Reads a field that has the values of several, such as both ports."""
    return lambda scope: [part for read in reads for part in read(scope)]


def of_header(header: str, offset: int, size: int, make: Callable[[Values], Values] | None = None, *,
              needs: int = 0, only: Callable[[Scope], Mask] | None = None) -> Read:  # fmt: skip
    """Reads a field of a header from the file.

    Args:
        header: one of `headers.HEADERS`.
        offset, size: where the field is in the header; of a number, at most 8 bytes, big-endian.
        make: turns the number into the value; without it, the number is the value.
        needs: how many bytes of the header must have been captured, if more than `offset + size`.
        only: which packets to look at; all if None.
    """

    def values_of(scope: Scope, addresses: Ints) -> Values:
        raw = scope.links.headers.bytes_at(addresses + offset, size)
        number = np.zeros(len(raw), np.int64)
        for i in range(size):
            number = number << 8 | raw[:, i]
        return number if make is None else make(number)

    return header_parts(header, values_of, max(needs, offset + size), only)


def header_parts(
    header: str,
    values_of: Callable[[Scope, Ints], Values],
    needs: int,
    only: Callable[[Scope], Mask] | None = None,
) -> Read:
    """Reads a field of a header whose values a function computes from the header's addresses."""

    def found(scope: Scope) -> list[Part]:
        packets, at = scope.related("packets")
        if only is not None:
            wanted = np.flatnonzero(only(scope))
            packets, at = packets[wanted], wanted if at is None else at[wanted]
        places = scope.links.headers.places(header, packets)
        if not len(places.packet):
            return []
        parts = []
        index = np.full(len(scope.capture.packets), -1)
        is_whole = places.length >= needs
        for layer in range(1, int(places.layer.max()) + 1):
            found = np.flatnonzero((places.layer == layer) & is_whole)
            index.fill(-1)
            index[places.packet[found]] = found
            chosen = index[packets]
            known = chosen >= 0
            if known.all():
                parts.append(Part(values_of(scope, places.address[chosen]), at, layer))
            elif known.any():
                where = np.flatnonzero(known)
                values = values_of(scope, places.address[chosen[where]])
                parts.append(Part(values, where if at is None else at[where], layer))
        return parts

    def read(scope: Scope) -> list[Part]:
        if scope.packets is not scope.links.everything("packets"):
            return found(scope)
        kept: list[Part] = scope.links.headers.remembered(read, lambda: found(scope))
        return kept

    return read
