"""`wireglass follow FILE CONNECTION`: the bytes of a connection, as text, hex or raw."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from inspector.cli.shared_options import analysed, files_argument, read_options
from inspector.cli.terminal import Screen
from inspector.units import count

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.cli.follow_text import Piece
    from inspector.engine.capture import Capture
    from inspector.engine.read_options import ReadOptions


@click.command(short_help="Follow a TCP stream: the bytes that a connection carried.")
@files_argument
@read_options
@click.argument("connection", type=click.IntRange(min=0))
@click.option(
    "--as", "shape", type=click.Choice(["text", "hex", "raw"]), default="text", show_default=True,
    help="text: UTF-8, control characters escaped; hex: hex dump with offsets; raw: the bytes as they are.",
)  # fmt: skip
@click.option("--side", type=click.Choice(["client", "server"]), help="Only the bytes sent by this end.")
def follow(files: tuple[str, ...], options: ReadOptions, connection: int, shape: str, side: str | None) -> None:
    """Print the bytes that both ends of CONNECTION sent, in the order in which they became readable.

    CONNECTION is an id from `wireglass connections FILE`. The streams are reassembled: in order, each byte once; bytes
    missing from the capture are marked as a gap. For the content of a WebSocket, unmasked and decompressed, use
    `wireglass messages FILE --connection ID`.

    \b
    Examples:
      wireglass follow captures/demo.pcapng 0
      wireglass follow captures/demo.pcapng 0 --side server --as raw > response.bin
    """
    from inspector.cli.follow_text import AsHex, AsText, pieces, transcript

    with analysed(files, options) as capture:
        if connection >= len(capture.connections):
            there_are = count(len(capture.connections), "connection")
            raise click.BadParameter(
                f"there is no connection {connection}: the capture has {there_are}, numbered from 0"
            )
        pieces_found = pieces(capture, connection, side)
        if shape == "raw":
            _write_raw(capture, pieces_found)
        else:
            write = AsText() if shape == "text" else AsHex()
            sys.stdout.writelines(transcript(capture, pieces_found, write, Screen.of(sys.stdout)))


def _write_raw(capture: Capture, pieces_found: Iterator[Piece]) -> None:
    """Write nothing but the bytes to stdout; report gaps between them on stderr."""
    from inspector.cli.follow_text import remark
    from inspector.tables.table import ChunkKind

    for piece in pieces_found:
        if piece.kind is ChunkKind.DATA:
            sys.stdout.buffer.writelines(piece.read(capture))
        elif piece.kind is ChunkKind.GAP:
            click.echo(f"note: {piece.side}, offset {piece.offset}: {remark(piece)}", err=True)
    sys.stdout.buffer.flush()
