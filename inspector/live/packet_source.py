"""The protocol that every live packet source implements, and the interface that is captured by default."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Protocol

from inspector.pcap.interfaces import Interface
from inspector.pcap.pcapng_writer import SpoolWriter

LOOPBACK = "lo" if sys.platform == "linux" else "lo0"
"""The usual name of the loopback interface on this system."""


@dataclass(frozen=True, slots=True)
class Counters:
    """Packet counts since the capture began.

    `received` packets passed the filter; `dropped` of these were lost for lack of room before they could be read. All
    others are in the spool.
    """

    received: int = 0
    dropped: int = 0


class LiveSource(Protocol):
    """An open capture on one interface."""

    interface: Interface
    written: int
    """The number of packets written to the spool."""

    def wait(self, seconds: float) -> None:
        """Wait until there are packets, at most `seconds`."""

    def drain(self, spool: SpoolWriter) -> int:
        """Write the available packets to the spool, without waiting; returns their number.

        Raises:
            CaptureRefused: the interface no longer exists.
            DiskFull: there is not enough disk space for the spool.
        """

    def shut(self) -> None:
        """Stop accepting packets; `drain` still writes those that arrived before."""

    def counters(self) -> Counters:
        """The system's packet counters."""

    def close(self) -> None:
        """Close the source."""
