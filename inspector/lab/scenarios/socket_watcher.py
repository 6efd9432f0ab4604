"""The socket watcher of a scenario: records the kernel's socket states of the scenario's network.

    python -m inspector.lab.scenarios.socket_watcher NAME --spool FILE --interface lo

It is `inspector.sockets.watcher`, but with the addresses that the capture shows, and it polls more often: a scenario
may last only a hundredth of a second, and has few sockets.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import sys

from inspector.lab.scenarios import SCENARIOS
from inspector.lab.scenarios.link_addresses import Mirror
from inspector.pcap.socket_reports import ReportWriter
from inspector.sockets.holders import End
from inspector.sockets.watcher import Pace, Watcher, serve, wanted_on

FIGURES_EVERY_NS = 50_000_000
PACE = Pace(shortest_seconds=0.001)

NICENESS = 10
"""The scenario has priority: if its processes had to wait on a busy machine, they would retransmit segments that have
long arrived (nice(2))."""


def main() -> int:
    """Run as a program; return the exit status."""
    parser = argparse.ArgumentParser(description="Records the kernel's states of a scenario's sockets.")
    parser.add_argument("name", choices=SCENARIOS)
    parser.add_argument("--spool", required=True, metavar="FILE", help="the recording to add to")
    parser.add_argument("--interface", required=True, metavar="NAME", help="the interface that is captured on")
    options = parser.parse_args()
    os.nice(NICENESS)
    mirror = Mirror(SCENARIOS[options.name])

    def renamed(end: End) -> End:
        local, remote = mirror.names(end.socket.local, end.socket.remote)
        return End(dataclasses.replace(end.socket, local=local, remote=remote), end.holders)

    wanted = wanted_on(options.interface)
    return serve(
        options.interface, lambda: Watcher(ReportWriter(options.spool), wanted, renamed, FIGURES_EVERY_NS), PACE
    )


if __name__ == "__main__":
    sys.exit(main())
