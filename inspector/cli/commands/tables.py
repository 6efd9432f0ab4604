"""`wireglass packets FILE` and its sisters, one for each table of a capture: the table, row by row."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

import click

from inspector.cli.shared_options import analysed, files_argument, format_option, reading_options
from inspector.cli.terminal import Screen, table

if TYPE_CHECKING:
    from inspector.engine.capture import Capture
    from inspector.views.rows import Columns

BLOCK_ROWS = 4096
"""Rows turned into text at a time: a table of any length streams."""

HELP = {
    "packets": "Every packet: flags, verdict, both ends' states after it.",
    "connections": "Every TCP connection: its sockets, life and end.",
    "exchanges": "Every HTTP request, its response, where the time went.",
    "frames": "Every WebSocket frame.",
    "messages": "Every WebSocket message, unmasked and inflated.",
    "events": "What happened, in order, a plain sentence each.",
    "tokens": "Every file descriptor of a socket: whose, from when to when.",
    "kernel": "What the kernel said of each end, beside what the wire shows.",
    "anomalies": "Everything odd, with the rule and the numbers compared.",
}

OPTIONS_HELP = """

{help}

Rows can be narrowed to one connection (--connection) and to those in which some column holds a text (--find). In a
pipe, nothing is cut and nothing is coloured. `csv` and `json` (one object a line) hold every column under stable names.
"""


def _command(name: str) -> click.Command:
    @click.command(name, help=OPTIONS_HELP.format(help=HELP[name]), short_help=HELP[name])
    @files_argument
    @reading_options
    @format_option("csv, or one JSON object a line.")
    @click.option(
        "--connection", type=click.IntRange(min=0), metavar="ID", help="Only what belongs to this connection."
    )
    @click.option(
        "--find", metavar="TEXT", help="Only rows that hold this text; small and capital letters are the same."
    )
    def command(files: tuple[str, ...], is_sorted: bool, shape: str, connection: int | None, find: str | None) -> None:
        with analysed(files, is_sorted) as capture:
            blocks = _found(_blocks(capture, name, connection), name, find)
            sys.stdout.writelines(line + "\n" for line in _lines(name, shape, blocks))

    return command


COMMANDS = [_command(name) for name in HELP]


def _blocks(capture: Capture, name: str, connection: int | None) -> Iterator[Columns]:
    """The table's columns, a block of rows at a time; at least one block, so that there is always a header."""
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
    """The rows in which some column, as csv would show it, holds the text."""
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
