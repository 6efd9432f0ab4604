"""`wireglass summary FILE`: one screen about a capture."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from inspector.cli.shared_options import analysed, files_argument, read_options
from inspector.cli.terminal import Column, Screen, printable, table
from inspector.units import count, duration, size

if TYPE_CHECKING:
    from inspector.engine.capture import Capture
    from inspector.engine.read_options import ReadOptions
    from inspector.views.capture_summary import CaptureSummary, Distribution

LABEL_WIDTH = 13
TROUBLES_SHOWN = 6
CAUSES_SHOWN = 4

LEVELS = "▁▂▃▄▅▆▇█"
"""The bars of the activity line, by height; an interval without packets is blank."""

PART_STYLES = {
    "http": "green",
    "websocket": "magenta",
    "text": "magenta",
    "4xx": "red",
    "5xx": "red",
    "unanswered": "red",
    "without a request": "red",
}
"""The colours of counted kinds; a kind that is not listed has none."""


@click.command(short_help="One screen about a capture: counts, times, problems.")
@files_argument
@read_options
def summary(files: tuple[str, ...], options: ReadOptions) -> None:
    """Summarise FILE on one screen.

    Shows packet counts, connections by protocol and by how they ended, HTTP exchanges by status, WebSocket messages by
    kind, handshake and response times, problems, and the connections most worth a look, those with problems first.

    \b
    Example:
      wireglass summary captures/demo.pcapng
    """
    with analysed(files, options) as capture:
        sys.stdout.writelines(line + "\n" for line in lines(capture, Screen.of(sys.stdout)))


def lines(capture: Capture, screen: Screen) -> Iterator[str]:
    """The lines of the screen, top to bottom."""
    from inspector.views.capture_summary import summarise

    found = summarise(capture)
    yield from _title(capture, found, screen)
    for label, text, *details in _facts(found, screen):
        yield screen.paint(label.ljust(LABEL_WIDTH), "dim") + text
        yield from (" " * LABEL_WIDTH + detail for detail in details if detail)
    if found.notable:
        yield ""
        yield from _connections(capture, found, screen)


def _title(capture: Capture, found: CaptureSummary, screen: Screen) -> Iterator[str]:
    yield screen.paint(printable(os.path.basename(capture.path)), "bold") + "  " + _file(capture)
    if capture.start_ns is not None:
        start = datetime.fromtimestamp(capture.start_ns // 10**9, UTC)
        rate = f", {found.packets / (found.duration_ns / 1e9):,.0f} packets/s" if found.duration_ns else ""
        long = "duration unknown" if found.duration_ns is None else duration(found.duration_ns)
        yield screen.paint(f"from {start:%Y-%m-%d %H:%M:%S} UTC, {long}{rate}", "dim")
    yield ""


def _file(capture: Capture) -> str:
    names = ", ".join(printable(interface.name) for interface in capture.interfaces if interface.name)
    parts = (capture.source.format, size(os.path.getsize(capture.path)), names and f"captured on {names}")
    return ", ".join(part for part in parts if part)


def _facts(found: CaptureSummary, screen: Screen) -> Iterator[tuple[str, ...]]:
    """Rows of the summary: label, text, and further lines below the text."""
    others = found.packets - found.tcp_packets
    without = f", {others:,} without TCP" if others else ""
    counted = screen.paint(f"{found.packets:,}", "bold")
    yield "Packets", f"{counted}   {size(found.bytes)} on the wire{without}", _activity(found)
    yield "Connections", _counts(found.connections, found.protocols, screen), *_lives(found)
    if found.exchanges:
        yield "Exchanges", _counts(found.exchanges, found.statuses, screen), _spread("response time", found.wait)
    if found.messages:
        yield "Messages", _counts(found.messages, _kinds(found), screen), _message_sizes(found)
    if found.causes:
        yield "Slow waits", _slow(found, screen), *_causes(found)
    yield "Trouble", *_problems(found, screen)


def _activity(found: CaptureSummary) -> str:
    """The packet rate over time as a line of block characters."""
    if not found.duration_ns:
        return ""
    busiest = max(found.activity)
    heights = (-(-n * len(LEVELS) // busiest) for n in found.activity)
    return "".join(LEVELS[height - 1] if height else " " for height in heights).rstrip()


def _counts(total: int, parts: dict[str, int], screen: Screen) -> str:
    """A total and its parts, such as `12   9 http, 2 websocket, 1 unknown`."""
    named = ", ".join(screen.paint(f"{n:,} {name}", PART_STYLES.get(name, "")) for name, n in parts.items())
    return f"{screen.paint(f'{total:,}', 'bold')}   {named}".rstrip()


def _lives(found: CaptureSummary) -> Iterator[str]:
    from inspector.query.outcomes import WORDS

    for outcome, n in list(found.endings.items())[:4]:
        yield f"{n:,} {WORDS[outcome].several}"
    yield _spread("handshake", found.handshake)
    yield _spread("lifetime", found.lifetime)


def _spread(what: str, spread: Distribution | None) -> str:
    if spread is None:
        return ""
    if spread.of == 1:
        return f"{what} {duration(spread.median)}"
    return f"{what} {duration(spread.median)} median, {duration(spread.p95)} p95, {duration(spread.slowest)} max"


def _kinds(found: CaptureSummary) -> dict[str, int]:
    from inspector.websocket.opcodes import MESSAGE_KINDS

    return {MESSAGE_KINDS.get(kind, f"opcode {kind}"): n for kind, n in found.message_kinds.items()}


def _message_sizes(found: CaptureSummary) -> str:
    compressed = f", {found.compressed_messages:,} of them compressed" if found.compressed_messages else ""
    return f"{size(found.message_bytes)} of content{compressed}"


def _slow(found: CaptureSummary, screen: Screen) -> str:
    from inspector.query.waits import SLOW_NS

    counted = screen.paint(f"{found.slow_waits:,}", "bold")
    return f"{counted}   of at least {duration(SLOW_NS)}; `wireglass waits` lists them"


def _causes(found: CaptureSummary) -> Iterator[str]:
    """The causes that took the most time, if that was at least a hundredth of all."""
    least = sum(total.ns for total in found.causes) / 100
    for total in found.causes[:CAUSES_SHOWN]:
        if total.ns < least:
            return
        main = f", main cause of {total.waits:,}" if total.waits else ""
        yield f"{duration(total.ns)} for {total.title}{main}"


def _problems(found: CaptureSummary, screen: Screen) -> list[str]:
    """What went wrong, most severe first, and then one line of notes about what is unusual but legal."""
    problems = [trouble.counted for trouble in found.troubles if trouble.severity != "note"]
    if found.missed_bytes:
        problems.append(f"{size(found.missed_bytes)} not in the capture")
    shown = [screen.paint(text, "red") for text in problems[:TROUBLES_SHOWN]] or [screen.paint("none seen", "green")]
    hidden = len(problems) - TROUBLES_SHOWN
    if hidden > 0:
        shown.append(f"and {count(hidden, 'more kind')}: see `wireglass anomalies`")
    noted = [trouble.counted for trouble in found.troubles if trouble.severity == "note"]
    if noted:
        shown.append(screen.paint(f"unusual but legal: {', '.join(noted[:TROUBLES_SHOWN])}", "dim"))
    return shown


def _connections(capture: Capture, found: CaptureSummary, screen: Screen) -> Iterator[str]:
    from inspector.views.rows import connection_rows

    chosen = [notable.connection for notable in found.notable]
    why = {notable.connection: ", ".join(notable.reasons) for notable in found.notable}
    columns = (
        Column("conn", is_number=True, style="bold"),
        Column("client", style="cyan"),
        Column("server", style="yellow"),
        Column("protocol", is_optional=True),
        Column("packets", is_number=True, is_optional=True),
        Column("bytes", is_number=True),
        Column("duration", is_number=True),
        Column("states", is_optional=True),
        Column("worth a look"),
    )
    yield from table(columns, (_cells(row, why[row["id"]]) for row in connection_rows(capture, chosen)), screen)
    hidden = found.connections - len(chosen)
    if hidden > 0:
        yield screen.paint(f"and {count(hidden, 'connection')} more: see `wireglass connections {capture.path}`", "dim")


def _cells(row: dict[str, Any], why: str) -> list[str]:
    from inspector.cli.table_columns import state_of

    return [
        str(row["id"]),
        row["client"],
        row["server"],
        row["protocol"],
        f"{sum(row['packets']):,}",
        " / ".join(size(n) for n in row["bytes"]),
        "" if row["duration_ns"] is None else duration(row["duration_ns"]),
        " / ".join(dict.fromkeys(str(state_of(row, side)) for side in ("client", "server"))),
        why,
    ]
