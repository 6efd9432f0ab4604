"""`wireglass run -- COMMAND`: a command in a private network, with all of its traffic captured."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import click

from inspector.cli.ended_process_alarm import Alarm
from inspector.cli.serve_dashboard import dashboard_options, finish_recording, listening, record_option, serve
from inspector.cli.shared_options import analysed
from inspector.cli.terminal import Screen, printable
from inspector.units import count

if TYPE_CHECKING:
    import socket

    from inspector.live.live_capture import LiveCapture
    from inspector.live.outside_connection import Outside
    from inspector.live.supervised_command import SupervisedCommand

NOT_FOUND = 127
NOT_EXECUTABLE = 126
INTERRUPTED = 130

KEY_LOG = "SSLKEYLOGFILE"
"""The environment variable that names the file to which TLS libraries append their keys."""


@click.command(
    short_help="Run a command and show exactly its traffic.", context_settings={"allow_interspersed_args": False}
)
@click.argument("command", nargs=-1, required=True, metavar="[--] COMMAND [ARGUMENT...]", type=click.UNPROCESSED)
@click.option(
    "--dashboard/--no-dashboard", "has_dashboard", default=None,
    help="Show the traffic in the browser while the command runs, and until Ctrl-C after its end "
    "(default: on a terminal without --record), or print a summary when it ends.",
)  # fmt: skip
@dashboard_options
@record_option
def run(
    command: tuple[str, ...], has_dashboard: bool | None, port: int | None, no_browser: bool, recording: str | None
) -> int:
    """Run COMMAND in a network of its own, and capture everything that it and the processes it starts send.

    Needs no root (Linux). The command has a loopback interface of its own, so no other program's packets are in the
    capture, and ports that are in use elsewhere are free; this machine's own servers cannot be reached. Other machines
    can, if pasta (package passt) or slirp4netns is installed. The packets are saved from the command's first to its
    last, with the processes and file descriptors that hold each connection. SSLKEYLOGFILE is set for the command,
    unless you have set it: the file of TLS keys is in the folder of this run, and its path is printed at the end if the
    command has written any.

    Standard input and output are the command's; Wireglass prints to standard error. The exit status is the command's,
    128 + N if a signal N ended it, 127 if there is no such command. Ctrl-C and other signals go to the command; a
    second one within 3 seconds ends everything. Processes that the command leaves running are ended with it.

    \b
    Examples:
      wireglass run -- pytest tests/
      wireglass run --record out.pcapng -- sh -c 'python3 -m http.server 8000 & sleep 1; curl http://localhost:8000/'
    """
    refusal = _refusal(command[0])
    if refusal:
        status, words = refusal
        _say(f"{command[0]}: {words}")
        return status
    from inspector.cli.signals_to_command import Signals
    from inspector.live.afpacket import ANY
    from inspector.live.live_capture import LiveCapture
    from inspector.live.outside_connection import outside_of
    from inspector.live.private_network import Network
    from inspector.live.recording_paths import new_recording, run_folder
    from inspector.live.supervised_command import SupervisedCommand

    if has_dashboard is None:
        has_dashboard = recording is None and sys.stdin.isatty() and sys.stderr.isatty()
    wanted = new_recording("run", recording) if recording else None
    with contextlib.ExitStack() as stack:
        signals = stack.enter_context(Signals())
        listener = stack.enter_context(listening(port)) if has_dashboard else None
        network = stack.enter_context(Network.create())
        folder = stack.enter_context(run_folder())
        spool, keys = wanted or folder / "packets.pcapng", folder / "tls-keys.txt"
        capture = LiveCapture.start(ANY, spool, with_sockets=True, network=network)
        alarm = Alarm(lambda: capture.troubles)
        try:
            capture.wait_ready()
            capture.wait_watching()
            outside = stack.enter_context(outside_of(capture.pid))
            _say(_network_words(outside))
            with alarm:
                running = SupervisedCommand(network, command, {KEY_LOG: str(keys), **os.environ}, outside.resolv_conf)
                signals.command = running
                if listener:
                    status = _in_the_browser(running, capture, command[0], listener, no_browser)
                else:
                    status = _to_its_end(running)
        finally:
            counters = capture.stop()
        if running.left_running:
            _say(f"Ended processes that the command had left running: {', '.join(running.left_running)}.")
        if counters.dropped:
            _say(f"{count(counters.dropped, 'packet')} were dropped by the kernel.")
        if not listener:
            _summarise(spool)
        finish_recording(spool, err=True)
        if keys.exists() and not keys.stat().st_size:  # the command has TLS, but did not use it
            keys.unlink()
        if keys.exists():
            click.echo(f"TLS keys: {keys}", err=True)
    return status or alarm.look()


def _refusal(program: str) -> tuple[int, str] | None:
    """The exit status and the reason why this program cannot be executed, as shells have them; None if it can."""
    if shutil.which(program):
        return None
    if os.path.dirname(program) and os.path.exists(program):
        return NOT_EXECUTABLE, "is a directory" if os.path.isdir(program) else "Permission denied"
    return NOT_FOUND, "command not found"


def _network_words(outside: Outside) -> str:
    if outside.program:
        return f"The command has a network of its own, with its own loopback; {outside.program} connects it to others."
    return f"The command has a network of its own, with loopback only: {outside.refusal}."


def _to_its_end(command: SupervisedCommand) -> int:
    """Wait for the end of the command, and return its exit status."""
    try:
        return command.wait()
    except KeyboardInterrupt:
        command.kill()
        command.wait()
        return INTERRUPTED


def _in_the_browser(
    command: SupervisedCommand, capture: LiveCapture, name: str, listener: socket.socket, no_browser: bool
) -> int:
    """Show the traffic until Ctrl-C; return the exit status of the command."""
    from web import Session
    from web.session.shown_capture import ShownCapture

    session = Session(
        ShownCapture.of_spool(
            capture.spool,
            os.path.basename(name),
            lambda: capture.statistics,
            troubles=lambda: capture.troubles,
            halt=capture.stop,
        )
    )
    found: list[int] = []

    def follow() -> None:
        found.append(command.wait())
        capture.stop()
        session.halt()
        _say(f"The command ended with status {found[0]}. Ctrl-C ends the dashboard.")

    follower = threading.Thread(target=follow, name="command", daemon=True)
    follower.start()
    with contextlib.suppress(KeyboardInterrupt):
        serve(session, listener, no_browser, err=True)
    is_killed = command.is_running
    if is_killed:
        command.kill()
    follower.join()
    return INTERRUPTED if is_killed else found[0]


def _summarise(spool: Path) -> None:
    """Print the summary of the recording to standard error."""
    from inspector.cli.commands.summary import lines

    with analysed([str(spool)]) as capture:
        click.echo("\n".join(lines(capture, Screen.of(sys.stderr))), err=True)


def _say(text: str) -> None:
    click.echo(f"wireglass: {printable(text)}", err=True)
