"""Live capture on Linux: an AF_PACKET socket whose packets the kernel writes into a ring that we map (TPACKET_V3).

The kernel fills one block of the ring after another and hands each over when it is full or has waited long enough; we
convert it to pcapng in one go and give it back. While all blocks are ours or full, the kernel drops packets, and counts
them. See Documentation/networking/packet_mmap.rst of the kernel.
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
from inspector.live.ring_blocks import BlockConverter
from inspector.live.source import Counters
from inspector.pcap.formats import SNAPLEN, LinkType
from inspector.pcap.interfaces import Interface
from inspector.pcap.pcapng_writer import NANOSECONDS, SpoolWriter

BLOCK_BYTES = 1 << 20
"""Bytes of a block. A packet has to fit into one: the kernel's longest segments are 512 KiB."""

BLOCKS = 64
"""Blocks in the ring, 64 MiB. With little traffic a block is handed over every BLOCK_TIMEOUT_MS however empty it is, so
this is also how long we may be kept from running (64 * 30 ms) before packets are lost."""

FEWEST_BLOCKS = 8
"""Where the kernel has not enough memory for the ring we ask for half as much, down to this."""

BLOCK_TIMEOUT_MS = 30
"""How long a packet may wait in the ring for others."""

SOL_PACKET = 263
PACKET_RX_RING = 5
PACKET_STATISTICS = 6
PACKET_VERSION = 10
PACKET_IGNORE_OUTGOING = 23
TPACKET_V3 = 2
FRAME_BYTES = 2048
"""A number that TPACKET_V3 wants and does not use: packets take what they need."""

ETH_P_ALL = 3
NAME_BYTES = 16
"""IFNAMSIZ: an interface's name and the zero behind it (<linux/if.h>)."""
SIOCGIFHWADDR = 0x8927
TP_STATUS_USER = 1

ANY = "any"
"""Name that stands for all interfaces together, as in tcpdump."""

LOOPBACK = "lo"
ARPHRD_LOOPBACK = 772
LINK_TYPES = {
    1: LinkType.ETHERNET,
    ARPHRD_LOOPBACK: LinkType.ETHERNET,
    519: LinkType.RAW,  # ARPHRD_RAWIP: mobile broadband
    65534: LinkType.RAW,  # ARPHRD_NONE: TUN, WireGuard
    801: LinkType.IEEE802_11,
    803: LinkType.RADIOTAP,
}
"""Link-layer header by the kernel's hardware type of the interface (<linux/if_arp.h>)."""


_NOT_PERMITTED = (
    "This user may not open packet sockets (it takes CAP_NET_RAW). Run it with sudo; or let this Python, and with it "
    "every program it runs, capture: sudo setcap cap_net_raw+ep {python}"
)


class RingUnavailable(CaptureRefused):
    """AF_PACKET is there but its ring is not (an emulated kernel, for one): another way of capturing may do."""


class PacketRing:
    """A capture on one interface, a `LiveSource`."""

    def __init__(self, name: str, blocks: int = BLOCKS) -> None:
        """Open the socket and make its ring; packets come after `start`.

        Raises:
            CaptureRefused: no such interface, no permission, or an interface whose packets we cannot read.
            RingUnavailable: this kernel has no TPACKET_V3.
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
        """Let packets in that the filter program passes; None passes all.

        Raises:
            CaptureRefused: the interface is down, or the kernel refuses the program.
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
        """How much the ring holds."""
        return self._blocks * BLOCK_BYTES

    def wait(self, seconds: float) -> None:
        """Return when a block is ours, or after so long."""
        self._poll.poll(seconds * 1000)

    def drain(self, spool: SpoolWriter) -> int:
        """Write the packets of all completed blocks, at most one ring full, to the spool; returns their number.

        Raises:
            CaptureRefused: the interface is gone.
            DiskFull: the spool cannot take them.
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
            struct.pack_into("=I", self._view, block + 8, 0)  # TP_STATUS_KERNEL: ours no longer
            self._next = (self._next + 1) % self._blocks
        self._check()
        return self.written - before

    def shut(self) -> None:
        """Stop accepting packets, and give the kernel time to complete the block that it is filling."""
        bpf.attach(self._socket, bpf.NOTHING)
        select.poll().poll(2 * BLOCK_TIMEOUT_MS)

    def counters(self) -> Counters:
        """The kernel's counters; reading resets them there, so we keep the sums.

        Outgoing packets that we leave out ourselves are none of the packets received.
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
        """The link type, and the index of the interface whose outgoing packets we leave out; 0 for none."""
        if self._is_any:
            return LinkType.SLL2, socket.if_nametoindex(LOOPBACK)
        hardware = _hardware_type(self._socket, name)
        is_doubled = hardware == ARPHRD_LOOPBACK and not self._ignore_outgoing()
        return LINK_TYPES[hardware], socket.if_nametoindex(name) if is_doubled else 0

    def _ignore_outgoing(self) -> bool:
        """Ask the kernel not to show packets on their way out; False where it cannot (before Linux 4.20)."""
        try:
            self._socket.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
        except OSError:
            return False
        return True

    def _check(self) -> None:
        """Check the interface: one that is down may come up again, one that is gone is an error."""
        code = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if not code or self._is_any:
            return
        try:
            socket.if_indextoname(self._index)  # not by its name, which another may have by now
        except OSError as error:
            raise CaptureRefused(
                f"The interface {self.interface.name} is gone. The capture ends here; what was captured is whole."
            ) from error


def open_packet_socket(is_cooked: bool = False) -> socket.socket:
    """An AF_PACKET socket that receives nothing yet; a cooked one gets packets without their link-layer headers.

    Raises:
        CaptureRefused: this user, or this system, may not.
    """
    if not hasattr(socket, "AF_PACKET"):
        raise RingUnavailable("This system has no packet sockets (they are Linux's).")
    try:
        return socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM if is_cooked else socket.SOCK_RAW, 0)
    except PermissionError as error:
        raise CaptureRefused(_NOT_PERMITTED.format(python=shlex.quote(os.path.realpath(sys.executable)))) from error
    except OSError as error:
        raise RingUnavailable(f"Packet sockets do not work here: {error.strerror}.") from error


def bind(endpoint: socket.socket, name: str) -> int:
    """Let the socket receive all packets of this interface; its index, which is 0 for all interfaces together.

    Raises:
        OSError: there is none, or it is down.
    """
    try:
        index = 0 if name == ANY else socket.if_nametoindex(name)
    except OSError as error:
        raise OSError(errno.ENODEV, f"there is no interface {name}") from error
    place = struct.pack("=HHiHBB8s", socket.AF_PACKET, socket.htons(ETH_P_ALL), index, 0, 0, 0, b"")
    # Python's own bind wants a name, and all interfaces together have none.
    if ctypes.CDLL(None, use_errno=True).bind(endpoint.fileno(), place, len(place)):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return index


def _hardware_type(endpoint: socket.socket, name: str) -> int:
    """The kernel's hardware type of an interface, one of LINK_TYPES.

    Raises:
        CaptureRefused: there is no such interface, or its packets have a header that we cannot read.
    """
    import fcntl  # no such module on Windows, where this is never reached

    if len(name.encode()) >= NAME_BYTES:
        raise _refusal(OSError(errno.ENODEV, "no such device"), name)
    try:
        answer = fcntl.ioctl(endpoint.fileno(), SIOCGIFHWADDR, struct.pack("40s", name.encode()))
    except OSError as error:
        raise _refusal(error, name) from error
    (hardware,) = struct.unpack_from("=H", answer, 16)
    if hardware not in LINK_TYPES:
        raise CaptureRefused(
            f"Packets of {name} (hardware type {hardware}) have a header that is not read live. Capture them with "
            f"“tcpdump -i {name} -w FILE” and open the file."
        )
    return int(hardware)


def _make_ring(endpoint: socket.socket, blocks: int) -> int:
    """Make the ring, smaller where the kernel has not the memory; its number of blocks.

    Raises:
        RingUnavailable: this kernel makes none.
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
        raise RingUnavailable(f"This kernel makes no packet ring: {error.strerror}.") from error


def _refusal(error: OSError, name: str) -> CaptureRefused:
    if error.errno in (errno.ENODEV, errno.ENXIO):
        known = ", ".join(interface for _, interface in socket.if_nameindex())
        return CaptureRefused(f"There is no interface {name} here; there are: {known}, and {ANY} for all of them.")
    if error.errno == errno.ENETDOWN:
        return CaptureRefused(f"The interface {name} is down; “ip link set {name} up” brings it up.")
    return CaptureRefused(f"The kernel does not capture on {name}: {error.strerror}.")
