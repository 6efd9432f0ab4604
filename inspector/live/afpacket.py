"""Live capture on Linux: an AF_PACKET socket whose packets the kernel writes into a memory-mapped ring (TPACKET_V3).

The kernel fills one block of the ring after another and hands each over when it is full or its timeout has passed. This
module converts the block to pcapng in one go and returns it to the kernel. While no block is free, the kernel drops
packets and counts them. See Documentation/networking/packet_mmap.rst of the kernel.
"""

from __future__ import annotations

import ctypes
import errno
import mmap
import os
import select
import shlex
import socket
import struct
import sys

from inspector.errors import CaptureRefused
from inspector.live import bpf
from inspector.live.packet_source import LOOPBACK, Counters
from inspector.live.ring_blocks import BlockConverter
from inspector.pcap.formats import SNAPLEN, LinkType
from inspector.pcap.interfaces import Interface
from inspector.pcap.pcapng_writer import NANOSECONDS, SpoolWriter

BLOCK_BYTES = 1 << 20
"""Bytes per block. A packet must fit into one block, and the kernel's longest segments are 512 KiB."""

BLOCKS = 64
"""Number of blocks in the ring (64 MiB). With little traffic, the kernel hands over a block every BLOCK_TIMEOUT_MS even
if it is almost empty, so this also limits how long the capture process may be kept from running before packets are lost
(64 * 30 ms)."""

FEWEST_BLOCKS = 8
"""The minimum number of blocks: if the kernel does not have enough memory for the ring, half as many are requested,
down to this number."""

BLOCK_TIMEOUT_MS = 30
"""The maximum time that a packet waits in the ring for further packets."""

SOL_PACKET = 263
PACKET_RX_RING = 5
PACKET_STATISTICS = 6
PACKET_VERSION = 10
PACKET_IGNORE_OUTGOING = 23
TPACKET_V3 = 2
FRAME_BYTES = 2048
"""The frame size, which TPACKET_V3 requires but does not use: each packet takes as many bytes as it needs."""

ETH_P_ALL = 3
NAME_BYTES = 16
"""IFNAMSIZ: the maximum length of an interface's name, including the terminating zero (<linux/if.h>)."""
SIOCGIFHWADDR = 0x8927
TP_STATUS_USER = 1

ANY = "any"
"""The name that means all interfaces together, as in tcpdump."""

ARPHRD_LOOPBACK = 772
LINK_TYPES = {
    1: LinkType.ETHERNET,
    ARPHRD_LOOPBACK: LinkType.ETHERNET,
    519: LinkType.RAW,  # ARPHRD_RAWIP: mobile broadband
    65534: LinkType.RAW,  # ARPHRD_NONE: TUN, WireGuard
    801: LinkType.IEEE802_11,
    803: LinkType.RADIOTAP,
}
"""The link type by the kernel's hardware type of the interface (<linux/if_arp.h>)."""


_NOT_PERMITTED = (
    "This user may not open packet sockets (it takes CAP_NET_RAW). Run it with sudo; or let this Python, and with it "
    "every program it runs, capture: sudo setcap cap_net_raw+ep {python}"
)


class RingUnavailable(CaptureRefused):
    """Packet sockets or their ring are not available, for example on an emulated kernel; another capture method may
    work.
    """


class PacketRing:
    """A capture on one interface through a packet ring; a `LiveSource`."""

    def __init__(self, name: str, blocks: int = BLOCKS) -> None:
        """Open the socket and create its ring; packets are received only after `start`.

        Raises:
            CaptureRefused: there is no such interface, no permission, or no support for the interface's link type.
            RingUnavailable: this kernel does not support TPACKET_V3.
        """
        self._is_any = name == ANY
        self._socket = open_packet_socket(self._is_any)
        self._received = self._dropped = 0
        self._next = self._index = 0
        self.written = 0
        try:
            link_type, skips_outgoing_of = self._link(name)
            self.interface = Interface(link_type, SNAPLEN, name, resolution=NANOSECONDS)
            self._blocks = _make_ring(self._socket, blocks)
            self._ring = mmap.mmap(self._socket.fileno(), self._blocks * BLOCK_BYTES)
        except BaseException:
            self._socket.close()
            raise
        self._view = memoryview(self._ring)
        self._buffer = memoryview(bytearray(BLOCK_BYTES))
        has_tags = link_type == LinkType.ETHERNET
        self._converter = BlockConverter(self._view, self._buffer, skips_outgoing_of, has_tags, self._is_any)
        self._poll = select.poll()
        self._poll.register(self._socket.fileno(), select.POLLIN | select.POLLERR)

    def start(self, program: bpf.Program | None) -> None:
        """Start receiving the packets that the filter program accepts; without a program (None), all packets.

        Raises:
            CaptureRefused: the interface is down, or the kernel rejects the program.
        """
        try:
            if program:
                bpf.attach(self._socket, program)
        except OSError as error:
            raise CaptureRefused(
                f"The kernel rejects this capture filter ({error.strerror}): it is too long, or has a loop, as "
                "protochain does. Capture more, and filter in the dashboard."
            ) from error
        try:
            self._index = bind(self._socket, self.interface.name)
        except OSError as error:
            raise _refusal(error, self.interface.name) from error

    @property
    def ring_bytes(self) -> int:
        """The size of the ring in bytes."""
        return self._blocks * BLOCK_BYTES

    def wait(self, seconds: float) -> None:
        """Wait until the kernel has handed over a block, at most `seconds`."""
        self._poll.poll(seconds * 1000)

    def drain(self, spool: SpoolWriter) -> int:
        """Write the packets of all blocks that were handed over, at most as many as the ring has, to the spool; returns
        the number of packets.

        Raises:
            CaptureRefused: the interface no longer exists.
            DiskFull: there is not enough disk space for the spool.
        """
        before = self.written
        for _ in range(self._blocks):
            block = self._next * BLOCK_BYTES
            (status,) = struct.unpack_from("=I", self._view, block + 8)
            if not status & TP_STATUS_USER:
                break
            end = self._converter.convert(block)
            if end:
                spool.write(self._buffer[:end])
                self.written = self._converter.packets
            struct.pack_into("=I", self._view, block + 8, 0)  # TP_STATUS_KERNEL: returned to the kernel
            self._next = (self._next + 1) % self._blocks
        self._check()
        return self.written - before

    def shut(self) -> None:
        """Stop accepting packets, then wait for the kernel to complete the block that it is filling."""
        bpf.attach(self._socket, bpf.NOTHING)
        select.poll().poll(2 * BLOCK_TIMEOUT_MS)

    def counters(self) -> Counters:
        """The totals of the kernel's packet counters, which it resets each time they are read.

        Outgoing packets that were left out by the converter are not counted as received.
        """
        raw = self._socket.getsockopt(SOL_PACKET, PACKET_STATISTICS, 12)
        received, dropped = struct.unpack_from("=II", raw)
        self._received += received
        self._dropped += dropped
        return Counters(self._received - self._converter.left_out, self._dropped)

    def close(self) -> None:
        """Close the ring and the socket."""
        self._converter.release()
        self._view.release()
        self._ring.close()
        self._socket.close()

    def _link(self, name: str) -> tuple[int, int]:
        """The link type, and the index of the interface whose outgoing packets are to be left out; 0 for none."""
        if self._is_any:
            return LinkType.SLL2, socket.if_nametoindex(LOOPBACK)
        hardware = _hardware_type(self._socket, name)
        is_doubled = hardware == ARPHRD_LOOPBACK and not self._ignore_outgoing()
        return LINK_TYPES[hardware], socket.if_nametoindex(name) if is_doubled else 0

    def _ignore_outgoing(self) -> bool:
        """Ask the kernel not to deliver outgoing packets; returns False if it cannot do that (before Linux 4.20)."""
        try:
            self._socket.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
        except OSError:
            return False
        return True

    def _check(self) -> None:
        """Check that the interface still exists; one that is down may come up again.

        Raises:
            CaptureRefused: the interface no longer exists.
        """
        code = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if not code or self._is_any:
            return
        try:
            socket.if_indextoname(self._index)  # not by name, since another interface may have the name by now
        except OSError as error:
            raise CaptureRefused(
                f"The interface {self.interface.name} is gone. The capture ends here; what was captured is complete."
            ) from error


def open_packet_socket(is_cooked: bool = False) -> socket.socket:
    """An AF_PACKET socket that receives nothing yet; a cooked one gets packets without their link-layer headers.

    Raises:
        CaptureRefused: this user is not permitted to open one.
        RingUnavailable: this system has no packet sockets, or they do not work.
    """
    if not hasattr(socket, "AF_PACKET"):
        raise RingUnavailable("This system has no packet sockets (only Linux has them).")
    try:
        return socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM if is_cooked else socket.SOCK_RAW, 0)
    except PermissionError as error:
        raise CaptureRefused(_NOT_PERMITTED.format(python=shlex.quote(os.path.realpath(sys.executable)))) from error
    except OSError as error:
        raise RingUnavailable(f"Packet sockets do not work here: {error.strerror}.") from error


def bind(endpoint: socket.socket, name: str) -> int:
    """Bind the socket so that it receives all packets of this interface; returns the index of the interface, 0 for all
    interfaces together.

    Raises:
        OSError: there is no such interface, or it is down.
    """
    try:
        index = 0 if name == ANY else socket.if_nametoindex(name)
    except OSError as error:
        raise OSError(errno.ENODEV, f"there is no interface {name}") from error
    place = struct.pack("=HHiHBB8s", socket.AF_PACKET, socket.htons(ETH_P_ALL), index, 0, 0, 0, b"")
    # Python's own bind requires an interface name, but there is none for all interfaces together.
    if ctypes.CDLL(None, use_errno=True).bind(endpoint.fileno(), place, len(place)):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return index


def _hardware_type(endpoint: socket.socket, name: str) -> int:
    """The kernel's hardware type of an interface, which is one of LINK_TYPES.

    Raises:
        CaptureRefused: there is no such interface, or the link-layer header of its packets is not supported.
    """
    import fcntl  # no such module on Windows, where this is never reached

    if len(name.encode()) >= NAME_BYTES:
        raise _refusal(OSError(errno.ENODEV, "no such device"), name)
    try:
        result = fcntl.ioctl(endpoint.fileno(), SIOCGIFHWADDR, struct.pack("40s", name.encode()))
    except OSError as error:
        raise _refusal(error, name) from error
    (hardware,) = struct.unpack_from("=H", result, 16)
    if hardware not in LINK_TYPES:
        raise CaptureRefused(
            f"Packets of {name} (hardware type {hardware}) have a header that cannot be decoded live. Capture them "
            "with "
            f"“tcpdump -i {name} -w FILE” and open the file."
        )
    return int(hardware)


def _make_ring(endpoint: socket.socket, blocks: int) -> int:
    """Create the ring, with fewer blocks if the kernel does not have enough memory; returns the number of blocks.

    Raises:
        RingUnavailable: this kernel cannot create a ring.
    """
    try:
        endpoint.setsockopt(SOL_PACKET, PACKET_VERSION, TPACKET_V3)
        while True:
            frames = blocks * BLOCK_BYTES // FRAME_BYTES
            request = struct.pack("=7I", BLOCK_BYTES, blocks, FRAME_BYTES, frames, BLOCK_TIMEOUT_MS, 0, 0)
            try:
                endpoint.setsockopt(SOL_PACKET, PACKET_RX_RING, request)
            except OSError as error:
                if error.errno != errno.ENOMEM or blocks <= FEWEST_BLOCKS:
                    raise
                blocks //= 2
            else:
                return blocks
    except OSError as error:
        raise RingUnavailable(f"This kernel cannot create a packet ring: {error.strerror}.") from error


def _refusal(error: OSError, name: str) -> CaptureRefused:
    if error.errno in (errno.ENODEV, errno.ENXIO):
        known = ", ".join(interface for _, interface in socket.if_nameindex())
        return CaptureRefused(f"There is no interface {name} here; there are: {known}, and {ANY} for all of them.")
    if error.errno == errno.ENETDOWN:
        return CaptureRefused(f"The interface {name} is down; “ip link set {name} up” brings it up.")
    return CaptureRefused(f"The kernel does not capture on {name}: {error.strerror}.")
