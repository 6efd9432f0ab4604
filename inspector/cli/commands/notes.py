"""`wireglass notes FILE`: lists the notes on packets, or embeds them in a capture as packet comments."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from inspector.cli.terminal import Column, Screen, printable, table
from inspector.errors import InspectorError
from inspector.units import count, seconds

if TYPE_CHECKING:
    from inspector.pcap.reader import PacketFile
    from inspector.tables.table import Table


@click.command(short_help="List notes on packets, or embed them as packet comments.")
@click.argument("file", type=click.Path(path_type=str))
@click.option("--save", "place", metavar="OUT", help="Write a pcapng copy with the notes as packet comments.")
@click.option("--put-in", is_flag=True, help="Embed the notes in FILE itself as packet comments; FILE must be pcapng.")
def notes(file: str, place: str | None, put_in: bool) -> None:
    """List the notes and bookmarks on packets of FILE, including its packet comments.

    Notes written in the browser are stored beside the capture, in FILE.notes; the capture itself is not changed.
    Wireshark shows them once they are embedded as packet comments: in a copy (--save), or in FILE itself (--put-in).
    With --put-in the new file is written beside the old one, verified, and then replaces it in one step.

    \b
    Examples:
      wireglass notes trace.pcapng
      wireglass notes trace.pcapng --save annotated.pcapng
    """
    from inspector.pcap import packet_comments

    if put_in and not Path(file).is_file():
        raise InspectorError(f"{file} is not a regular file and cannot be changed. Write a copy with --save.")
    with _read(file) as (source, packets):
        if place is not None:
            left_out = packet_comments.save_copy(source, packets, source.comments, Path(place))
            _say(f"Saved the capture with {count(len(source.comments) - left_out, 'note')} to {place}.", left_out)
        elif put_in:
            left_out = packet_comments.put_in(source, packets, source.comments)
            _say(f"{file} now holds {count(len(source.comments) - left_out, 'note')} as packet comments.", left_out)
        else:
            sys.stdout.writelines(f"{line}\n" for line in _lines(source, packets))


@contextmanager
def _read(file: str) -> Iterator[tuple[PacketFile, Table]]:
    """Read the packets of a file without analysing them, which notes do not need."""
    from inspector.cli.input_files import given
    from inspector.pcap.packet_comments import read_packets

    with given([file]) as found:
        source, packets = read_packets(Path(found.path))
        try:
            yield source, packets
        finally:
            source.close()


def _lines(source: PacketFile, packets: Table) -> Iterator[str]:
    columns = [Column("packet", True), Column("time", True), Column("note", limit=200)]
    start = int(packets["time_ns"][0]) if len(packets) else 0
    cells = (
        [str(row + 1), seconds(int(packets["time_ns"][row]) - start), printable(source.comments[row])]
        for row in sorted(source.comments)
    )
    return table(columns, cells, Screen.of(sys.stdout))


def _say(done: str, left_out: int) -> None:
    click.echo(printable(done))
    if left_out:
        click.echo(f"note: {count(left_out, 'note')} left out: simple packet blocks cannot hold comments", err=True)


def keep_with(recording: Path) -> None:
    """After our own capture has ended, embed the notes written during it in the recording; report a failure."""
    from inspector.errors import InspectorError
    from inspector.pcap.notes_file import Notebook
    from inspector.pcap.packet_comments import settle

    wrote = len(Notebook(recording).notes)
    if not wrote:
        return
    try:
        settle(recording)
    except InspectorError as error:
        click.echo(f"wireglass: {printable(str(error))}", err=True)
        click.echo(f"Notes: {count(wrote, 'note')} in {recording}.notes  (shown by `wireglass open`)")
