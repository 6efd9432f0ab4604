"""The interface of a live packet source."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from inspector.pcap.interfaces import Interface
from inspector.pcap.pcapng_writer import SpoolWriter


@dataclass(frozen=True, slots=True)
class Counters:
    """Packets since the capture began.

    `received` passed the filter, `dropped` of them found no room before they could be read: the rest is in the spool.
    """

    received: int = 0
    dropped: int = 0


class LiveSource(Protocol):
    """An open capture on one interface."""

    interface: Interface
    written: int
    """Packets written to the spool."""

    def wait(self, seconds: float) -> None:
        """Return when there are packets, or after so long."""

    def drain(self, spool: SpoolWriter) -> int:
        """Write the available packets to the spool, without waiting; returns their number.

        Raises:
            CaptureRefused: the interface is gone.
            DiskFull: the spool cannot take them.
        """

    def shut(self) -> None:
        """Stop accepting packets; `drain` returns those that came before."""

    def counters(self) -> Counters:
        """The system's packet counters."""

    def close(self) -> None:
        """Close the source."""
