"""`wireglass export FILE --har OUT`: a file to take along."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
import numpy as np

from inspector.cli.filter_argument import check_filter
from inspector.cli.row_choice import filter_option, rows_of_table
from inspector.cli.shared_options import analysed, files_argument, read_options
from inspector.units import count

if TYPE_CHECKING:
    from inspector.engine.capture import Capture
    from inspector.engine.read_options import ReadOptions

OUT = click.Path(path_type=Path)


@click.command(short_help="Write exchanges as HAR, chosen packets as pcapng, or all tables as Parquet.")
@files_argument
@click.option("--har", type=OUT, metavar="OUT", help="HTTP exchanges and WebSocket messages, for developer tools.")
@click.option("--pcapng", type=OUT, metavar="OUT", help="The packets that --filter selects, for Wireshark.")
@click.option("--parquet", type=OUT, metavar="OUT", help="All tables, as a folder of Parquet files.")
@filter_option
@click.option("--connection", type=click.IntRange(min=0), metavar="ID", help="Only this connection.")
@click.option("--whole", is_flag=True, help="With --pcapng: all packets of the connections that are selected.")
@click.option("--secrets", "with_secrets", is_flag=True, help="Do not mask credentials, cookies and tokens in URLs.")
@read_options
def export(
    files: tuple[str, ...],
    har: Path | None,
    pcapng: Path | None,
    parquet: Path | None,
    display_filter: str | None,
    connection: int | None,
    whole: bool,
    with_secrets: bool,
    options: ReadOptions,
) -> None:
    """Write a file to take along.

    Nothing is written over an old file, and OUT appears only when it is whole. HAR and Parquet have Authorization,
    Cookie, Set-Cookie and similar fields, and tokens in URLs, masked unless --secrets is given; contents of messages
    are never masked. A pcapng file holds the packets as they are.

    \b
    Examples:
      wireglass export trace.pcapng --har trace.har
      wireglass export trace.pcapng --pcapng lossy.pcapng --filter retransmission --whole
    """
    given = [place for place in (har, pcapng, parquet) if place is not None]
    if len(given) != 1:
        raise click.UsageError("Say what to write, one of them: --har OUT, --pcapng OUT or --parquet OUT.")
    if whole and not pcapng:
        raise click.UsageError("--whole belongs to --pcapng.")
    if parquet and (display_filter is not None or connection is not None):
        raise click.UsageError("--parquet writes all tables; the table commands with --format parquet write a part.")
    check_filter("exchanges" if har else "packets", display_filter)
    with analysed(files, options) as capture:
        if har:
            done = _har(capture, har, display_filter, connection, with_secrets)
        elif pcapng:
            done = _pcapng(capture, pcapng, display_filter, connection, whole)
        else:
            done = _parquet(capture, given[0], with_secrets)
    click.echo(f"{done}: {given[0]}", err=True)


def _har(capture: Capture, place: Path, display_filter: str | None, connection: int | None, with_secrets: bool) -> str:
    from inspector.export.har import write_har
    from inspector.export.new_file import new_file

    chosen = rows_of_table(capture, "exchanges", connection, display_filter)[1]
    with new_file(place) as part, part.open("xb") as out:
        left_out = write_har(capture, chosen, out, with_secrets)
    if left_out:
        shown = count(left_out, "response")
        click.echo(f"note: {shown} left out, whose request is not in the capture", err=True)
    return count(len(chosen) - left_out, "exchange")


def _pcapng(capture: Capture, place: Path, display_filter: str | None, connection: int | None, whole: bool) -> str:
    from inspector.export.new_file import new_file
    from inspector.pcap.packet_comments import chosen_packets

    chosen = rows_of_table(capture, "packets", connection, display_filter)[1]
    if whole:
        owners = capture.packets["connection"]
        picked = np.zeros(len(owners), bool)
        picked[chosen] = True
        chosen = np.flatnonzero(picked | (np.isin(owners, np.unique(owners[chosen])) & (owners >= 0)))
    source = capture.source
    places = {int(number) - 1: row for row, number in zip(chosen.tolist(), capture.numbers(chosen), strict=True)}
    notes = {places[at]: text for at, text in source.comments.items() if at in places}
    with new_file(place) as part, part.open("xb") as out:
        out.writelines(chosen_packets(source, capture.packets, notes, chosen))
    return count(len(chosen), "packet")


def _parquet(capture: Capture, place: Path, with_secrets: bool) -> str:
    from inspector.export.new_file import new_file
    from inspector.export.tables import write_tables
    from inspector.views.parquet import pyarrow_parquet

    pyarrow_parquet()
    with new_file(place, is_folder=True) as part:
        write_tables(capture, part, with_secrets)
    return "All tables"
