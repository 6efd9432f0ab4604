"""`wireglass record OUT [IFACE]`: capture to pcapng, without a dashboard."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from inspector.cli.ended_process_alarm import Alarm
from inspector.cli.shared_options import capture_filter_option, interface_argument
from inspector.cli.terminal import Screen
from inspector.units import count, size

if TYPE_CHECKING:
    from inspector.live.live_capture import LiveCapture

LOOK_EVERY_SECONDS = 0.25
"""Interval at which the progress is shown and the capture process is checked."""


@click.command(short_help="Capture to a file, without a dashboard.")
@click.argument("out", type=click.Path(path_type=str))
@interface_argument
@capture_filter_option
@click.option("--duration", type=click.FloatRange(min=0, min_open=True), metavar="S", help="Stop after S seconds.")
def record(out: str, interface: str | None, capture_filter: str | None, duration: float | None) -> int:
    """Capture on IFACE (default: loopback) to the new pcapng file OUT.

    Ctrl-C ends it cleanly: the file then holds every packet that the kernel delivered, and the kernel's count of
    dropped packets.

    \b
    Examples:
      wireglass record trace.pcapng
      wireglass record trace.pcapng eth0 -f 'host 192.0.2.7' --duration 60
    """
    from inspector.live.live_capture import LiveCapture
    from inspector.live.packet_source import LOOPBACK
    from inspector.live.recording_paths import new_recording

    name = interface or LOOPBACK
    spool = new_recording("record", out)
    with _told_to_stop() as stop:
        capture = LiveCapture.start(name, spool, filter=capture_filter, with_sockets=True)
        alarm = Alarm(lambda: capture.troubles)
        try:
            capture.wait_ready()
            click.echo(f"Capturing on {name} to {out}; Ctrl-C ends it.", err=True)
            with alarm:
                _watch(capture, stop, duration)
        finally:
            counters = capture.stop()
    status = alarm.look()
    if capture.error:
        return status
    written = count(counters.received - counters.dropped, "packet")
    click.echo(f"{written} in {out} ({size(spool.stat().st_size)}), {counters.dropped:,} dropped.", err=True)
    return status


@contextmanager
def _told_to_stop() -> Iterator[threading.Event]:
    """An event that SIGINT (Ctrl-C) and SIGTERM set, instead of running their usual handlers."""
    stop = threading.Event()
    before = [(number, signal.signal(number, lambda *_: stop.set())) for number in (signal.SIGINT, signal.SIGTERM)]
    try:
        yield stop
    finally:
        for number, handler in before:
            signal.signal(number, handler)


def _watch(capture: LiveCapture, stop: threading.Event, duration: float | None) -> None:
    """Wait until the capture ends; on a terminal, show the number of packets so far."""
    screen = Screen.of(sys.stderr)
    end = time.monotonic() + duration if duration else float("inf")
    while not stop.wait(min(LOOK_EVERY_SECONDS, max(0.0, end - time.monotonic()))):
        if time.monotonic() >= end or not capture.is_running:
            break
        if screen.width is not None:
            so_far = capture.statistics
            text = f"{count(so_far.received, 'packet')}, {so_far.dropped:,} dropped"
            click.echo("\r\033[K" + screen.paint(text, "dim"), err=True, nl=False)
    if screen.width is not None:
        click.echo("\r\033[K", err=True, nl=False)
