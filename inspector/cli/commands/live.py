"""`wireglass live [IFACE]`: the dashboard on live traffic."""

from __future__ import annotations

from contextlib import nullcontext

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
from inspector.cli.shared_options import capture_filter_option, interface_argument, network_options
from inspector.engine.read_options import ReadOptions


@click.command(short_help="Live traffic of an interface in the browser.")
@interface_argument
@capture_filter_option
@click.option(
    "--netns", metavar="PID|NAME",
    help="Capture in the network of this process, for example of a container, or in the one that `ip netns` lists "
    "under this name (Linux; needs root, or a network of your own).",
)  # fmt: skip
@network_options
@dashboard_options
@record_option
def live(
    interface: str | None,
    capture_filter: str | None,
    netns: str | None,
    port: int | None,
    no_browser: bool,
    recording: str | None,
    options: ReadOptions,
) -> int:
    """Capture on IFACE (default: loopback) and show the traffic in the browser as it arrives.

    The packets are saved to a pcapng file, whose path is printed at the end. The dashboard's own traffic is left out.
    Ctrl-C ends it. The exit status is then 0, or 1 if the capture had ended by itself.

    \b
    Examples:
      wireglass live
      wireglass live eth0 -f 'tcp port 80'
      sudo wireglass live --netns $(docker inspect -f '{{.State.Pid}}' CONTAINER)
    """
    from inspector.live.live_capture import LiveCapture
    from inspector.live.packet_source import LOOPBACK
    from inspector.live.private_network import Network
    from inspector.live.recording_paths import new_recording
    from web import Session

    name = interface or LOOPBACK
    status = 0
    with (
        listening(port) as listener,
        ends_on_sigterm(),
        Network.find(netns) if netns else nullcontext() as network,
    ):
        spool = new_recording("live", recording)
        own_ports = [] if network else [listener.getsockname()[1]]  # the dashboard is in the network of this process
        capture = LiveCapture.start(
            name, spool, filter=capture_filter, without_ports=own_ports, with_sockets=True, network=network
        )
        alarm = Alarm(lambda: capture.troubles)
        try:
            capture.wait_ready()
            shown = f"{name} of {netns}" if netns else name
            session = Session.of_spool(
                spool, shown, lambda: capture.statistics, troubles=lambda: capture.troubles, options=options
            )
            with alarm:
                serve(session, listener, no_browser)
        finally:
            capture.stop()
            finish_recording(spool)
            status = alarm.look()
    return status
