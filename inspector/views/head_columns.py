"""Columns of HTTP messages that are read from their heads: regular heads all at once, others one by one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from inspector.http.head import Head, parse_head
from inspector.http.head_cells import HeadCells, head_cells
from inspector.tables.arrays import Mask, Rows
from inspector.tables.text_cells import Cells, Part, cells_of, csv_fields, joined, json_strings, masked, replaced
from inspector.views.columns import LOOSE, Column, Separators, csv_text, json_text

if TYPE_CHECKING:
    from inspector.engine.capture import Capture

VALUES: dict[str, Callable[[Head], Any]] = {
    "version": lambda head: head.version,
    "method": lambda head: head.method,
    "target": lambda head: head.target,
    "status": lambda head: head.status,
    "reason": lambda head: head.reason,
    "headers": lambda head: [list(field) for field in head.fields],
}
"""The parts of a head that are columns."""

CELLS: dict[str, Callable[[HeadCells], Cells]] = {
    "version": lambda cells: cells.version,
    "method": lambda cells: cells.first,
    "target": lambda cells: cells.second,
    "status": lambda cells: cells.first,
    "reason": lambda cells: cells.second,
    "headers": lambda cells: cells.fields,
}


class Heads:
    """The heads of some messages.

    Args:
        rows: rows of http_messages; -1 for no message.
    """

    def __init__(self, capture: Capture, rows: Rows) -> None:
        messages = capture.http_messages
        self.is_known: Mask = rows >= 0
        held = np.where(self.is_known, rows, 0)
        if len(messages):
            lengths = np.where(self.is_known, messages["head_bytes"][held], 0)
            self._raw = capture.cells_at(messages["head_address"][held], lengths)
        else:
            self._raw = cells_of([b""] * len(rows))
        self._split: dict[str, HeadCells] = {}

    def __len__(self) -> int:
        return len(self.is_known)

    @cached_property
    def parsed(self) -> list[Head]:
        """Every head; an empty one where there is no message."""
        return [self.head(i) for i in range(len(self))]

    def head(self, i: int) -> Head:
        """Head `i`, parsed on its own."""
        return parse_head(self._raw.data[self._raw.starts[i] : self._raw.ends[i]].tobytes())

    def cells(self, comma: str) -> HeadCells:
        """The heads, those that are regular; JSON has `comma` between the items of a list."""
        if comma not in self._split:
            self._split[comma] = head_cells(self._raw, comma.encode())
        return self._split[comma]

    @cached_property
    def irregular(self) -> dict[int, Head]:
        """The heads of the messages for which `cells` has none."""
        rows = np.flatnonzero(self.is_known & ~self.cells(LOOSE[0]).is_regular)
        return {i: self.head(i) for i in rows.tolist()}

    def part(self, name: str) -> HeadPart:
        """One of the columns that are read from heads (`VALUES`)."""
        return HeadPart(self, name)


@dataclass(frozen=True)
class HeadPart(Column):
    """One part of each head."""

    heads: Heads
    name: str
    is_known: Mask | None = None

    def __len__(self) -> int:
        return len(self.heads)

    def tolist(self) -> list[Any]:
        value = VALUES[self.name]
        shown = [True] * len(self) if self.is_known is None else self.is_known.tolist()
        return [value(head) if one else None for head, one in zip(self.heads.parsed, shown, strict=True)]

    def where(self, is_known: Mask) -> HeadPart:
        return replace(self, is_known=is_known)

    def json(self, separators: Separators) -> Part:
        cells = CELLS[self.name](self.heads.cells(separators[0]))
        if self.name not in ("status", "headers"):
            cells = json_strings(cells)
        return self._whole(cells, lambda value: json_text(value, separators), b"null")

    def csv(self) -> Part:
        cells = CELLS[self.name](self.heads.cells(LOOSE[0]))
        if self.name == "headers":  # no fields: nothing, as of any empty list
            cells = Cells(cells.data, np.where(cells.ends - cells.starts == 2, cells.ends, cells.starts), cells.ends)
        cells = csv_fields(cells, is_captured=self.name != "headers")
        return self._whole(cells, lambda value: csv_text(value).encode("utf-8", "backslashreplace"), b"")

    def arrow(self) -> Any:
        import pyarrow

        cells = CELLS[self.name](self.heads.cells(LOOSE[0]))
        texts = joined([self._whole(cells, _plain_text, b"")], len(self))
        is_known = self.heads.is_known if self.is_known is None else self.is_known
        if self.name == "status":  # a response may have none
            is_known = is_known & (texts.ends > texts.starts)
        bits = np.packbits(is_known, bitorder="little")
        offsets = np.concatenate([[0], texts.ends]).astype(np.int64)
        buffers = [pyarrow.py_buffer(part) for part in (bits, offsets, texts.data)]
        found = pyarrow.Array.from_buffers(pyarrow.large_string(), len(self), buffers)
        return found.cast(pyarrow.int32()) if self.name == "status" else found

    def _whole(self, cells: Cells, text: Callable[[Any], bytes], null: bytes) -> Part:
        """The cells, with the texts of irregular heads, and with `null` where there is no message."""
        value, others = VALUES[self.name], self.heads.irregular
        cells = replaced(cells, np.array([*others], np.intp), [text(value(head)) for head in others.values()])
        return masked(cells, self.heads.is_known if self.is_known is None else self.is_known, null)


def _plain_text(value: Any) -> bytes:
    if value is None:
        return b""
    return value.encode() if isinstance(value, str) else json_text(value, LOOSE)
