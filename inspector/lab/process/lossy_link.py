"""A network link that delays, loses, duplicates and reorders packets by a seeded plan, with kernel TCP at both ends.

The link is a TUN device in a private network. Every packet that the kernel sends to the far address is read from the
device, delayed according to the plan, and written back with source and destination address swapped. So a client that
connects to the far address reaches a server on the near address, over a link that is as unreliable as the plan says.
Swapping the addresses leaves the checksums valid, because they add the same numbers in another order (RFC 1071).

A capture on the device shows every packet twice: as it was sent and as it arrived. The filter `CLIENTS_VIEW` keeps
the copies at the client's end of the link, `SERVERS_VIEW` those at the server's end.
"""

from __future__ import annotations

import fcntl
import heapq
import os
import random
import select
import socket
import struct
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from inspector.tcp.flags_and_seq import ACK, FIN, RST, SYN

NAME = "rough0"
NEAR, FAR = "10.9.0.1", "10.9.0.2"
"""The server listens on the near address; clients connect to the far one."""

CLIENTS_VIEW = "tcp and ((dst host {far} and dst port {port}) or (src host {far} and src port {port}))"
SERVERS_VIEW = "tcp and ((dst host {near} and dst port {port}) or (src host {near} and src port {port}))"
"""Capture filters that keep one of the two copies of each packet: the one that the host at one end sees."""

# From <linux/if_tun.h> and <linux/sockios.h>.
TUNSETIFF = 0x400454CA
IFF_TUN = 0x0001
IFF_NO_PI = 0x1000
SIOCSIFADDR = 0x8916
SIOCSIFNETMASK = 0x891C
SIOCSIFFLAGS = 0x8914
IFF_UP_AND_RUNNING = 0x41

LARGEST = 65_536
STOP = b"."
"""The byte that tells the thread that carries the packets to end."""

IP_ADDRESSES = slice(12, 20)
IP_DESTINATION = slice(16, 20)
"""Positions in an IPv4 header (RFC 791 §3.1): both addresses, and the destination alone."""

FAR_BYTES = socket.inet_aton(FAR)


@dataclass(frozen=True, slots=True)
class Plan:
    """What the link does to packets. Probabilities are between 0 and 1, times in seconds. The same seed treats the
    same sequence of packets in the same way.

    The numbers in `lost` and `late` count, from 1, the packets with TCP payload in both directions together.
    """

    loss: float = 0.0
    repeat: float = 0.0
    reorder: float = 0.0
    """Probability that a packet is delayed twice as long, so that later ones overtake it."""
    delay: float = 0.005
    seed: int = 1
    lost: frozenset[int] = frozenset()
    lost_flags: frozenset[tuple[int, int]] = frozenset()
    """Segments that are lost, by control bits and number: (SYN | ACK, 1) is the first SYN-ACK in either direction."""
    late: frozenset[int] = frozenset()
    lateness: float = 0.0
    """Additional delay of the packets in `late`."""
    bandwidth: float = 0.0
    """Bytes per second in each direction; 0 means unlimited."""
    queue: int = 1000
    """Maximum number of packets queued in each direction when the bandwidth is limited; further packets are lost."""
    filtered: frozenset[int] = frozenset()
    """Destination ports whose packets are dropped silently, as by a firewall."""


@dataclass(order=True, slots=True)
class _Waiting:
    due: float
    number: int
    packet: bytes = field(compare=False)


class RoughLink:
    """The link, which is up from construction to `stop`. It must run in its own network namespace, since creating a
    network device needs privileges.
    """

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._chance = random.Random(plan.seed)
        self._queue: list[_Waiting] = []
        self._turns: dict[int, list[float]] = {}
        self._count = 0
        self._payloads = 0
        self._flagged: Counter[int] = Counter()
        self._steps: int | None = None
        self._is_losing = False
        self._gate = threading.Lock()
        self._is_cut = False
        self.lost = 0
        self._device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
        self._wake_read, self._wake_write = os.pipe()
        fcntl.ioctl(self._device, TUNSETIFF, struct.pack("16sH22x", NAME.encode(), IFF_TUN | IFF_NO_PI))
        _configure()
        self._thread = threading.Thread(target=self._carry, name="rough link", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def waiting(self) -> int:
        """The number of packets in transit."""
        return len(self._queue)

    def hold(self) -> None:
        """Hold all packets back, except those that `step` lets through."""
        with self._gate:
            self._steps = 0

    def step(self, *, lose: bool = False) -> None:
        """Let one packet through, or drop it if `lose`: the first that is due, or the next one if none is waiting."""
        with self._gate:
            self._steps = (self._steps or 0) + 1
            self._is_losing = lose
        os.write(self._wake_write, b"s")

    @property
    def is_stepping(self) -> bool:
        """Whether a requested step still waits for a packet."""
        return bool(self._steps)

    def release(self) -> None:
        """Let all packets through again."""
        with self._gate:
            self._steps = None
        os.write(self._wake_write, b"s")

    def cut(self) -> None:
        """Lose every packet from now on, as if the cable were unplugged."""
        self._is_cut = True

    def inject(self, packet: bytes) -> None:
        """Inject a packet as if it had arrived over the link."""
        os.write(self._device, packet)

    def stop(self) -> None:
        """Remove the link; packets in transit are lost."""
        os.write(self._wake_write, STOP)
        self._thread.join()
        for descriptor in (self._device, self._wake_read, self._wake_write):
            os.close(descriptor)

    def _carry(self) -> None:
        while True:
            readable, _, _ = select.select([self._device, self._wake_read], [], [], self._until_due())
            if self._wake_read in readable and os.read(self._wake_read, 1) == STOP:
                return
            if self._device in readable:
                self._take(os.read(self._device, LARGEST))
            while self._pass_one():
                pass

    def _pass_one(self) -> bool:
        """Let the packet that is due through, or drop it; return whether one was due."""
        with self._gate:
            if self._until_due() != 0:
                return False
            is_lost = self._is_losing and self._steps is not None
            if self._steps is not None:
                self._steps -= 1
                self._is_losing = False
        packet = heapq.heappop(self._queue).packet
        if is_lost:
            self.lost += 1
        else:
            os.write(self._device, packet)
        return True

    def _until_due(self) -> float | None:
        """Seconds until the next packet may go; None if there is none or packets are held back."""
        if not self._queue or self._steps == 0:
            return None
        return max(0.0, self._queue[0].due - time.monotonic())

    def _take(self, packet: bytes) -> None:
        """Take a packet from the kernel: drop it, or put it on the link once or twice."""
        if packet[0] >> 4 != 4 or packet[IP_DESTINATION] != FAR_BYTES:
            return  # IPv6 neighbour discovery and the like, or a packet to an address that no host has
        chance, plan = self._chance.random, self._plan
        is_lost, is_repeated, is_overtaken = chance() < plan.loss, chance() < plan.repeat, chance() < plan.reorder
        number = self._payload_number(packet)
        is_named = number in plan.lost or self._flags_number(packet) in plan.lost_flags
        leaves = self._when_it_leaves(packet)
        if is_lost or is_named or leaves is None or self._is_cut or port_to(packet) in plan.filtered:
            self.lost += 1
            return
        due = leaves + plan.delay * (2 if is_overtaken else 1) + (plan.lateness if number in plan.late else 0.0)
        for _ in range(2 if is_repeated else 1):
            self._count += 1
            heapq.heappush(self._queue, _Waiting(due, self._count, turned(packet)))

    def _payload_number(self, packet: bytes) -> int:
        """The number of this packet among those with payload; 0 if it has none."""
        if not has_payload(packet):
            return 0
        self._payloads += 1
        return self._payloads

    def _flags_number(self, packet: bytes) -> tuple[int, int]:
        """A packet's control bits, and its number, from 1, among the packets with the same bits."""
        flags = flags_of(packet)
        self._flagged[flags] += 1
        return flags, self._flagged[flags]

    def _when_it_leaves(self, packet: bytes) -> float | None:
        """The time at which the packet has been sent completely, after those queued before it; None if the queue is
        full.
        """
        now = time.monotonic()
        if not self._plan.bandwidth:
            return now
        turns = self._turns.setdefault(port_to(packet), [])
        turns[:] = [turn for turn in turns if turn > now]
        if len(turns) >= self._plan.queue:
            return None
        turns.append((turns[-1] if turns else now) + len(packet) / self._plan.bandwidth)
        return turns[-1]


def turned(packet: bytes) -> bytes:
    """Return an IPv4 packet with its source and destination addresses swapped."""
    addresses = packet[IP_ADDRESSES]
    return packet[:12] + addresses[4:] + addresses[:4] + packet[20:]


def port_to(packet: bytes) -> int:
    """The destination port of an IPv4 packet that carries TCP."""
    at = (packet[0] & 0xF) * 4 + 2
    return int.from_bytes(packet[at : at + 2])


def flags_of(packet: bytes) -> int:
    """The bits SYN, FIN, RST and ACK of an IPv4 packet that carries TCP (RFC 9293 §3.1); other flags are masked out."""
    return packet[(packet[0] & 0xF) * 4 + 13] & (SYN | FIN | RST | ACK)


def has_payload(packet: bytes) -> bool:
    """Whether an IPv4 packet of TCP has payload, as its data offset field says (RFC 9293 §3.1)."""
    header = (packet[0] & 0xF) * 4
    return len(packet) > header + 12 and len(packet) > header + (packet[header + 12] >> 4) * 4


def _configure() -> None:
    """Set the address of the device and bring it up."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        for request, address in ((SIOCSIFADDR, NEAR), (SIOCSIFNETMASK, "255.255.255.0")):
            packed = struct.pack("16sHH4s8x", NAME.encode(), socket.AF_INET, 0, socket.inet_aton(address))
            fcntl.ioctl(control, request, packed)
        fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sh", NAME.encode(), IFF_UP_AND_RUNNING))
