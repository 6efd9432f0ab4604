"""The command line: the list of commands, error messages and exit statuses.

A command's module is imported only when that command is used, and imports the engine, the dashboard or scapy only when
it runs, so that `wireglass --help` and the summary of a small file start without delay.

Exit statuses: 0 for success; 1 for a failure, explained on stderr, or if `expect` does not find what it expects; 2 for
an invalid command line; 130 if interrupted by Ctrl-C; 141 if the reader of our output closed the pipe. `run` passes on
the exit status of its command.
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

from inspector.cli.package_conflicts import ADVICE, replaced_packages
from inspector.cli.terminal import printable
from inspector.errors import InspectorError

COMMANDS = (
    "demo",
    "live",
    "open",
    "replay",
    "lab",
    "run",
    "record",
    "sockets",
    "summary",
    "packets",
    "connections",
    "exchanges",
    "frames",
    "messages",
    "events",
    "tokens",
    "kernel",
    "anomalies",
    "waits",
    "expect",
    "fields",
    "export",
    "follow",
    "notes",
    "compare",
    "analyze",
    "doctor",
)
"""The commands, in the order in which `wireglass --help` lists them. Each is the function of that name in the module of
that name in inspector.cli.commands."""

INTERRUPTED = 130
BROKEN_PIPE = 141

HELP = """See what your sockets do: a packet inspector for TCP, HTTP and WebSocket.

Wireglass reads packets, live from a network interface or from a saved capture, and reconstructs TCP connections with
the states of both endpoints, HTTP requests and responses, and WebSocket messages. It shows them in the browser or in
the terminal.

\b
Start with one of these:
  wireglass demo                   demo servers, a live capture and the dashboard
  wireglass summary FILE           one screen about a capture, in the terminal
  wireglass open FILE              a saved capture in the browser, down to each packet
  wireglass live                   this machine's loopback traffic in the browser
  wireglass run -- COMMAND         a command of yours, and exactly its traffic

FILE is a pcap, pcapng or snoop capture, plain or compressed with gzip or zstd; - is standard input.
`wireglass COMMAND --help` explains a command and shows an example.
"""


class ReaderGone(Exception):
    """The process that reads our output has closed the pipe."""


class Commands(click.Group):
    """The group of all commands, each of which is imported when it is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(importlib.import_module(f"inspector.cli.commands.{cmd_name}"), cmd_name)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command. click alone would exit with status 1 on a broken pipe."""
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
    replaced = list(replaced_packages())
    for sentence in replaced:
        click.echo(f"wireglass: {printable(sentence)} {ADVICE}", err=True)
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
    except ImportError as error:
        if not replaced:
            raise
        click.echo(f"wireglass: {printable(str(error))}", err=True)
        return 1
    except (InspectorError, OSError) as error:
        click.echo(f"wireglass: {printable(str(error))}", err=True)
        return 1
    return status if isinstance(status, int) else 0


def run() -> NoReturn:
    """The program `wireglass`: runs the command line, then ends the process without Python's own clean-up.

    Freeing the tables and objects of a big capture one by one would take as long as some commands do.
    """
    status = main()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(status)


def _tolerate_unprintable_letters() -> None:
    """Make output print an escape, instead of failing, for a character that the terminal's encoding lacks."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _let_go_of_stdout() -> None:
    """Redirect stdout to the null device, because Python flushes stdout at exit and the pipe is closed."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
