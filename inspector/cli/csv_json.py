"""Writes rows as csv or JSON, for programs."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt

from inspector.views.columns import LOOSE, Columns, Separators, csv_rows, csv_text, flattened, json_rows

Piece = bytes | npt.NDArray[np.uint8]


def csv_pieces(blocks: Iterable[Columns]) -> Iterator[Piece]:
    """A header line, then one line per row."""
    for i, columns in enumerate(blocks):
        flat = flattened(columns)
        if i == 0:
            yield (",".join(map(csv_text, flat)) + "\n").encode()
        yield csv_rows(flat).data


def json_pieces(blocks: Iterable[Columns], separators: Separators = LOOSE) -> Iterator[Piece]:
    """One object per row, each on one line."""
    for columns in blocks:
        yield json_rows(columns, separators, b"\n").data


def write(pieces: Iterable[Piece]) -> None:
    """Write UTF-8 to standard output, in the encoding of that."""
    out = sys.stdout
    is_utf8 = hasattr(out, "buffer") and out.encoding.lower().replace("-", "") == "utf8"
    for piece in pieces:
        if is_utf8:
            out.flush()
            out.buffer.write(piece)
        else:
            out.write(bytes(piece).decode())
