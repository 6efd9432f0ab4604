"""Makes the table commands, such as `wireglass packets FILE`: they print the rows of one table of a capture."""

from __future__ import annotations

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
    from inspector.tables.arrays import Rows
    from inspector.views.columns import Columns

BLOCK_ROWS = 4096
"""The number of rows formatted at a time, so that a table of any length can be streamed."""

GROUP_ROWS = 65536
"""The number of rows in a row group of a Parquet file: its columns are compressed group by group."""

LONG_HELP = """
{help}

Use --connection to show only the rows of one connection, and --find to show only the rows that contain a text. On a
terminal, columns are cut to fit and some are left out; in a pipe, nothing is cut or coloured. `csv`, `json` and
`parquet` hold every column, under stable names.

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
    @format_option("json is one object per line", has_parquet=True)
    @row_options
    def command(
        files: tuple[str, ...], options: ReadOptions, shape: str, connection: int | None, find: str | None
    ) -> None:
        with analysed(files, options) as capture:
            print_rows(name, shape, *rows_of_table(capture, name, connection), find)

    return command


Build = Callable[["Rows"], "Columns"]
"""A function that returns the columns of some rows of a table."""


def print_rows(name: str, shape: str, build: Build, chosen: Rows, find: str | None) -> None:
    """Print rows of the table `name` in a format; of those, if `find` is not None, that contain this text."""
    from inspector.cli.csv_json import csv_pieces, json_pieces, write

    blocks = blocks_of(build, chosen, find, GROUP_ROWS if shape == "parquet" else BLOCK_ROWS)
    if shape == "parquet":
        from inspector.views.parquet import write_parquet

        if sys.stdout.isatty():
            raise click.UsageError("A Parquet file is binary: redirect it to a file, with > FILE.")
        write_parquet(blocks, sys.stdout.buffer)
    elif shape == "csv":
        write(csv_pieces(blocks))
    elif shape == "json":
        write(json_pieces(blocks))
    else:
        sys.stdout.writelines(line + "\n" for line in _lines(name, blocks))


def rows_of_table(capture: Capture, name: str, connection: int | None = None) -> tuple[Build, Rows]:
    """The function that returns columns of the table `name`, and its rows: all of them, or those of a connection."""
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
    if connection is not None:
        chosen = chosen[(chosen if name == "connections" else source["connection"]) == connection]
    return build, chosen


def blocks_of(build: Build, chosen: Rows, find: str | None = None, rows: int = BLOCK_ROWS) -> Iterator[Columns]:
    """Yield the columns in blocks of rows: at least one block, so that csv always has a header."""
    import numpy as np

    for start in range(0, max(1, len(chosen)), rows):
        block = chosen[start : start + rows]
        columns = build(block)
        yield columns if find is None else build(block[np.array(_containing(columns, find), bool)])


def _containing(columns: Columns, text: str) -> list[bool]:
    """The rows in which any column, formatted as for csv, contains the text (case-insensitive)."""
    from inspector.views.columns import csv_value, flattened

    wanted = text.casefold()
    values = zip(*(column.tolist() for column in flattened(columns).values()), strict=True)
    return [any(wanted in csv_value(value).casefold() for value in row) for row in values]


def _lines(name: str, blocks: Iterator[Columns]) -> Iterator[str]:
    from inspector.cli.table_columns import VIEWS
    from inspector.views.columns import records

    view = VIEWS[name]
    cells = ([cell.text(row) for cell in view] for columns in blocks for row in records(columns))
    yield from table([cell.column for cell in view], cells, Screen.of(sys.stdout))
