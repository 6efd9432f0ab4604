"""`wireglass analyze FILE... --json`: everything the engine found, for programs."""

from __future__ import annotations

import json
import traceback
from typing import Any

import click

from inspector.cli.input_files import given
from inspector.cli.shared_options import network_options, reading_options, say_notes
from inspector.errors import InspectorError

TABLES = ("packets", "connections", "exchanges", "frames", "messages", "anomalies", "tokens", "kernel")


@click.command(short_help="Everything found in captures, as JSON.")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@network_options
@click.option("--json", "as_json", is_flag=True, required=True, help="One JSON object a file, one a line.")
@reading_options
def analyze(files: tuple[str, ...], as_json: bool, is_sorted: bool) -> int:
    """Print everything found in each FILE as one line of JSON.

    Each line holds `file`, `error` (null, or why the file could not be read), `notes` (what the reader has to say of
    the file: cut off, damaged, link types that are not read), and `packets`, `connections`, `exchanges`, `frames`,
    `messages`, `anomalies`, `tokens` and `kernel`, with the columns that the table commands have. A file that cannot
    be read is said so in its line, and the others go on. Notes go to stderr, too. The exit status is 1 when a file, or
    everything in one, could not be read.
    """
    failures = 0
    for found in (report(file, is_sorted) for file in files):
        click.echo(json.dumps(found, separators=(",", ":")))
        say_notes(found["notes"], f"{found['file']}: " if len(files) > 1 else "")
        failures += found["error"] is not None or (bool(found["notes"]) and not found["packets"])
    return 1 if failures else 0


def report(path: str, is_sorted: bool = False) -> dict[str, Any]:
    """What one file holds, JSON-ready; its `error` says why when it could not be read."""
    import inspector
    from inspector.views import rows

    try:
        with given([path]) as source, inspector.open(source.path, sort=is_sorted) as capture:
            found = {name: rows.BUILDERS[name](capture) for name in TABLES}
            notes = source.notes + capture.notes
    except (InspectorError, OSError) as error:
        return _failure(path, str(error))
    except Exception as bug:  # ours, not the file's: it is told in full, and must not take the other files along
        traceback.print_exc()
        return _failure(path, f"Wireglass failed on this file ({bug!r}). Please report it with the lines on stderr.")
    return {"file": path, "error": None, "notes": notes, **found}


def _failure(path: str, error: str) -> dict[str, Any]:
    return {"file": path, "error": error, "notes": [], **{name: [] for name in TABLES}}


COMMANDS = [analyze]
