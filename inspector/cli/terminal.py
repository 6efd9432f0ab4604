"""Text output: aligned tables, and colours if the output is a terminal.

Captured text must go through `printable` first, since a terminal executes control characters.
"""

from __future__ import annotations

import itertools
import os
import shutil
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TextIO

SAMPLED_ROWS = 1000
"""How many rows at the start of a table determine the column widths; later rows are streamed."""

GAP = "  "

NARROWEST = 6
"""Minimum width of a column that is cut, in terminal cells."""

STYLES = {
    "bold": "1",
    "dim": "2",
    "red": "31",
    "green": "32",
    "yellow": "33",
    "blue": "34",
    "magenta": "35",
    "cyan": "36",
}


NONE = "–"
"""The text of a cell whose value is unknown."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a printed table. On a terminal, `limit` is its maximum width, and an optional column may be left
    out."""

    title: str
    is_number: bool = False
    limit: int = 44
    style: str = ""
    is_optional: bool = False


@dataclass(frozen=True, slots=True)
class Screen:
    """An output for text: whether it shows colours, and its width in terminal cells (None: unlimited)."""

    is_coloured: bool = False
    width: int | None = None

    @classmethod
    def of(cls, stream: TextIO) -> Screen:
        """The screen that a stream writes to; respects NO_COLOR (no-color.org) and TERM=dumb."""
        if not stream.isatty():
            return cls()
        plain = bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"
        return cls(not plain, shutil.get_terminal_size().columns)

    def paint(self, text: str, style: str) -> str:
        """The text in this style; unchanged if the screen shows no colours."""
        if not (self.is_coloured and style and text):
            return text
        return f"\033[{';'.join(STYLES[name] for name in style.split())}m{text}\033[0m"


def printable(text: str) -> str:
    """The text with all unprintable characters escaped: control characters, text direction overrides, line breaks."""
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() else _escaped(letter) for letter in text)


def _escaped(letter: str) -> str:
    return letter.encode("unicode_escape").decode("ascii")


def text_width(text: str) -> int:
    """The width of printable text in terminal cells: two per East Asian wide character, none per combining mark."""
    if text.isascii():
        return len(text)
    return sum(_cells(letter) for letter in text)


def _cells(letter: str) -> int:
    if unicodedata.combining(letter):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


def fit(text: str, width: int) -> str:
    """The text, cut to `width` cells with an ellipsis if it is longer."""
    if text_width(text) <= width:
        return text
    used, kept = 0, []
    for letter in text:
        used += _cells(letter)
        if used > width - 1:
            break
        kept.append(letter)
    return "".join(kept) + "…"


def table(columns: Sequence[Column], rows: Iterable[Sequence[str]], screen: Screen) -> Iterator[str]:
    """Yield the lines of a table, header first.

    On a terminal, empty optional columns are left out. If the lines still do not fit, other optional columns are left
    out, and then cells are cut. In a pipe nothing is left out or cut.
    """
    source = iter(rows)
    sample = list(itertools.islice(source, SAMPLED_ROWS))
    widths = [max([len(c.title), *(text_width(row[i]) for row in sample)]) for i, c in enumerate(columns)]
    shown = list(range(len(columns)))
    if screen.width is not None:
        widths = [min(width, column.limit) for width, column in zip(widths, columns, strict=True)]
        shown = [i for i in shown if not columns[i].is_optional or any(row[i] not in ("", NONE) for row in sample)]
        _leave_out(columns, widths, shown, screen.width)
        _cut_widest(columns, widths, shown, screen.width)
    layout = [(columns[i], widths[i]) for i in shown]
    yield screen.paint(_line(layout, [columns[i].title for i in shown], Screen(width=screen.width)), "dim")
    for row in itertools.chain(sample, source):
        yield _line(layout, [row[i] for i in shown], screen)


def _total(widths: Sequence[int], shown: Sequence[int]) -> int:
    return sum(widths[i] for i in shown) + len(GAP) * (len(shown) - 1)


def _leave_out(columns: Sequence[Column], widths: Sequence[int], shown: list[int], available: int) -> None:
    """Remove optional columns from `shown`, in place and from the right, until the rest fits."""
    for i in reversed(shown.copy()):
        if columns[i].is_optional and _total(widths, shown) > available:
            shown.remove(i)


def _cut_widest(columns: Sequence[Column], widths: list[int], shown: Sequence[int], available: int) -> None:
    """Narrow the widest columns, in place, until a line fits. Numbers are never cut, because the result would be
    wrong.
    """
    words = [i for i in shown if not columns[i].is_number]
    while words and _total(widths, shown) > available:
        widest = max(words, key=lambda i: widths[i])
        if widths[widest] <= NARROWEST:
            return
        widths[widest] -= 1


def _line(layout: Sequence[tuple[Column, int]], cells: Sequence[str], screen: Screen) -> str:
    padded = (_padded(column, width, cell, screen) for (column, width), cell in zip(layout, cells, strict=True))
    return GAP.join(padded).rstrip()


def _padded(column: Column, width: int, cell: str, screen: Screen) -> str:
    shown = fit(cell, width) if screen.width is not None else cell
    padding = " " * (width - text_width(shown))
    painted = screen.paint(shown, column.style)
    return padding + painted if column.is_number else painted + padding
