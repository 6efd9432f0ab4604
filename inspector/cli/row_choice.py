"""Which rows and columns of a table are printed, and in what order: options that all table commands share."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial, wraps
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from inspector.engine.capture import Capture
    from inspector.tables.arrays import Rows
    from inspector.views.columns import Column, Columns

Build = Callable[["Rows"], "Columns"]
"""A function that returns the columns of some rows of a table."""

BLOCK_ROWS = 4096
"""The number of rows formatted at a time, so that a table of any length can be streamed."""

FILTERED = ("packets", "connections", "exchanges", "frames", "messages", "events", "anomalies", "tokens", "kernel")
"""The tables that have a display filter."""

LIKE_A_FILE = re.compile(r"\.(pcap|pcapng|cap|ntar|snoop)(\.(gz|zst))?$", re.IGNORECASE)
"""A last argument with such a name is a file that does not exist, not a filter."""


@dataclass(frozen=True)
class RowChoice:
    """The options: all of them narrow what is printed; `order_by` and `columns` are as given on the command line."""

    connection: int | None = None
    find: str | None = None
    filter: str | None = None
    order_by: str | None = None
    limit: int | None = None
    columns: str | None = None

    def row_blocks(self, build: Build, chosen: Rows, size: int = BLOCK_ROWS) -> Iterator[Rows]:
        """Yield the rows to print, of those in `chosen`, in blocks: at least one, which may be empty."""
        blocks: Iterator[Rows] = (chosen[start : start + size] for start in range(0, max(1, len(chosen)), size))
        if self.find is not None:
            blocks = (block[_containing(build(block), self.find)] for block in blocks)
        if self.order_by is not None:
            blocks = _ordered(build, blocks, self.order_by, size)
        left = self.limit
        for block in blocks:
            yield block if left is None else block[:left]
            left = left and max(left - len(block), 0)
            if left == 0:
                break

    def blocks(self, build: Build, chosen: Rows, size: int = BLOCK_ROWS) -> Iterator[Columns]:
        """Yield the columns to print, in blocks of rows: at least one, so that csv always has a header."""
        for block in self.row_blocks(build, chosen, size):
            columns = build(block)
            yield columns if self.columns is None else named_columns(columns, self.columns)


def choice_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of `RowChoice`; the command gets them as `choice`. `--filter` is of table_command.py."""

    @wraps(command)
    def with_choice(
        connection: int | None,
        find: str | None,
        order_by: str | None,
        limit: int | None,
        columns: str | None,
        display_filter: str | None = None,
        **other: Any,
    ) -> Any:
        return command(choice=RowChoice(connection, find, display_filter, order_by, limit, columns), **other)

    options = (
        click.option("--connection", type=click.IntRange(min=0), metavar="ID", help="Only rows of this connection."),
        click.option("--find", metavar="TEXT", help="Only rows that contain this text (case-insensitive)."),
        click.option(
            "--columns", metavar="A,B,C", help="Only these columns, in this order, by their names in csv or json."
        ),
        click.option(
            "--order-by", metavar="[-]COLUMN",
            help="Order the rows by a column of csv; with a minus sign, the largest first. Empty values are last.",
        ),
        click.option("--limit", type=click.IntRange(min=0), metavar="N", help="At most N rows."),
    )  # fmt: skip
    for option in reversed(options):
        with_choice = option(with_choice)
    return with_choice


filter_option = click.option(
    "--filter", "display_filter", metavar="FILTER", help="Only rows that this display filter selects."
)


def files_and_filter(arguments: Sequence[str]) -> tuple[tuple[str, ...], str | None]:
    """The arguments FILE... [FILTER]: the last of several is a filter if no file has this name.

    Raises:
        click.UsageError: it has the name of a capture, but there is no such file.
    """
    *files, last = arguments
    if not files or last == "-" or os.path.exists(last) or LIKE_A_FILE.search(last):
        return tuple(arguments), None
    return tuple(files), last


def rows_of_table(
    capture: Capture, name: str, connection: int | None = None, display_filter: str | None = None
) -> tuple[Build, Rows]:
    """The function that returns columns of the table `name`, and its rows: all of them, or those of a connection, or
    those that a display filter selects.

    Raises:
        click.UsageError: the table has no display filter.
        BadFilter
    """
    import numpy as np

    from inspector.views import rows, story

    build: Build
    if name == "events":
        source = story.events(capture)
        build = partial(rows.event_columns, capture, source)
    else:
        source = getattr(capture, name)
        build = partial(rows.COLUMNS[name], capture)
    chosen = np.arange(len(source))
    if display_filter is not None:
        from inspector.query.display_filter import DisplayFilter

        if name not in FILTERED:
            raise click.UsageError(f"The table {name} has no display filter; --find and --connection choose its rows.")
        found = DisplayFilter(capture).matching(name, display_filter, source if name == "events" else None)
        chosen = chosen if found is None else np.asarray(found, np.intp)
    if connection is not None:
        chosen = chosen[(chosen if name == "connections" else source["connection"][chosen]) == connection]
    return build, chosen


def named_columns(columns: Columns, names: str) -> Columns:
    """The columns with these names, which are separated by commas: as in JSON, or as in csv.

    Raises:
        click.UsageError: a name is of no column.
    """
    return {name: _named(columns, name) for name in names.replace(" ", "").split(",") if name}


def _named(columns: Columns, name: str) -> Column:
    from inspector.views.columns import flattened

    flat = flattened(columns)
    if name not in columns and name not in flat:
        known = ", ".join([*columns, *(key for key in flat if key not in columns)])
        raise click.UsageError(f"There is no column “{name}”. Columns: {known}.")
    return columns[name] if name in columns else flat[name]


def _containing(columns: Columns, text: str) -> Any:
    """A mask of the rows in which any column, formatted as for csv, contains the text (case-insensitive)."""
    import numpy as np

    from inspector.views.columns import csv_value, flattened

    wanted = text.casefold()
    values = zip(*(column.tolist() for column in flattened(columns).values()), strict=True)
    return np.array([any(wanted in csv_value(value).casefold() for value in row) for row in values], bool)


def _ordered(build: Build, blocks: Iterator[Rows], order_by: str, size: int) -> Iterator[Rows]:
    """The rows of all blocks in order of a column; rows with the same value keep their order."""
    import numpy as np

    from inspector.views.columns import csv_value

    name, is_descending = order_by.removeprefix("-"), order_by.startswith("-")
    found: list[Any] = []
    pieces: list[Rows] = []
    for block in blocks:
        pieces.append(block)
        column = _named(build(block), name)
        if len(column.flat(name)) > 1:
            raise click.UsageError(f"“{name}” has several parts; order by one of them: {', '.join(column.flat(name))}.")
        found += column.tolist()
    rows = np.concatenate(pieces)
    are_numbers = all(value is None or isinstance(value, int) for value in found)
    keys: list[Any] = found if are_numbers else [None if value in (None, []) else csv_value(value) for value in found]
    known = [i for i, key in enumerate(keys) if key is not None]
    known.sort(key=lambda i: keys[i], reverse=is_descending)
    order = np.array([*known, *(i for i, key in enumerate(keys) if key is None)], np.intp)
    rows = rows[order]
    return (rows[start : start + size] for start in range(0, max(1, len(rows)), size))
