"""The socket watcher process: records the kernel's socket states into the recording of a capture process.

    python -m inspector.sockets.watcher --spool FILE --interface lo [--filter EXPRESSION] [--only-ports N,N]

It looks ten times a second, and besides at the moments when packets open or close something. It says `ready` on
standard output, or an `error`, in JSON lines, and ends when its standard input does.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import select
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from inspector.errors import InspectorError
from inspector.live.afpacket import ANY
from inspector.live.bpf import compile_filter
from inspector.pcap.formats import LinkType
from inspector.pcap.socket_reports import ReportWriter
from inspector.sockets.changes import FIGURES_EVERY_NS, Changes
from inspector.sockets.filtered_sockets import FilteredSockets
from inspector.sockets.holders import End
from inspector.sockets.snapshot import Surveyor, own_namespace
from inspector.sockets.wakeup_socket import WakeupSocket

LOOK_SECONDS = 0.1
"""Interval in seconds between surveys while no connection opens or closes."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Limits how soon one survey may follow another."""

    shortest_seconds: float = 0.005
    busy_share: int = 4
    """Surveys take at most 1/`busy_share` of a processor's time: with many sockets, they are less frequent."""

    def rest(self, took_seconds: float) -> float:
        """Minimum seconds to wait after a survey that took `took_seconds`."""
        return max(self.shortest_seconds, self.busy_share * took_seconds)


UNOBTRUSIVE = Pace()

STDIN = 0

Wanted = Callable[[End], bool]
Renamed = Callable[[End], End]


def wanted_on(interface: str, only: Sequence[int] = (), without: Sequence[int] = ()) -> Wanted:
    """A function that says whether a socket concerns a capture on this interface and of these ports."""
    is_loopback = interface.startswith("lo")

    def is_wanted(end: End) -> bool:
        local, remote = end.socket.local, end.socket.remote
        ports = {int(endpoint.rpartition(":")[2]) for endpoint in (local, remote)} - {0}
        if (only and not ports & set(only)) or ports & set(without):
            return False
        return interface == ANY or _is_anywhere(local) or _stays_inside(local, remote) == is_loopback

    return is_wanted


def _is_anywhere(local: str) -> bool:
    return local.startswith(("0.0.0.0:", "[::]:"))


def _stays_inside(local: str, remote: str) -> bool:
    """Whether packets between these sockets go over the loopback interface, as they also do if both sockets have the
    same external address.
    """
    host = local.rpartition(":")[0]
    return host.startswith("127.") or host == "[::1]" or host == remote.rpartition(":")[0]


class Watcher:
    """Surveys the sockets, and writes reports of what has changed to a recording."""

    def __init__(
        self,
        writer: ReportWriter,
        wanted: Wanted,
        renamed: Renamed | None = None,
        figures_every_ns: int = FIGURES_EVERY_NS,
    ) -> None:
        """`renamed` replaces the endpoints of a socket with those that the packets in the recording have, if they
        differ.
        """
        self._writer = writer
        self._wanted = wanted
        self._renamed = renamed
        self._surveyor = Surveyor()
        self._changes = Changes(own_namespace(), figures_every_ns)

    def look(self) -> float:
        """Write reports of what changed since the last call; returns the seconds that the survey took."""
        began_ns, began = time.time_ns(), time.monotonic_ns()
        ends = self._surveyor.look()
        took_ns = time.monotonic_ns() - began
        wanted = filter(self._wanted, ends)
        reports = self._changes.since(map(self._renamed, wanted) if self._renamed else wanted, began_ns, took_ns)
        self._writer.write(*reports)
        return took_ns / 1e9


def run(watcher: Watcher, wakeup: WakeupSocket | None, pace: Pace) -> None:
    """Survey the sockets until standard input ends."""
    while True:
        rest = pace.rest(watcher.look())
        if _is_over(rest):
            return
        if wakeup:
            wakeup.wait(max(0.0, LOOK_SECONDS - rest))
        elif _is_over(max(0.0, LOOK_SECONDS - rest)):
            return


def _is_over(seconds: float) -> bool:
    """Wait for at most `seconds`; returns whether standard input has ended."""
    ready, _, _ = select.select([STDIN], [], [], seconds)
    return bool(ready) and not os.read(STDIN, 4096)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the watcher process; returns its exit status."""
    options = _parser().parse_args(arguments)
    wanted = wanted_on(options.interface, options.only_ports, options.without_ports)

    def make() -> Watcher:
        passes = filtered(options.filter, options.link_type, options.interface) if options.filter else None
        return Watcher(ReportWriter(options.spool), (lambda end: wanted(end) and passes(end)) if passes else wanted)

    return serve(options.interface, make)


def filtered(expression: str, link_type: int, interface: str) -> Wanted:
    """A function that says whether a capture filter concerns a socket."""
    sockets = FilteredSockets(compile_filter(expression, link_type, interface), link_type)
    return lambda end: sockets.concern(end.socket.local, end.socket.remote)


def serve(interface: str, make: Callable[[], Watcher], pace: Pace = UNOBTRUSIVE) -> int:
    """Survey the sockets regularly, and also when connections on this interface open or close, until standard input
    ends; returns the exit status.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process ends with its standard input, after a last survey
    wakeup = None
    with contextlib.suppress(InspectorError):  # without it, there are only the ten surveys per second
        wakeup = WakeupSocket(interface)
    try:
        watcher = make()
        watcher.look()
        _say({"event": "ready"})
        run(watcher, wakeup, pace)
        watcher.look()
    except InspectorError as error:
        _say({"event": "error", "message": str(error)})
        return 1
    return 0


def _say(event: dict[str, str]) -> None:
    with contextlib.suppress(BrokenPipeError):
        print(json.dumps(event), flush=True)


def _ports(text: str) -> list[int]:
    return [int(number) for number in text.split(",") if number]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m inspector.sockets.watcher", description=__doc__)
    parser.add_argument("--spool", required=True, metavar="FILE", help="the recording to add to")
    parser.add_argument("--interface", required=True, metavar="NAME", help="the interface that is captured on")
    parser.add_argument("--only-ports", type=_ports, default=[], metavar="N,N", help="only sockets of these ports")
    parser.add_argument("--filter", metavar="EXPRESSION", help="only sockets that this capture filter concerns")
    parser.add_argument("--link-type", type=int, default=LinkType.ETHERNET, metavar="N", help="of the packets filtered")
    parser.add_argument("--without-ports", type=_ports, default=[], metavar="N,N", help="no sockets of these ports")
    return parser


if __name__ == "__main__":
    sys.exit(main())
