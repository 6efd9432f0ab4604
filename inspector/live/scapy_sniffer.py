"""Live capture with scapy's sniffer sockets, for systems without a packet ring: macOS, BSDs, emulated Linux kernels.

Much slower than the ring. Packets dropped by the system are counted if the system reports them.
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
from inspector.live.packet_source import Counters
from inspector.pcap.formats import SNAPLEN, LinkType
from inspector.pcap.interfaces import Interface
from inspector.pcap.pcapng_writer import NANOSECONDS, SpoolWriter

RECEIVE_BUFFER = 16 << 20
"""The requested size of the socket's receive buffer in bytes; the system may grant less."""

AT_ONCE = 1000
"""Maximum number of packets read at a time, so that other work is not delayed."""

DRAIN_SECONDS = 0.5
"""How long packets are still read after `shut`, in case more keep arriving."""

LINK_TYPES = {"Ether": LinkType.ETHERNET, "Loopback": LinkType.NULL, "IP": LinkType.RAW, "IPv6": LinkType.RAW}
"""The link type by the name of the scapy class with which an interface's packets begin."""


class Sniffer:
    """A capture on one interface through scapy; a `LiveSource`."""

    def __init__(self, name: str, expression: str | None) -> None:
        """Open scapy's socket, which receives packets from then on.

        Raises:
            BadFilter: the expression is invalid.
            CaptureRefused: the system does not permit or support the capture.
        """
        self._socket = _open(name, expression)
        self.written = 0
        self._received = self._dropped = 0
        self._count()
        self._received = self._dropped = 0  # packets counted before the socket was ready are ignored
        self._closing_time = float("inf")
        layer = getattr(self._socket, "LL", None) or getattr(self._socket, "guessed_cls", None)
        link_type = LINK_TYPES.get(getattr(layer, "__name__", ""), LinkType.ETHERNET)
        self.interface = Interface(link_type, SNAPLEN, name, resolution=NANOSECONDS)

    def wait(self, seconds: float) -> None:
        """Wait until there is a packet, at most `seconds`."""
        if not self._buffered():
            self._socket.select([self._socket], seconds)

    def drain(self, spool: SpoolWriter) -> int:
        """Write the available packets, at most `AT_ONCE`, to the spool; returns their number.

        Raises:
            CaptureRefused: no more packets can be captured, for example because the interface no longer exists.
            DiskFull: there is not enough disk space for the spool.
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
        """Stop accepting packets, which is possible only on Linux; elsewhere, `drain` returns nothing more after
        `DRAIN_SECONDS`.
        """
        self._closing_time = time.monotonic() + DRAIN_SECONDS
        endpoint = getattr(self._socket, "ins", None)
        if isinstance(endpoint, socket.socket):
            with contextlib.suppress(OSError):
                bpf.attach(endpoint, bpf.NOTHING)

    def counters(self) -> Counters:
        """The system's packet counters if it has them; otherwise the number of packets read, and no drops."""
        self._count()
        return Counters(max(self._received, self.written + self._dropped), self._dropped)

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()

    def _count(self) -> None:
        if hasattr(self._socket, "get_stats"):  # BPF of macOS and the BSDs: totals
            received, dropped = self._socket.get_stats()
            self._received, self._dropped = received or 0, dropped or 0
        elif hasattr(socket, "AF_PACKET"):  # Linux: counts since the last call
            with contextlib.suppress(OSError, AttributeError):
                raw = self._socket.ins.getsockopt(SOL_PACKET, PACKET_STATISTICS, 8)
                received, dropped = struct.unpack("=II", raw)
                self._received += received
                self._dropped += dropped

    def _buffered(self) -> int:
        """The number of packets that scapy has already read from the system (on macOS and the BSDs, it reads a whole
        buffer at a time).
        """
        return int(self._socket.buffered_frames()) if hasattr(self._socket, "buffered_frames") else 0


def _open(name: str, expression: str | None) -> Any:
    import scapy.arch  # selects this system's sockets
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
