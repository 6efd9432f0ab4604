"""`wireglass demo`: demo servers, a live capture of their traffic and the dashboard."""

from __future__ import annotations

import click

from inspector.cli.ended_process_alarm import Alarm
from inspector.cli.serve_dashboard import (
    dashboard_options,
    ends_on_sigterm,
    finish_recording,
    listening,
    record_option,
    serve,
)
from inspector.cli.terminal import printable
from inspector.errors import LabError


@click.command(short_help="Demo servers, a live capture and the dashboard.")
@dashboard_options
@record_option
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
    from inspector.live.packet_source import Counters
    from inspector.live.recording_paths import new_recording
    from web import Session

    status = 0
    with listening(port) as listener, ends_on_sigterm():
        spool = new_recording("demo", recording)
        try:
            lab = Lab.start(spool)
        except LabError as refused:
            click.echo(f"wireglass: {printable(str(refused))}", err=True)
            click.echo("Replaying a recorded demo instead; its buttons do nothing.", err=True)
            serve(Session.of_replay(demo_recording()), listener, no_browser)
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
                serve(session, listener, no_browser)
        finally:
            lab.stop()
            finish_recording(spool)
            status = alarm.look()
    return status
