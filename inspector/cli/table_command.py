"""Makes the table commands, such as `wireglass packets FILE`: they print the rows of one table of a capture."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from inspector.cli.shared_options import analysed, files_argument, format_option, read_options
from inspector.cli.terminal import Screen, table

if TYPE_CHECKING:
    from inspector.engine.capture import Capture
    from inspector.engine.read_options import ReadOptions
    from inspector.views.rows import Columns

BLOCK_ROWS = 4096
"""The number of rows formatted at a time, so that a table of any length can be streamed."""

LONG_HELP = """
{help}

Use --connection to show only the rows of one connection, and --find to show only the rows that contain a text. On a
terminal, columns are cut to fit and some are left out; in a pipe, nothing is cut or coloured. `csv` and `json` hold
every column, under stable names.

\b
{examples}
"""


def row_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--connection` and `--find`, which choose rows."""
    of = click.option("--connection", type=click.IntRange(min=0), metavar="ID", help="Only rows of this connection.")
    find = click.option("--find", metavar="TEXT", help="Only rows that contain this text (case-insensitive).")
    return of(find(command))


def table_command(name: str, help: str, *examples: str) -> click.Command:
    """The command that prints the table `name`.

    Args:
        help: one sentence: what the rows are.
        examples: command lines, without the name of the program.
    """
    title = "Examples:" if len(examples) > 1 else "Example:"
    shown = "\n".join([title, *(f"  wireglass {example}" for example in examples)])

    @click.command(name, help=LONG_HELP.format(help=help, examples=shown), short_help=help)
    @files_argument
    @read_options
    @format_option("json is one object per line")
    @row_options
    def command(
        files: tuple[str, ...], options: ReadOptions, shape: str, connection: int | None, find: str | None
    ) -> None:
        with analysed(files, options) as capture:
            print_rows(name, shape, _blocks(capture, name, connection), find)

    return command


def print_rows(name: str, shape: str, blocks: Iterator[Columns], find: str | None) -> None:
    """Print the rows of the table `name` in a format; of those, if `find` is not None, that contain this text."""
    sys.stdout.writelines(line + "\n" for line in _lines(name, shape, _found(blocks, name, find)))


def _blocks(capture: Capture, name: str, connection: int | None) -> Iterator[Columns]:
    """Yield the table's columns in blocks of rows: at least one block, so that csv always has a header."""
    import numpy as np

    from inspector.views import rows, story

    columns: Callable[..., Columns]
    if name == "events":
        source = story.events(capture)
        columns = partial(rows.event_columns, capture, source)
    else:
        source = getattr(capture, name)
        columns = partial(rows.COLUMNS[name], capture)
    chosen = np.arange(len(source))
    if connection is not None:
        chosen = chosen[(chosen if name == "connections" else source["connection"]) == connection]
    for start in range(0, max(1, len(chosen)), BLOCK_ROWS):
        yield columns(chosen[start : start + BLOCK_ROWS])


def _found(blocks: Iterator[Columns], name: str, text: str | None) -> Iterator[Columns]:
    """Yield the rows in which any column, formatted as for csv, contains the text (case-insensitive)."""
    from inspector.cli.csv_json import csv_cell, flattened

    if text is None:
        yield from blocks
        return
    wanted = text.casefold()
    for columns in blocks:
        values = zip(*flattened(name, columns).values(), strict=True)
        keep = [any(wanted in str(csv_cell(value)).casefold() for value in row) for row in values]
        yield {key: [v for v, kept in zip(column, keep, strict=True) if kept] for key, column in columns.items()}


def _lines(name: str, shape: str, blocks: Iterator[Columns]) -> Iterator[str]:
    from inspector.cli.csv_json import csv_lines
    from inspector.cli.table_columns import VIEWS
    from inspector.views.rows import rows

    if shape == "csv":
        yield from csv_lines(name, blocks)
        return
    records = (row for columns in blocks for row in rows(columns))
    if shape == "json":
        yield from (json.dumps(row) for row in records)
        return
    view = VIEWS[name]
    cells = ([cell.text(row) for cell in view] for row in records)
    yield from table([cell.column for cell in view], cells, Screen.of(sys.stdout))
