"""`wireglass analyze FILE... --json`: all tables of a capture as JSON, for programs."""

from __future__ import annotations

import json
import traceback
from dataclasses import asdict
from typing import Any

import click

from inspector.cli.input_files import given
from inspector.cli.shared_options import read_options, say_notes
from inspector.engine.read_options import USUAL, ReadOptions
from inspector.errors import InspectorError

TABLES = ("packets", "connections", "exchanges", "frames", "messages", "anomalies", "tokens", "kernel")


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
    failures = 0
    for found in (report(file, options) for file in files):
        click.echo(json.dumps(found, separators=(",", ":")))
        say_notes(found["notes"], f"{found['file']}: " if len(files) > 1 else "")
        failures += found["error"] is not None or (bool(found["notes"]) and not found["packets"])
    return 1 if failures else 0


def report(path: str, options: ReadOptions = USUAL) -> dict[str, Any]:
    """All tables of one file, ready for JSON; `error` holds the reason if the file could not be read."""
    import inspector
    from inspector.views import rows

    try:
        with given([path]) as source, inspector.open(source.path, **asdict(options)) as capture:
            found = {name: rows.BUILDERS[name](capture) for name in TABLES}
            notes = source.notes + capture.notes
    except (InspectorError, OSError) as error:
        return _failure(path, str(error))
    except Exception as bug:  # our bug, not the file's: print it in full, and go on with the other files
        traceback.print_exc()
        return _failure(
            path, f"Wireglass failed on this file ({bug!r}). Please report this with the traceback on stderr."
        )
    return {"file": path, "error": None, "notes": notes, **found}


def _failure(path: str, error: str) -> dict[str, Any]:
    return {"file": path, "error": error, "notes": [], **{name: [] for name in TABLES}}
