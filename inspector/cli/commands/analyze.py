"""`wireglass analyze FILE... --json`: all tables of a capture as JSON, for programs."""

from __future__ import annotations

import json
import tempfile
import traceback
from collections.abc import Iterator
from dataclasses import asdict
from itertools import chain
from typing import IO, TYPE_CHECKING

import click

from inspector.cli.input_files import given
from inspector.cli.shared_options import read_options, say_notes
from inspector.engine.read_options import ReadOptions
from inspector.errors import InspectorError

if TYPE_CHECKING:
    from inspector.cli.csv_json import Piece
    from inspector.engine.capture import Capture

TABLES = ("packets", "connections", "exchanges", "frames", "messages", "anomalies", "tokens", "kernel")

IN_MEMORY = 4 << 20
"""The bytes of a report that are kept in memory; a longer one goes to a temporary file. Nothing of it is printed before
it is whole, because a file may turn out to be unreadable, or to need a note, while its rows are written."""

PIECE = 1 << 20


@click.command(short_help="All tables of captures, as JSON.")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option(
    "--json", "as_json", is_flag=True, required=True, help="Print one JSON object per file, each on one line."
)
@read_options
def analyze(files: tuple[str, ...], as_json: bool, options: ReadOptions) -> int:
    """Print all tables of each FILE as one line of JSON.

    Each line holds `file`, `error` (null, or why the file could not be read), `notes` (remarks of the reader: cut off,
    damaged, link types that are not supported), and `packets`, `connections`, `exchanges`, `frames`, `messages`,
    `anomalies`, `tokens` and `kernel`, with the same columns as the table commands. An unreadable file is reported on
    its line, and processing continues with the next. Notes also go to stderr. The exit status is 1 if a file could not
    be read, or nothing in it.

    \b
    Example:
      wireglass analyze trace.pcapng --json | jq '.exchanges[].response.status'
    """
    from inspector.cli.csv_json import write

    failures = 0
    for file in files:
        with tempfile.SpooledTemporaryFile(IN_MEMORY) as tables:
            error, notes, packets = report(file, options, tables)
            head = json.dumps({"file": file, "error": error, "notes": notes}, separators=(",", ":"))
            write(chain([head[:-1].encode()], _content(tables), [b"}\n"]))
        say_notes(notes, f"{file}: " if len(files) > 1 else "")
        failures += error is not None or (bool(notes) and not packets)
    return 1 if failures else 0


def report(path: str, options: ReadOptions, out: IO[bytes]) -> tuple[str | None, list[str], int]:
    """Write all tables of one file to `out`, as keys of a JSON object after others.

    Returns:
        Why the file could not be read, or None; the notes; the number of packets. The tables of an unreadable file are
        empty.
    """
    import inspector

    try:
        with given([path]) as source, inspector.open(source.path, **asdict(options)) as capture:
            for name in TABLES:
                for piece in _table(capture, name):
                    out.write(piece)  # piece by piece: `writelines` would keep all of them in memory first
            return None, source.notes + capture.notes, len(capture.packets)
    except (InspectorError, OSError) as error:
        return _failure(str(error), out)
    except Exception as bug:  # our bug, not the file's: print it in full, and go on with the other files
        traceback.print_exc()
        return _failure(
            f"Wireglass failed on this file ({bug!r}). Please report this with the traceback on stderr.", out
        )


def _table(capture: Capture, name: str) -> Iterator[Piece]:
    from inspector.cli.row_choice import RowChoice, rows_of_table
    from inspector.views.columns import COMPACT, json_rows

    yield f',"{name}":['.encode()
    for i, columns in enumerate(RowChoice().blocks(*rows_of_table(capture, name))):
        rows = json_rows(columns, COMPACT, b",").data[:-1]
        yield b"," if i else b""
        yield rows
    yield b"]"


def _failure(error: str, out: IO[bytes]) -> tuple[str, list[str], int]:
    out.seek(0)
    out.truncate()
    out.writelines(f',"{name}":[]'.encode() for name in TABLES)
    return error, [], 0


def _content(file: IO[bytes]) -> Iterator[bytes]:
    file.seek(0)
    while piece := file.read(PIECE):
        yield piece
