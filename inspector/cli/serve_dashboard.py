"""What the commands that show a dashboard share: their options, the listening socket, serving, and their end."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from inspector.cli.shared_options import Command, say_where
from inspector.errors import InspectorError

if TYPE_CHECKING:
    import socket
    from pathlib import Path

    from web.session.session import Session

USUAL_PORT = 8642
"""The port of the dashboard if no other port is given and this one is free."""


def dashboard_options(command: Command) -> Command:
    """Add the options that every dashboard command has: `--port` and `--no-browser`."""
    port = click.option(
        "--port", type=click.IntRange(1, 65535), metavar="N",
        help=f"Port of the dashboard on 127.0.0.1 (default: {USUAL_PORT}, or a free port if that is taken).",
    )  # fmt: skip
    browser = click.option(
        "--no-browser", is_flag=True, help="Only print the address of the dashboard; do not open a browser."
    )
    return port(browser(command))


record_option = click.option(
    "--record", "recording", type=click.Path(path_type=str), metavar="OUT", help="Save the packets here."
)
"""The option `--record` of the commands that capture."""


@contextmanager
def listening(port: int | None) -> Iterator[socket.socket]:
    """The dashboard's listening socket. Without `port`, it uses the usual port, or a free one if that is taken.

    Raises:
        InspectorError: `port` cannot be bound.
    """
    from web import listen

    try:
        listener = listen(port or USUAL_PORT)
    except OSError as taken:
        if port is not None:
            raise InspectorError(
                f"Cannot listen on port {port}: {taken.strerror}. Choose another with --port."
            ) from taken
        listener = listen(0)
    with listener:
        yield listener


@contextmanager
def ends_on_sigterm() -> Iterator[None]:
    """End the command cleanly, with status 0, on Ctrl-C or SIGTERM."""

    def interrupt(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    except KeyboardInterrupt:
        pass
    finally:
        signal.signal(signal.SIGTERM, before)


def serve(session: Session, listener: socket.socket, no_browser: bool, err: bool = False) -> None:
    """Serve the dashboard until it is interrupted. Its address is printed, to standard error if `err`."""
    from inspector.cli.open_browser import show
    from web import Dashboard

    dashboard = Dashboard(session, listener)
    # The socket already listens: a browser that connects now is served as soon as the server runs.
    click.echo(f"Dashboard: {dashboard.url}", err=err)
    sys.stdout.flush()
    with show(dashboard.url, wanted=not no_browser):
        dashboard.serve_forever()


def finish_recording(recording: Path, err: bool = False) -> None:
    """Move the notes of a recording into its file, and print its path, to standard error if `err`; do nothing if it was
    never written.
    """
    from inspector.cli.commands.notes import keep_with

    if recording.exists():
        keep_with(recording)
        say_where(recording, err)
