"""The capture process: writes packets of one interface to a spool file until it is told to stop.

    python -m inspector.live.capture_process --spool FILE --interface lo [--filter EXPRESSION] [--only-ports N,N]

`LiveCapture` in live_capture.py starts it, and so do the demo and the scenarios. It writes JSON lines to standard
output: `ready` once packets are being captured, `statistics` at most once a second, `error` before it ends with
status 1. It stops when its standard input ends, and on SIGTERM and SIGINT, and then writes what the kernel still holds.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence

from inspector.errors import InspectorError
from inspector.live.open_source import open_source
from inspector.live.packet_source import LOOPBACK, Counters, LiveSource
from inspector.live.privileges import drop_capabilities
from inspector.pcap.pcapng_writer import JoinedSpool, SpoolWriter

LOOK_UP = 0.1
"""Interval in seconds at which a capture without packets checks whether it should stop."""

STATISTICS_EVERY = 1.0
"""Seconds between two statistics events."""

SPOOL_STATISTICS_EVERY = 10.0
"""Seconds between two statistics blocks in the spool: after a crash, the last statistics are at most this old."""

Say = Callable[[dict[str, object]], None]


class Recorder:
    """Records the packets of a live source into a spool."""

    def __init__(self, source: LiveSource, spool: SpoolWriter, say: Say) -> None:
        self._source = source
        self._spool = spool
        self._say = say
        self._told = Counters()
        self._next_telling = time.monotonic() + STATISTICS_EVERY
        self._next_block = time.monotonic() + SPOOL_STATISTICS_EVERY

    def run(self, stop: threading.Event) -> None:
        """Capture until `stop` is set, then write the packets that are still in the kernel.

        Raises:
            CaptureRefused: the interface no longer exists.
            DiskFull: the disk is nearly full.
            SpoolLost: the spool was deleted or truncated.
        """
        try:
            while not stop.is_set():
                self._source.wait(LOOK_UP)
                self._spool.check()
                self._source.drain(self._spool)
                self._keep_books()
            self._source.shut()
            while self._source.drain(self._spool):
                pass
        finally:
            self._close_books()

    def _keep_books(self) -> None:
        now = time.monotonic()
        if now >= self._next_telling:
            self._next_telling = now + STATISTICS_EVERY
            self._tell(self._source.counters())
        if now >= self._next_block:
            self._next_block = now + SPOOL_STATISTICS_EVERY
            self._write_statistics()

    def _close_books(self) -> None:
        """Report and write the final counters. Every received packet that is not in the spool counts as dropped, by the
        kernel or because the disk was full.
        """
        counters = self._source.counters()
        self._tell(Counters(counters.received, counters.received - self._source.written))
        self._write_statistics()

    def _tell(self, counters: Counters) -> None:
        if counters != self._told:
            self._told = counters
            self._say({"event": "statistics", "received": counters.received, "dropped": counters.dropped})

    def _write_statistics(self) -> None:
        self._spool.write_statistics(time.time_ns(), self._told.received, self._told.dropped)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the capture process; returns its exit status."""
    options = _parser().parse_args(arguments)
    stop = threading.Event()
    _hurry()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        _record(options, stop)
    except InspectorError as error:
        say({"event": "error", "kind": type(error).__name__, "message": str(error)})
        return 1
    return 0


def _hurry() -> None:
    """Raise the scheduling priority of this process if permitted, because a delayed capture loses packets."""
    with contextlib.suppress(OSError, AttributeError):
        os.setpriority(os.PRIO_PROCESS, 0, -10)


def _record(options: argparse.Namespace, stop: threading.Event) -> None:
    source = open_source(options.interface, options.filter, options.only_ports, options.without_ports, options.through)
    try:
        writer = JoinedSpool if options.join else SpoolWriter
        spool = writer(options.spool, source.interface, options.filter or "")
        drop_capabilities()
        try:
            say({"event": "ready", "interface": source.interface.name, "link_type": source.interface.link_type})
            threading.Thread(target=_watch_standard_input, args=(stop,), daemon=True).start()
            Recorder(source, spool, say).run(stop)
        finally:
            spool.close()
    finally:
        source.close()


def say(event: dict[str, object]) -> None:
    """Print an event as a JSON line for the parent process. If the parent is gone, the line is discarded; the capture
    then ends because standard input is closed.
    """
    try:
        print(json.dumps(event), flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _watch_standard_input(stop: threading.Event) -> None:
    """Set `stop` when the parent process ends or closes the standard input of this process."""
    while os.read(0, 4096):
        pass
    stop.set()


def _ports(text: str) -> list[int]:
    return [int(number) for number in text.split(",") if number]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m inspector.live.capture_process", description=__doc__)
    parser.add_argument("--spool", required=True, metavar="FILE", help="the pcapng file to create")
    parser.add_argument("--join", action="store_true", help="add to a spool that another process is writing")
    parser.add_argument(
        "--interface", default=LOOPBACK, metavar="NAME", help="what to capture on (default: %(default)s)"
    )
    parser.add_argument("--filter", metavar="EXPRESSION", help="a filter in tcpdump's language")
    parser.add_argument("--only-ports", type=_ports, default=[], metavar="N,N", help="only TCP from or to these ports")
    parser.add_argument("--without-ports", type=_ports, default=[], metavar="N,N", help="no TCP from or to these ports")
    parser.add_argument("--through", choices=("auto", "ring", "scapy"), default="auto", help="how to capture")
    return parser


if __name__ == "__main__":
    sys.exit(main())
