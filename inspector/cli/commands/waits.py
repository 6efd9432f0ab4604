"""`wireglass waits FILE`: what exchanges and messages waited for."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import click

from inspector.cli.row_choice import RowChoice, choice_options
from inspector.cli.shared_options import analysed, files_argument, format_option, read_options
from inspector.cli.table_command import print_rows

if TYPE_CHECKING:
    from inspector.cli.row_choice import Build
    from inspector.engine.capture import Capture
    from inspector.engine.read_options import ReadOptions
    from inspector.tables.arrays import Rows

SLOW_MS = 30.0
"""The default of `--least`: `query.waits.SLOW_NS`."""


@click.command(short_help="What slow HTTP exchanges and WebSocket messages waited for.")
@files_argument
@read_options
@format_option("json is one object per line", has_parquet=True)
@choice_options
@click.option(
    "--least", type=click.FloatRange(min=0), default=SLOW_MS, show_default=True, metavar="MS",
    help="Only waits of at least this many milliseconds; 0 shows all.",
)  # fmt: skip
def waits(files: tuple[str, ...], options: ReadOptions, shape: str, choice: RowChoice, least: float) -> None:
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
        print_rows("waits", shape, *_table(capture, choice.connection, int(least * 1e6)), choice)


def _table(capture: Capture, connection: int | None, least_ns: int) -> tuple[Build, Rows]:
    """The function that returns columns of waits, and the waits of at least `least_ns`, the longest first."""
    import numpy as np

    from inspector.query.waits import SLOW_NS, slow_waits
    from inspector.query.waits import waits as find_waits
    from inspector.views.wait_rows import wait_columns

    is_quick = connection is None and least_ns >= SLOW_NS
    found = slow_waits(capture)[0] if is_quick else find_waits(capture, connection)
    took = found.table["wait_ns"]
    chosen = np.argsort(-took, kind="stable")
    return partial(wait_columns, capture, found), chosen[took[chosen] >= max(least_ns, 1)]
