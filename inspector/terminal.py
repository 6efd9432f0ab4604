"""Words on a terminal: columns that line up, numbers people can read, colours only where a person looks.

Whatever comes from a capture goes through `printable` first, since a terminal obeys the control characters it is given.
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
"""Rows that decide the widths of a table; later ones are printed as they come, so that a long table streams."""

GAP = "  "

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


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a printed table. `limit` bounds its width where the table must fit a terminal."""

    title: str
    is_number: bool = False
    limit: int = 44
    style: str = ""


@dataclass(frozen=True, slots=True)
class Screen:
    """Where the text goes: whether colours show, and how wide a line may be (None: as wide as it wants)."""

    is_coloured: bool = False
    width: int | None = None

    @classmethod
    def of(cls, stream: TextIO) -> Screen:
        """What this stream can show; honours NO_COLOR (no-color.org) and TERM=dumb."""
        if not stream.isatty():
            return cls()
        plain = bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"
        return cls(not plain, shutil.get_terminal_size().columns)

    def paint(self, text: str, style: str) -> str:
        """The text in this style, where colours show."""
        if not (self.is_coloured and style and text):
            return text
        return f"\033[{';'.join(STYLES[name] for name in style.split())}m{text}\033[0m"


def printable(text: str) -> str:
    """The text with everything a terminal would obey written out: control characters, overrides, line breaks."""
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() else _written_out(letter) for letter in text)


def _written_out(letter: str) -> str:
    return letter.encode("unicode_escape").decode("ascii")


def text_width(text: str) -> int:
    """Terminal cells that printable text takes: East Asian wide letters two, combining marks none."""
    if text.isascii():
        return len(text)
    return sum(_cells(letter) for letter in text)


def _cells(letter: str) -> int:
    if unicodedata.combining(letter):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


def fit(text: str, width: int) -> str:
    """The text cut to `width` cells, the cut marked by an ellipsis."""
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
    """The lines of a table, header first. Cells are cut on a terminal only: a pipe gets every letter."""
    source = iter(rows)
    sample = list(itertools.islice(source, SAMPLED_ROWS))
    widths = [max([len(c.title), *(text_width(row[i]) for row in sample)]) for i, c in enumerate(columns)]
    if screen.width is not None:
        widths = _squeeze(columns, widths, screen.width)
    header = _line(columns, widths, [c.title for c in columns], Screen(width=screen.width))
    yield screen.paint(header, "dim")
    for row in itertools.chain(sample, source):
        yield _line(columns, widths, row, screen)


def _squeeze(columns: Sequence[Column], widths: list[int], available: int) -> list[int]:
    """Widths that fit the screen: each at most its column's limit, what is left over goes to the last column."""
    squeezed = [min(width, column.limit) for width, column in zip(widths, columns, strict=True)]
    left = available - sum(squeezed) - len(GAP) * (len(columns) - 1)
    squeezed[-1] = max(8, min(widths[-1], squeezed[-1] + left))
    return squeezed


def _line(columns: Sequence[Column], widths: Sequence[int], cells: Sequence[str], screen: Screen) -> str:
    return GAP.join(_padded(*parts, screen) for parts in zip(columns, widths, cells, strict=True)).rstrip()


def _padded(column: Column, width: int, cell: str, screen: Screen) -> str:
    shown = fit(cell, width) if screen.width is not None else cell
    padding = " " * (width - text_width(shown))
    painted = screen.paint(shown, column.style)
    return padding + painted if column.is_number else painted + padding


def count(number: int, noun: str, plural: str = "") -> str:
    """`1 packet`, `1,204 packets`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def size(number_of_bytes: float) -> str:
    """Bytes as people say them: 812 B, 4.1 kB, 167 MB (powers of ten, as in network rates)."""
    if number_of_bytes < 1000:
        return f"{number_of_bytes:.0f} B"
    for unit in ("kB", "MB", "GB"):
        number_of_bytes /= 1000
        if number_of_bytes < 999.5 or unit == "GB":
            break
    return f"{number_of_bytes:.{0 if number_of_bytes >= 100 else 1}f} {unit}"


def duration(nanoseconds: float | None) -> str:
    """A span of time with three digits that matter: 84 µs, 1.42 ms, 4 min 05 s; a dash where it is not known."""
    if nanoseconds is None:
        return "–"
    for unit, scale in (("ns", 1), ("µs", 1e3), ("ms", 1e6), ("s", 1e9)):
        if abs(nanoseconds) < 999.5 * scale:
            return f"{nanoseconds / scale:.3g} {unit}"
    seconds = round(nanoseconds / 1e9)
    if seconds < 120:
        return f"{seconds} s"
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {seconds:02} s"


def seconds(nanoseconds: int) -> str:
    """A place on the capture's clock, in seconds with microseconds."""
    sign, rest = ("-", -nanoseconds) if nanoseconds < 0 else ("", nanoseconds)
    return f"{sign}{rest // 1_000_000_000}.{rest // 1000 % 1_000_000:06}"
