"""`wireglass follow FILE CONNECTION`: what the two ends said."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from inspector.cli.shared_options import analysed, files_argument, reading_options
from inspector.cli.terminal import Screen
from inspector.units import count

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.cli.follow_text import Piece
    from inspector.engine.capture import Capture


@click.command(short_help="What a connection carried, both ends in turn.")
@files_argument
@reading_options
@click.argument("connection", type=click.IntRange(min=0))
@click.option(
    "--as", "shape", type=click.Choice(["text", "hex", "raw"]), default="text", show_default=True,
    help="text: control characters written out; hex: offsets and bytes; raw: the bytes alone.",
)  # fmt: skip
@click.option("--side", type=click.Choice(["client", "server"]), help="Only what this end sent.")
def follow(files: tuple[str, ...], is_sorted: bool, connection: int, shape: str, side: str | None) -> None:
    """Print the bytes that CONNECTION of FILE carried, both ends in turn.

    CONNECTION is the id that `wireglass connections` shows. The streams are rebuilt: in order, each byte once; what the
    capture lacks is said as a gap. `wireglass messages --connection` shows a WebSocket's content instead, unmasked and
    inflated.
    """
    from inspector.cli.follow_text import AsHex, AsText, pieces, transcript

    with analysed(files, is_sorted) as capture:
        if connection >= len(capture.connections):
            there_are = count(len(capture.connections), "connection")
            raise click.BadParameter(
                f"there is no connection {connection}: the capture has {there_are}, counted from 0"
            )
        said = pieces(capture, connection, side)
        if shape == "raw":
            _write_raw(capture, said)
        else:
            write = AsText() if shape == "text" else AsHex()
            sys.stdout.writelines(transcript(capture, said, write, Screen.of(sys.stdout)))


COMMANDS = [follow]


def _write_raw(capture: Capture, said: Iterator[Piece]) -> None:
    """The bytes alone on stdout; what is missing between them is said on stderr."""
    from inspector.cli.follow_text import remark
    from inspector.tables.table import ChunkKind

    for piece in said:
        if piece.kind is ChunkKind.DATA:
            sys.stdout.buffer.writelines(piece.read(capture))
        elif piece.kind is ChunkKind.GAP:
            click.echo(f"note: {piece.side}, offset {piece.offset}: {remark(piece)}", err=True)
    sys.stdout.buffer.flush()
