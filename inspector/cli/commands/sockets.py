"""`wireglass sockets`: this machine's TCP sockets with process and file descriptor, live in the terminal."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from inspector.cli.terminal import Column, Screen, printable, table
from inspector.units import count, duration, size

if TYPE_CHECKING:
    from inspector.sockets import End, Surveyor

LOOK_SECONDS = 0.1
"""Interval between two surveys of the sockets."""

LIT_SECONDS = 2.0
"""How long a new or changed line is highlighted and a closed socket is still shown."""

NOBODY = "–"
FRAME_LINES = 3
"""The number of screen lines that show no socket: the column titles, the count, and the cursor's line."""

CLEAR = "\033[H\033[2J"
HIDE_CURSOR, SHOW_CURSOR = "\033[?25l", "\033[?25h"

COLUMNS = (
    Column("process", limit=16, style="cyan"),
    Column("pid", is_number=True, is_optional=True),
    Column("fd", is_number=True, style="bold"),
    Column("state", style="yellow"),
    Column("local"),
    Column("remote"),
    Column("unread", is_number=True, is_optional=True),
    Column("unacked", is_number=True, is_optional=True),
    Column("rtt", is_number=True, is_optional=True),
    Column("cwnd", is_number=True, is_optional=True),
    Column("retrans", is_number=True, is_optional=True),
    Column("pacing", is_number=True, is_optional=True),
)

Key = tuple[str, str, int]
Line = tuple[str, ...]


@click.command(short_help="Live TCP sockets with state, process and file descriptor.")
@click.option("--port", type=click.IntRange(1, 65535), metavar="N", help="Only sockets with this local or remote port.")
@click.option(
    "--once", is_flag=True, help="Print the table once and exit (the default if the output is not a terminal)."
)
def sockets(port: int | None, once: bool) -> None:
    """Show this machine's TCP sockets: kernel state, owning process and file descriptor.

    On a terminal the table is refreshed ten times a second until Ctrl-C; new and changed lines are highlighted for a
    moment. A socket is shown without a process if it has not been accepted yet, has been closed, is in TIME-WAIT, or
    if this user may not see its process.

    \b
    Examples:
      wireglass sockets --port 8000
      wireglass sockets --once
    """
    from inspector.sockets import Surveyor

    surveyor = Surveyor()
    screen = Screen.of(sys.stdout)
    if once or screen.width is None:
        for line in table(COLUMNS, _lines(surveyor.look(), port), screen):
            click.echo(line)
        return
    click.echo(HIDE_CURSOR, nl=False)
    try:
        _watch(surveyor, port)
    except KeyboardInterrupt:
        pass
    finally:
        click.echo(SHOW_CURSOR, nl=False)


def _watch(surveyor: Surveyor, port: int | None) -> None:
    """Redraw the table whenever it has changed, until interrupted."""
    board, drawn = Board(), ""
    while True:
        height = shutil.get_terminal_size().lines
        text = board.draw(surveyor.look(), port, time.monotonic(), height)
        if text != drawn:
            click.echo(CLEAR + text, nl=False)
            drawn = text
        time.sleep(LOOK_SECONDS)


class Board:
    """The table on the terminal; it remembers its last lines and when each one changed."""

    def __init__(self) -> None:
        self._there: dict[Key, Line] = {}
        self._gone: dict[Key, Line] = {}
        self._changed: dict[Key, float] = {}
        self._is_first = True

    def draw(self, ends: list[End], port: int | None, now: float, height: int) -> str:
        """The text of the screen, at most `height` lines. Changed lines are marked; closed sockets remain visible for a
        moment.
        """
        fresh = {key: line for end in ends for key, line in _keyed(end, port)}
        for key in fresh.keys() | self._there.keys():
            if _lasting(fresh.get(key)) != _lasting(self._there.get(key)) and not self._is_first:
                self._changed[key] = now
        self._changed = {key: at for key, at in self._changed.items() if now - at < LIT_SECONDS}
        known = {**self._gone, **self._there}
        self._gone = {key: line for key, line in known.items() if key not in fresh and key in self._changed}
        self._there, self._is_first = fresh, False
        return self._text(fresh, max(1, height - FRAME_LINES))

    def _text(self, fresh: dict[Key, Line], most: int) -> str:
        screen = Screen.of(sys.stdout)
        rows = sorted({**fresh, **self._gone}.items(), key=lambda item: _order(item[1]))
        marked = [(*line[:3], line[3] if key in fresh else "gone", *line[4:]) for key, line in rows]
        head, *body = table(COLUMNS, marked, Screen(False, screen.width))
        lines = [screen.paint("  " + head, "dim")]
        for (key, _), line in list(zip(rows, body, strict=True))[:most]:
            is_lit = key in self._changed
            style = ("green" if key in fresh else "red") if is_lit else ""
            lines.append(screen.paint(("• " if is_lit else "  ") + line, style))
        hidden = f", {len(rows) - most:,} of them not shown" if len(rows) > most else ""
        lines.append(screen.paint(f"  {count(len(rows), 'line')}{hidden}. Press Ctrl-C to quit.", "dim"))
        return "\n".join(lines) + "\n"


def _lines(ends: list[End], port: int | None) -> Iterator[Line]:
    return iter(sorted((line for end in ends for _, line in _keyed(end, port)), key=_order))


def _keyed(end: End, port: int | None) -> Iterator[tuple[Key, Line]]:
    """Yield the lines of one socket with their keys, one for each file descriptor that refers to it."""
    one = end.socket
    if port is not None and not any(text.endswith(f":{port}") for text in (one.local, one.remote)):
        return
    is_connected = one.remote.rpartition(":")[2] != "0"
    figures = one.figures if is_connected else None
    rest = (
        one.state.rfc_name,
        one.local,
        one.remote if is_connected else "",
        str(one.unread),
        str(one.unacknowledged) if is_connected else "",  # for a listener, this field holds the size of the backlog
        duration(figures.rtt_us * 1000) if figures and figures.rtt_us else "",
        str(figures.congestion_window) if figures else "",
        str(figures.retransmissions) if figures else "",
        f"{size(figures.pacing_rate)}/s" if figures and figures.pacing_rate is not None else "",
    )
    for holder in end.holders:
        name = printable(holder.process)
        yield (one.local, one.remote, holder.pid << 20 | holder.fd), (name, str(holder.pid), str(holder.fd), *rest)
    if not end.holders:
        yield (one.local, one.remote, -1), (NOBODY, "", NOBODY, *rest)


def _lasting(line: Line | None) -> Line | None:
    """The part of a line whose changes are highlighted; the values after it change all the time."""
    return line and line[:6]


def _order(line: Line) -> tuple[bool, str, str, int, str]:
    """A sort key: by process, then by descriptor, with sockets without a process last."""
    process, pid, fd = line[:3]
    return process == NOBODY, process, pid, int(fd) if fd.isdigit() else -1, line[4] + line[5]
