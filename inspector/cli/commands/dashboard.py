"""`wireglass demo|live|open|replay`: the dashboard for the demo, live traffic or a saved capture."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from inspector.cli.ended_process_alarm import Alarm
from inspector.cli.shared_options import files_argument, filter_option, network_options, say_where
from inspector.cli.terminal import printable
from inspector.errors import InspectorError, LabError

if TYPE_CHECKING:
    import socket
    from pathlib import Path

    from web.session.session import Session

USUAL_PORT = 8642
"""The port of the dashboard if no other port is given and this one is free."""

REPLAY_SPEEDS = click.FloatRange(min=0.01, max=1000)

Command = Callable[..., Any]


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


@click.command(short_help="Demo servers, a live capture and the dashboard.")
@dashboard_options
@click.option("--record", "recording", type=click.Path(path_type=str), metavar="OUT", help="Save the packets here.")
def demo(port: int | None, no_browser: bool, recording: str | None) -> int:
    """Run demo servers, capture their traffic live and open the dashboard.

    Starts a small web server and a WebSocket chat on loopback, captures their traffic, and opens the dashboard, whose
    buttons make clients send a GET, send a POST, chat and leave. If this user may not capture, the demo runs in a
    private network namespace; if that is not allowed either, a recorded demo is replayed. Ctrl-C stops everything. The
    exit status is then 0, or 1 if the capture or another process of the demo had ended by itself.

    \b
    Example:
      wireglass demo --record demo.pcapng
    """
    from inspector.lab.demo.controller import Lab
    from inspector.lab.sample_captures import demo_recording
    from inspector.live.recording_paths import new_recording
    from inspector.live.source import Counters
    from web import Session

    with _listening(port) as listener, _ends_on_sigterm():
        spool = new_recording("demo", recording)
        try:
            lab = Lab.start(spool)
        except LabError as refused:
            click.echo(f"wireglass: {printable(str(refused))}", err=True)
            click.echo("Replaying a recorded demo instead; its buttons do nothing.", err=True)
            _show(Session.of_replay(demo_recording()), listener, no_browser)
            return 0
        alarm = Alarm(lambda: lab.troubles)
        try:
            if lab.remark:
                click.echo(lab.remark)
            click.echo(f"Web server: {lab.addresses['http']}")
            click.echo(f"Chat:       {lab.addresses['chat_page']} (open it in two tabs, one for Alice and one for Bob)")
            session = Session.of_spool(
                spool, "lo", lambda: Counters(**lab.capture_statistics), lab, lambda: lab.troubles
            )
            with alarm:
                _show(session, listener, no_browser)
        finally:
            lab.stop()
            _say_where(spool)
    return alarm.look()


@click.command(short_help="Live traffic of an interface in the browser.")
@click.argument("interface", required=False, metavar="[IFACE]")
@filter_option
@network_options
@dashboard_options
@click.option("--record", "recording", type=click.Path(path_type=str), metavar="OUT", help="Save the packets here.")
def live(
    interface: str | None, capture_filter: str | None, port: int | None, no_browser: bool, recording: str | None
) -> int:
    """Capture on IFACE (default: loopback) and show the traffic in the browser as it arrives.

    The packets are saved to a pcapng file, whose path is printed at the end. The dashboard's own traffic is left out.
    Ctrl-C ends it. The exit status is then 0, or 1 if the capture had ended by itself.

    \b
    Examples:
      wireglass live
      wireglass live eth0 -f 'tcp port 80'
    """
    from inspector.live.capture_process import LiveCapture
    from inspector.live.capture_rights import LOOPBACK
    from inspector.live.recording_paths import new_recording
    from web import Session

    name = interface or LOOPBACK
    with _listening(port) as listener, _ends_on_sigterm():
        spool = new_recording("live", recording)
        own_port = listener.getsockname()[1]
        capture = LiveCapture.start(name, spool, filter=capture_filter, without_ports=[own_port], with_sockets=True)
        alarm = Alarm(lambda: capture.troubles)
        try:
            capture.wait_ready()
            session = Session.of_spool(spool, name, lambda: capture.statistics, troubles=lambda: capture.troubles)
            with alarm:
                _show(session, listener, no_browser)
        finally:
            capture.stop()
            _say_where(spool)
    return alarm.look()


@click.command(name="open", short_help="A saved capture in the browser.")
@files_argument
@dashboard_options
@click.option("--follow", "is_followed", is_flag=True, help="Keep reading as FILE grows, until Ctrl-C.")
def open_(files: tuple[str, ...], port: int | None, no_browser: bool, is_followed: bool) -> None:
    """Show the saved capture FILE in the browser.

    `-` is standard input, shown as it arrives. Several captures, or a folder of captures, are merged by time.

    \b
    Examples:
      wireglass open captures/demo.pcapng
      ssh server tcpdump -i eth0 -U -w - port 80 | wireglass open -
    """
    from inspector.cli.input_files import given
    from web import Session

    if is_followed and len(files) > 1:
        raise click.UsageError("--follow takes one FILE.")
    with _listening(port) as listener, _ends_on_sigterm(), given(files, is_awaited=False) as source:
        grows = source.inflow or is_followed
        _show(Session.of_file(source.path, source.is_over if grows else None, source.notes), listener, no_browser)


@click.command(short_help="A saved capture played back in the browser.")
@files_argument
@click.option("--speed", type=REPLAY_SPEEDS, default=1.0, show_default=True, help="Playback speed (1.0 = original).")
@dashboard_options
def replay(files: tuple[str, ...], speed: float, port: int | None, no_browser: bool) -> None:
    """Play the saved capture FILE back in the browser, as if its packets arrived now.

    \b
    Example:
      wireglass replay captures/chat.pcapng --speed 0.5
    """
    from inspector.cli.input_files import given
    from web import Session

    with _listening(port) as listener, _ends_on_sigterm(), given(files) as source:
        _show(Session.of_replay(source.path, speed), listener, no_browser)


COMMANDS = [demo, live, open_, replay]


@contextmanager
def _listening(port: int | None) -> Iterator[socket.socket]:
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
def _ends_on_sigterm() -> Iterator[None]:
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


def _show(session: Session, listener: socket.socket, no_browser: bool) -> None:
    """Serve the dashboard until it is interrupted."""
    from inspector.cli.open_browser import show
    from web import Dashboard

    dashboard = Dashboard(session, listener)
    # The socket already listens: a browser that connects now is served as soon as the server runs.
    click.echo(f"Dashboard: {dashboard.url}")
    sys.stdout.flush()
    with show(dashboard.url, wanted=not no_browser):
        dashboard.serve_forever()


def _say_where(recording: Path) -> None:
    from inspector.cli.commands.notes import keep_with

    if recording.exists():
        keep_with(recording)
        say_where(recording)
