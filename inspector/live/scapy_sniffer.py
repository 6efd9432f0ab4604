"""Live capture by scapy's sniffer sockets, where there is no packet ring: macOS, the BSDs, emulated Linux kernels.

Slower than the ring by far. What the system drops on the way is counted where it says so.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import time
from typing import Any

from inspector.errors import BadFilter, CaptureRefused
from inspector.live import bpf
from inspector.live.afpacket import PACKET_IGNORE_OUTGOING, PACKET_STATISTICS, SOL_PACKET
from inspector.live.source import Counters
from inspector.pcap.formats import SNAPLEN, LinkType
from inspector.pcap.interfaces import Interface
from inspector.pcap.pcapng_writer import NANOSECONDS, SpoolWriter

RECEIVE_BUFFER = 16 << 20
"""Bytes of socket buffer asked for; the system may give less."""

AT_ONCE = 1000
"""Packets read at a time, before other work gets its turn."""

DRAIN_SECONDS = 0.5
"""How long packets are still read after the end, where others keep coming."""

LINK_TYPES = {"Ether": LinkType.ETHERNET, "Loopback": LinkType.NULL, "IP": LinkType.RAW, "IPv6": LinkType.RAW}
"""By the name of the scapy class that an interface's packets begin with."""


class Sniffer:
    """A capture on one interface, a `LiveSource`."""

    def __init__(self, name: str, expression: str | None) -> None:
        """Open scapy's socket; it receives from now on.

        Raises:
            BadFilter: the expression is wrong.
            CaptureRefused: the system does not let us.
        """
        self._socket = _open(name, expression)
        self.written = 0
        self._received = self._dropped = 0
        self._count()
        self._received = self._dropped = 0  # what came before the socket was ready for it concerns nobody
        self._closing_time = float("inf")
        layer = getattr(self._socket, "LL", None) or getattr(self._socket, "guessed_cls", None)
        link_type = LINK_TYPES.get(getattr(layer, "__name__", ""), LinkType.ETHERNET)
        self.interface = Interface(link_type, SNAPLEN, name, resolution=NANOSECONDS)

    def wait(self, seconds: float) -> None:
        """Return when there is a packet, or after so long."""
        if not self._buffered():
            self._socket.select([self._socket], seconds)

    def drain(self, spool: SpoolWriter) -> int:
        """Write available packets, a limited number at a time, to the spool; returns their number.

        Raises:
            CaptureRefused: the interface is gone.
            DiskFull: the spool cannot take them.
        """
        before = self.written
        if time.monotonic() > self._closing_time:
            return 0
        try:
            self._read(spool, before)
        except OSError as error:
            spool.flush()
            raise CaptureRefused(
                f"Nothing more can be captured on {self.interface.name}: {error.strerror}. The capture ends here; what "
                "was captured is whole."
            ) from error
        spool.flush()
        return self.written - before

    def _read(self, spool: SpoolWriter, before: int) -> None:
        while self.written - before < AT_ONCE and (self._buffered() or self._socket.select([self._socket], 0)):
            _, data, seconds = self._socket.recv_raw(SNAPLEN)
            if data:
                time_ns = int(seconds * 1_000_000_000) if seconds else time.time_ns()
                spool.packet(time_ns, bytes(data), len(data))
                self.written += 1

    def shut(self) -> None:
        """Stop accepting packets if possible (Linux); elsewhere drain for a moment only."""
        self._closing_time = time.monotonic() + DRAIN_SECONDS
        endpoint = getattr(self._socket, "ins", None)
        if isinstance(endpoint, socket.socket):
            with contextlib.suppress(OSError):
                bpf.attach(endpoint, bpf.NOTHING)

    def counters(self) -> Counters:
        """The system's counters where it has them; otherwise what was delivered, and no drops known."""
        self._count()
        return Counters(max(self._received, self.written + self._dropped), self._dropped)

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()

    def _count(self) -> None:
        if hasattr(self._socket, "get_stats"):  # BPF of macOS and the BSDs: sums
            received, dropped = self._socket.get_stats()
            self._received, self._dropped = received or 0, dropped or 0
        elif hasattr(socket, "AF_PACKET"):  # Linux: since the last time
            with contextlib.suppress(OSError, AttributeError):
                raw = self._socket.ins.getsockopt(SOL_PACKET, PACKET_STATISTICS, 8)
                received, dropped = struct.unpack("=II", raw)
                self._received += received
                self._dropped += dropped

    def _buffered(self) -> int:
        """Packets that scapy has read already (it reads them by the buffer on macOS and the BSDs)."""
        return int(self._socket.buffered_frames()) if hasattr(self._socket, "buffered_frames") else 0


def _open(name: str, expression: str | None) -> Any:
    import scapy.arch  # chooses this system's sockets
    import scapy.layers.all  # noqa: F401  (tells scapy the link types)
    from scapy.config import conf
    from scapy.error import Scapy_Exception
    from scapy.interfaces import resolve_iface

    try:
        opened = conf.L2listen(iface=resolve_iface(name), filter=expression, promisc=False)
    except Scapy_Exception as error:
        if expression and "filter" in str(error):
            raise BadFilter(f"The capture filter “{expression}” cannot be used here: {error}") from error
        raise CaptureRefused(f"scapy cannot capture on {name}: {error}") from error
    except (OSError, ValueError, ImportError) as error:
        raise CaptureRefused(f"scapy cannot capture on {name}: {error}") from error
    endpoint = getattr(opened, "ins", None)
    if isinstance(endpoint, socket.socket):
        with contextlib.suppress(OSError):
            endpoint.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
            if name == "lo":
                endpoint.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
    return opened
