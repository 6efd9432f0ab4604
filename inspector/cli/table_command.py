"""Makes the table commands, such as `wireglass packets FILE`: they print the rows of one table of a capture."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from inspector.cli.filter_argument import check_filter, say_reading
from inspector.cli.row_choice import (
    BLOCK_ROWS,
    FILTERED,
    Build,
    RowChoice,
    choice_options,
    files_and_filter,
    filter_option,
    rows_of_table,
)
from inspector.cli.shared_options import analysed, files_argument, format_option, read_options
from inspector.cli.terminal import NONE, Column, Screen, printable, table

if TYPE_CHECKING:
    from inspector.engine.read_options import ReadOptions
    from inspector.tables.arrays import Rows
    from inspector.views.columns import Columns

GROUP_ROWS = 16384
"""The number of rows in a row group of a Parquet file: its columns are compressed group by group."""

LONG_HELP = """
{help}

{filter}Use --connection to show only the rows of one connection, and --find to show only the rows that contain a
text. On a terminal, columns are cut to fit and some are left out; in a pipe, nothing is cut or coloured. `csv`, `json`
and `parquet` hold every column, under stable names.

\b
{examples}
"""

FILTER_HELP = """FILTER is a display filter: Wireshark's language with fields of our own, such as
'tcp.port == 80 && tcp.len > 0' or 'exchange.wait > 200ms'; `wireglass fields` lists the fields. Only rows that it
selects are shown. """


def table_command(name: str, help: str, *examples: str) -> click.Command:
    """The command that prints the table `name`.

    Args:
        help: one sentence: what the rows are.
        examples: command lines, without the name of the program.
    """
    title = "Examples:" if len(examples) > 1 else "Example:"
    shown = "\n".join([title, *(f"  wireglass {example}" for example in examples)])
    is_filtered = name in FILTERED
    long_help = LONG_HELP.format(help=help, filter=FILTER_HELP if is_filtered else "", examples=shown)

    def command(files: tuple[str, ...], options: ReadOptions, shape: str, choice: RowChoice) -> None:
        paths, display_filter = files_and_filter(files) if is_filtered else (files, None)
        if display_filter is not None and choice.filter is not None:
            raise click.UsageError(f"There are two filters: “{choice.filter}” and “{display_filter}”.")
        display_filter = display_filter if choice.filter is None else choice.filter
        check_filter(name, display_filter)
        say_reading(name, display_filter)
        with analysed(paths, options) as capture:
            chosen = rows_of_table(capture, name, choice.connection, display_filter)
            print_rows(name, shape, *chosen, choice)

    decorated: Any = choice_options(command)
    if is_filtered:
        decorated = filter_option(decorated)
    decorated = format_option("json is one object per line", has_parquet=True)(decorated)
    argument = _files_and_filter_argument if is_filtered else files_argument
    return click.command(name, help=long_help, short_help=help)(argument(read_options(decorated)))


_files_and_filter_argument = click.argument(
    "files", nargs=-1, required=True, metavar="FILE... [FILTER]", type=click.Path(path_type=str)
)


def print_rows(name: str, shape: str, build: Build, chosen: Rows, choice: RowChoice) -> None:
    """Print rows of the table `name` in a format."""
    from inspector.cli.csv_json import csv_pieces, json_pieces, write

    blocks = choice.blocks(build, chosen, GROUP_ROWS if shape == "parquet" else BLOCK_ROWS)
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
        lines = _lines(name, blocks) if choice.columns is None else _lines_of_columns(blocks)
        sys.stdout.writelines(line + "\n" for line in lines)


def _lines(name: str, blocks: Iterator[Columns]) -> Iterator[str]:
    """The table for reading: its most important columns."""
    from inspector.cli.table_columns import VIEWS
    from inspector.views.columns import records

    view = VIEWS[name]
    cells = ([cell.text(row) for cell in view] for columns in blocks for row in records(columns))
    yield from table([cell.column for cell in view], cells, Screen.of(sys.stdout))


def _lines_of_columns(blocks: Iterator[Columns]) -> Iterator[str]:
    """The table for reading, with the columns asked for: their values as csv has them."""
    from itertools import chain

    from inspector.views.columns import Numbers, csv_value, flattened

    first = next(blocks)
    heads = [Column(key, isinstance(column, Numbers)) for key, column in flattened(first).items()]
    values = (
        row
        for columns in chain([first], blocks)
        for row in zip(*(column.tolist() for column in flattened(columns).values()), strict=True)
    )
    cells = ([NONE if value is None else printable(csv_value(value)) for value in row] for row in values)
    yield from table(heads, cells, Screen.of(sys.stdout))
