"""`wireglass fields`: the fields of the display filter."""

from __future__ import annotations

import sys

import click

from inspector.cli.shared_options import format_option
from inspector.cli.terminal import Column, Screen, table


@click.command(short_help="Fields of the display filter.")
@click.argument("text", required=False, metavar="[TEXT]")
@format_option("json is one object per line")
def fields(text: str | None, shape: str) -> None:
    """List the fields of the display filter: name, kind of value, meaning, and whether it is Wireshark's or our own.

    With TEXT, list only the fields that have it in their name or meaning. A value of the kind “name” is one of those
    listed with it.

    \b
    Examples:
      wireglass fields
      wireglass fields window
    """
    from inspector.cli.csv_json import csv_pieces, json_pieces, write
    from inspector.query.language.field_list import rows
    from inspector.views.columns import Texts

    wanted = (text or "").casefold()
    everything = rows()
    found = [row for row in everything if wanted in f"{row['name']} {row['meaning']}".casefold()]
    if shape == "table":
        columns = [Column("field"), Column("kind"), Column("origin", is_optional=True), Column("meaning", limit=120)]
        cells = ([row["name"], row["kind"], row["origin"], row["meaning"]] for row in found)
        sys.stdout.writelines(line + "\n" for line in table(columns, cells, Screen.of(sys.stdout)))
        return
    pieces = csv_pieces if shape == "csv" else json_pieces
    write(pieces([{name: Texts([row[name] for row in found]) for name in everything[0]}]))
