"""`wireglass compare FILE`: compares HTTP and WebSocket by what the packets of a capture show."""

from __future__ import annotations

import json
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from inspector.cli.shared_options import analysed, format_option, read_options, say_where
from inspector.cli.terminal import Screen, printable, text_width
from inspector.engine.read_options import ReadOptions
from inspector.units import count

WIDEST = 110
"""Maximum width of a line of prose, in terminal cells, however wide the terminal is."""

NARROWEST = 40

NEWS = "news"
"""The scenario in which five clients receive the same news, each in its own way."""

STYLES = {"websocket": "magenta bold"}
"""The styles of kinds' names; every kind that is not listed has the style of HTTP."""


@click.command(short_help="HTTP and WebSocket compared, measured in packets.")
@click.argument("file", type=click.Path(path_type=str), required=False)
@read_options
@click.option("--run", "is_run", is_flag=True, help="Capture the five-way test now and compare that.")
@click.option(
    "--record", "recording", type=click.Path(path_type=str), metavar="OUT", help="With --run: save the capture here."
)
@format_option("csv has one line per number, json is one object")
def compare(file: str | None, options: ReadOptions, is_run: bool, recording: str | None, shape: str) -> None:
    """Compare HTTP and WebSocket in FILE: connections opened, lifetimes, who may send, round trips, bytes, delays.

    Tells five uses apart by their packets: HTTP that closes after each response, HTTP keep-alive, polling, Server-Sent
    Events and WebSocket. Every measured answer names packets that prove it.

    With --run instead of FILE, five clients receive the same news now, each in one of these ways (Linux; needs no
    privileges).

    \b
    Examples:
      wireglass compare captures/demo.pcapng
      wireglass compare --run --record news.pcapng
    """
    from inspector.compare import compare as measured

    if is_run == (file is not None):
        raise click.UsageError("Give either a FILE or --run.")
    if recording is not None and not is_run:
        raise click.UsageError("--record works only with --run.")
    path = file if file is not None else _run_news(recording)
    with analysed([path], options) as capture:
        comparison = measured(capture)
    write = {"table": _screen, "json": _json, "csv": _csv}[shape]
    sys.stdout.writelines(line + "\n" for line in write(comparison))
    if is_run:
        say_where(Path(path), err=shape != "table")


def _run_news(recording: str | None) -> str:
    """Run and capture the five-way test; return the path of the recording."""
    from inspector.lab.scenarios.runner import play
    from inspector.live.recording_paths import new_recording

    path = new_recording(NEWS, recording)
    click.echo(play(NEWS, path)["result"], err=True)
    return str(path)


def _json(comparison: dict[str, Any]) -> Iterator[str]:
    yield json.dumps(comparison)


def _csv(comparison: dict[str, Any]) -> Iterator[str]:
    """One line per number: fact, kind, figure, value. No value needs quotes."""
    yield "fact,kind,figure,value"
    for fact in comparison["facts"]:
        for kind, cell in fact["cells"].items():
            for figure, value in cell["values"].items():
                yield f"{fact['name']},{kind},{figure},{'' if value is None else value}"


def _screen(comparison: dict[str, Any]) -> Iterator[str]:
    screen = Screen.of(sys.stdout)
    width = min(max(screen.width or WIDEST, NARROWEST), WIDEST)
    titles = {kind["name"]: kind["title"] for kind in comparison["kinds"]}
    if not titles:
        yield "Nothing to compare: this capture has no HTTP or WebSocket that can be measured."
    for fact in comparison["facts"] if titles else ():
        yield screen.paint(fact["question"], "bold")
        for kind, cell in fact["cells"].items():
            yield from _answer(titles, kind, cell, screen, width)
        yield ""
    if comparison["truths"]:
        yield screen.paint("Common claims and what was measured", "bold")
        for truth in comparison["truths"]:
            yield "  " + screen.paint(f"“{truth['claim']}”", "dim")
            yield from _wrapped(truth["truth"] + _named(truth["proof"]), "    ", width)
        yield ""
    yield from _absent(comparison, screen, width)


def _answer(titles: dict[str, str], kind: str, cell: dict[str, Any], screen: Screen, width: int) -> Iterator[str]:
    margin = max(map(text_width, titles.values())) + 4
    name = screen.paint(f"  {titles[kind]}".ljust(margin), STYLES.get(kind, "green"))
    yield name + screen.paint(printable(cell["text"]), "bold")
    yield from _wrapped(cell["detail"] + _named(cell["proof"]), " " * margin, width)


def _named(proof: list[dict[str, Any]]) -> str:
    """The first three packets that prove an answer, as text."""
    numbers = list(dict.fromkeys(str(one["packet"]) for one in proof))[:3]
    return f" [packet{'s' * (len(numbers) > 1)} {', '.join(numbers)}]" if numbers else ""


def _wrapped(text: str, indent: str, width: int) -> Iterator[str]:
    yield from textwrap.wrap(printable(text), width, initial_indent=indent, subsequent_indent=indent)


def _absent(comparison: dict[str, Any], screen: Screen, width: int) -> Iterator[str]:
    missing = [kind["title"] for kind in comparison["missing"]]
    left_out = [f"{count(n, 'connection')} of {name}" for name, n in comparison["left_out"].items()]
    sentences = [f"Not in this capture: {'; '.join(missing)}."] if missing else []
    sentences += [f"Not compared: {'; '.join(left_out)}."] if left_out else []
    for sentence in sentences:
        yield from (screen.paint(line, "dim") for line in _wrapped(sentence, "", width))
