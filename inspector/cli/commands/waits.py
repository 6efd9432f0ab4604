"""`wireglass waits FILE`: what exchanges and messages waited for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from inspector.cli.shared_options import analysed, files_argument, format_option, read_options
from inspector.cli.table_command import BLOCK_ROWS, print_rows, row_options

if TYPE_CHECKING:
    from inspector.engine.capture import Capture
    from inspector.engine.read_options import ReadOptions
    from inspector.views.rows import Columns

SLOW_MS = 30.0
"""The default of `--least`: `query.waits.SLOW_NS`."""


@click.command(short_help="What slow HTTP exchanges and WebSocket messages waited for.")
@files_argument
@read_options
@format_option("json is one object per line")
@row_options
@click.option(
    "--least", type=click.FloatRange(min=0), default=SLOW_MS, show_default=True, metavar="MS",
    help="Only waits of at least this many milliseconds; 0 shows all.",
)  # fmt: skip
def waits(
    files: tuple[str, ...], options: ReadOptions, shape: str, connection: int | None, find: str | None, least: float
) -> None:
    """List what HTTP exchanges and WebSocket messages of FILE waited for, the longest wait first.

    A wait is the time from the first byte of a request to the last byte of its response, with the handshake before the
    first request of a connection. Each line names the cause with the largest share of it: a program, the network, the
    handshake, accept(), a delayed ACK against Nagle's algorithm, a retransmission, the receive window, the congestion
    window, or an earlier response. If the packets cannot tell two causes apart, it names both. `csv` and `json` hold
    the share of every cause in ns; together the shares are exactly the wait.

    \b
    Examples:
      wireglass waits trace.pcapng
      wireglass waits trace.pcapng --least 0 --format csv > waits.csv
    """
    with analysed(files, options) as capture:
        print_rows("waits", shape, _blocks(capture, connection, int(least * 1e6)), find)


def _blocks(capture: Capture, connection: int | None, least_ns: int) -> Iterator[Columns]:
    """Yield the waits of at least `least_ns`, the longest first, in blocks of rows: at least one, for the header."""
    import numpy as np

    from inspector.query.waits import SLOW_NS, slow_waits
    from inspector.query.waits import waits as find_waits
    from inspector.views.wait_rows import wait_columns

    is_quick = connection is None and least_ns >= SLOW_NS
    found = slow_waits(capture)[0] if is_quick else find_waits(capture, connection)
    took = found.table["wait_ns"]
    chosen = np.argsort(-took, kind="stable")
    chosen = chosen[took[chosen] >= max(least_ns, 1)]
    for start in range(0, max(1, len(chosen)), BLOCK_ROWS):
        yield wait_columns(capture, found, chosen[start : start + BLOCK_ROWS])
