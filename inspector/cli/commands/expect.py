"""`wireglass expect FILE FILTER --at-most N`: checks how many rows a display filter selects, for tests and CI."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from inspector.cli.filter_argument import check_filter
from inspector.cli.row_choice import FILTERED, RowChoice, rows_of_table
from inspector.cli.shared_options import analysed, files_argument, read_options
from inspector.cli.table_command import print_rows
from inspector.units import count

if TYPE_CHECKING:
    from inspector.engine.read_options import ReadOptions

SHOWN_ROWS = 100
"""The default of `--limit`: more rows do not help to find out what is wrong."""


@click.command(short_help="Check how many rows a display filter selects, for tests and CI.")
@files_argument
@click.argument("display_filter", metavar="FILTER")
@click.option("--at-most", type=click.IntRange(min=0), metavar="N", help="The filter must select no more than N rows.")
@click.option("--at-least", type=click.IntRange(min=0), metavar="N", help="The filter must select N rows or more.")
@click.option(
    "--table", "name", type=click.Choice(FILTERED), default="packets", show_default=True, help="The table of the rows."
)
@click.option(
    "--limit", type=click.IntRange(min=0), default=SHOWN_ROWS, show_default=True, metavar="N", help="Print N rows."
)
@read_options
def expect(
    files: tuple[str, ...],
    display_filter: str,
    at_most: int | None,
    at_least: int | None,
    name: str,
    limit: int,
    options: ReadOptions,
) -> int:
    """Check how many rows of FILE the display filter FILTER selects.

    The exit status is 0 if the number is as expected. Otherwise it is 1, and the selected rows are printed, with the
    number on stderr.

    \b
    Examples:
      wireglass expect trace.pcapng retransmission --at-most 0
      wireglass expect trace.pcapng 200 --table exchanges --at-least 1
    """
    if at_most is None and at_least is None:
        raise click.UsageError("Say what is expected: --at-most N or --at-least N.")
    check_filter(name, display_filter)
    with analysed(files, options) as capture:
        build, chosen = rows_of_table(capture, name, display_filter=display_filter)
        found = len(chosen)
        wrong = [
            f"at {bound} {number}"
            for bound, number, is_met in (
                ("most", at_most, at_most is None or found <= at_most),
                ("least", at_least, at_least is None or found >= at_least),
            )
            if not is_met
        ]
        if wrong:
            if found:
                print_rows(name, "table", build, chosen, RowChoice(limit=limit))
            shown = count(found, name.removesuffix("s"))
            click.echo(f"“{display_filter}” selects {shown}; expected {' and '.join(wrong)}.", err=True)
    return 1 if wrong else 0
