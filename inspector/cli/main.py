"""The command line: which commands there are, and what becomes of their errors.

A command's module is imported when the command is asked for, and imports the engine, the dashboard or scapy when it
runs: `wireglass --help` and the summary of a small file are to be there at once.

Exit statuses: 0 done; 1 something could not be done, said on stderr; 2 the command line was not understood; 130 ended
by Ctrl-C; 141 the reader of a pipe went away.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import os
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

import click

from inspector.cli.terminal import printable
from inspector.errors import InspectorError

MODULES = {
    "demo": "dashboard",
    "live": "dashboard",
    "open": "dashboard",
    "replay": "dashboard",
    "lab": "lab",
    "record": "record",
    "sockets": "sockets",
    "summary": "summary",
    "packets": "tables",
    "connections": "tables",
    "exchanges": "tables",
    "frames": "tables",
    "messages": "tables",
    "events": "tables",
    "tokens": "tables",
    "kernel": "tables",
    "anomalies": "tables",
    "follow": "follow",
    "notes": "notes",
    "compare": "compare",
    "analyze": "analyze",
    "doctor": "doctor",
}
"""The commands in the order of the help, the main job first, and the module of inspector.cli.commands that has each."""

INTERRUPTED = 130
BROKEN_PIPE = 141

HELP = """Watch sockets live and die.

Wireglass rebuilds packets, live from an interface or from a saved capture, into TCP connections with both ends' states,
HTTP exchanges and WebSocket conversations, and shows them in the browser or here.

\b
Start with one of these:
  wireglass demo                   servers, clients and a live capture to play with
  wireglass summary FILE           one screen of what happened in a capture
  wireglass open FILE              the same in the browser, down to every packet
  wireglass live                   watch this machine's loopback in the browser

Captures are pcap, pcapng or snoop, plain or compressed with gzip or zstd; - is standard input.
"""


class ReaderGone(Exception):
    """Nobody reads the pipe any more that the output goes into."""


class Commands(click.Group):
    """The group of all commands."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(MODULES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in MODULES:
            return None
        found: list[click.Command] = importlib.import_module(f"inspector.cli.commands.{MODULES[cmd_name]}").COMMANDS
        return next(command for command in found if command.name == cmd_name)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command. click would end the process itself, with status 1, when a pipe breaks."""
        try:
            status = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError as broken:
            raise ReaderGone from broken
        return status


@click.group(
    cls=Commands, help=HELP, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110}
)
@click.version_option(package_name="wireglass", prog_name="wireglass", message="%(prog)s %(version)s")
def cli() -> None:
    pass


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line (`sys.argv` when no arguments are given) and return the exit status."""
    _tolerate_unprintable_letters()
    try:
        status = cli.main(arguments, prog_name="wireglass", standalone_mode=False)
    except click.ClickException as misuse:
        misuse.show()
        return misuse.exit_code
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except ReaderGone:
        _let_go_of_stdout()
        return BROKEN_PIPE
    except (InspectorError, OSError) as error:
        click.echo(f"wireglass: {printable(str(error))}", err=True)
        return 1
    return status if isinstance(status, int) else 0


def run() -> NoReturn:
    """The program `wireglass`: the command line, and then the end of the process at once.

    Taking a big capture's tables and objects apart one by one would cost as much time as some commands take.
    """
    status = main()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(status)


def _tolerate_unprintable_letters() -> None:
    """Where the terminal's encoding lacks a letter, print its escape rather than stop."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _let_go_of_stdout() -> None:
    """Python flushes stdout at exit: give it somewhere to flush to, now that the pipe is gone."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
