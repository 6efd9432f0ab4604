"""Traffic for comparisons with tshark: recordings, as they are and altered by seeded programs, and made-up ones.

Every variant has addresses of its own, so that all of them fit into one file and stay apart.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

import inspector

MILLISECOND = 1_000_000
START_NS = 1_700_000_000_000_000_000
LINK_BYTES = {1: 14, 101: 0}
"""Bytes before the IP header, by the link types of the recordings."""

FLAGS = {"F": 1, "S": 2, "R": 4, "P": 8, "A": 16}


@dataclass(frozen=True)
class Packet:
    """An IP packet: when it was captured, what of it, and how long it was on the wire."""

    time_ns: int
    data: bytes
    length: int

    @property
    def tcp_at(self) -> int:
        """Where its TCP header begins."""
        return 40 if self.data[0] >> 4 == 6 else 4 * (self.data[0] & 15)

    @property
    def payload_at(self) -> int:
        """Where its TCP payload begins."""
        return self.tcp_at + 4 * (self.data[self.tcp_at + 12] >> 4)

    @property
    def ends(self) -> tuple[bytes, bytes]:
        """Source and destination, address and port."""
        at, (first, size) = self.tcp_at, (8, 16) if self.data[0] >> 4 == 6 else (12, 4)
        addresses = self.data[first : first + size], self.data[first + size : first + 2 * size]
        return addresses[0] + self.data[at : at + 2], addresses[1] + self.data[at + 2 : at + 4]


Packets = list[Packet]
Program = Callable[[Packets, Random], Packets]


def recorded(path: Path, limit: int) -> Packets:
    """The first TCP packets of a recording, from their IP header on."""
    with inspector.open(path) as capture:
        skip = [LINK_BYTES[interface.link_type] for interface in capture.interfaces]
        packets = capture.packets
        return [
            Packet(
                int(packets["time_ns"][row]),
                capture.packet_bytes(row)[skip[packets["interface"][row]] :],
                int(packets["length"][row]) - skip[packets["interface"][row]],
            )
            for row in range(len(packets))
            if packets["ip_protocol"][row] == 6
        ][:limit]


def drop(packets: Packets, random: Random) -> Packets:
    """One packet in twelve is not captured."""
    return [packet for packet in packets if random.random() > 1 / 12]


def repeat(packets: Packets, random: Random) -> Packets:
    """One packet in eight is sent again, soon or late, as an IP packet of its own."""
    out: Packets = []
    for packet in packets:
        out.append(packet)
        if random.random() < 1 / 8:
            later = random.choice([1, 5, 50, 500]) * MILLISECOND
            out.append(_numbered(replace(packet, time_ns=packet.time_ns + later), random.randrange(1, 65536)))
    return sorted(out, key=lambda packet: packet.time_ns)


def swap(packets: Packets, random: Random) -> Packets:
    """One packet in six is overtaken by the next; the times stay in order."""
    out = list(packets)
    for i in range(len(out) - 1):
        if random.random() < 1 / 6:
            a, b = out[i], out[i + 1]
            out[i], out[i + 1] = replace(b, time_ns=a.time_ns), replace(a, time_ns=b.time_ns)
    return out


def cut(packets: Packets, random: Random) -> Packets:
    """Only the first bytes of each packet are captured. Its TCP header is whole: else tshark shows no verdict."""
    snap = random.choice([40, 60, 80, 96])
    return [replace(packet, data=packet.data[: max(snap, packet.payload_at)]) for packet in packets]


def one_side(packets: Packets, random: Random) -> Packets:
    """Only what one end of each connection sent."""
    keeps_larger = random.random() < 0.5
    return [packet for packet in packets if (packet.ends[0] > packet.ends[1]) is keeps_larger]


def from_the_middle(packets: Packets, random: Random) -> Packets:
    """The capture begins later."""
    return packets[random.randrange(1, max(2, len(packets) // 2)) :]


def wrap(packets: Packets, random: Random) -> Packets:
    """The sequence numbers of each end are moved so that they wrap soon after its first segment."""
    moved: dict[tuple[bytes, bytes], int] = {}
    out: Packets = []
    for packet in packets:
        seq, ack = struct.unpack_from(">II", packet.data, packet.tcp_at + 4)
        own, peer = packet.ends, packet.ends[::-1]
        moved.setdefault(own, -seq - random.randrange(1, 3000))
        has_ack = packet.data[packet.tcp_at + 13] & FLAGS["A"]
        if has_ack:
            moved.setdefault(peer, -ack - random.randrange(1, 3000))
        numbers = (seq + moved[own]) % 2**32, (ack + moved[peer]) % 2**32 if has_ack else ack
        out.append(_with(packet, packet.tcp_at + 4, struct.pack(">II", *numbers)))
    return out


def clock_goes_back(packets: Packets, random: Random) -> Packets:
    """Now and then the clock is set back, or forth."""
    shift, out = 0, []
    for packet in packets:
        if random.random() < 1 / 20:
            shift += random.choice([-900, -30, -1, 25, 2000]) * MILLISECOND
        out.append(replace(packet, time_ns=packet.time_ns + shift))
    return out


def close_windows(packets: Packets, random: Random) -> Packets:
    """Windows close, fill up and open at random."""
    return [
        _with(packet, packet.tcp_at + 14, struct.pack(">H", random.choice([0, 0, 1, 5, 500])))
        if random.random() < 1 / 5
        else packet
        for packet in packets
    ]


PROGRAMS: dict[str, tuple[Program, ...]] = {
    "as it is": (),
    "dropped": (drop,),
    "repeated": (repeat,),
    "swapped": (swap,),
    "cut off": (cut,),
    "one side": (one_side,),
    "from the middle": (from_the_middle,),
    "wrapped": (wrap,),
    "clock set back": (clock_goes_back,),
    "windows closed": (close_windows,),
    "all of it": (wrap, drop, repeat, swap, close_windows, clock_goes_back),
}


def conversation(random: Random) -> Packets:
    """A random conversation: segments at, before and after the expected number, with any flags, ACK and window."""
    isn = [random.choice([99, 2**32 - 3, 2**32 - 40, 2**31 - 5]) for _ in range(2)]
    due = [number + 1 for number in isn]
    scale = random.choice([None, 0, 3])
    now, out = START_NS, []
    opening = ["S", "SA"] if random.random() < 0.7 else []
    for step in range(random.randrange(5, 30)):
        now += round(random.choice([0.01, 1, 1, 2.5, 25, 300, -1]) * MILLISECOND)
        side = step if step < len(opening) else random.randrange(2)
        flags = (
            opening[step]
            if step < len(opening)
            else random.choice([*["A"] * 6, *["PA"] * 3, "FA", "RA", "SA", "S", "R"])
        )
        if "S" in flags:
            isn[side] += 100 * (flags == "S" and random.random() < 0.1)
            seq = isn[side]
        else:
            seq = due[side] if random.random() < 0.6 else isn[side] + 1 + random.randrange(-2, 9)
        ack = due[1 - side] if random.random() < 0.6 else isn[1 - side] + 1 + random.randrange(-1, 9)
        payload = bytes(random.choice([0, 0, 1, 2, 4]))
        window = random.choice([0, 0, 1, 5, 1000, 1000, 1000])
        due[side] = max(due[side], seq + len(payload))
        out.append(segment(now, side, flags, seq, ack, window, payload, scale if "S" in flags else None))
    return out


def loss(random: Random) -> Packets:
    """A segment lost, some duplicate ACKs, and the segment again after a while."""
    now, out = START_NS, []

    def send(side: int, flags: str, seq: int, ack: int, payload: bytes = b"", after_ms: int = 1) -> None:
        nonlocal now
        now += after_ms * MILLISECOND
        out.append(segment(now, side, flags, seq, ack, 1000, payload, None))

    send(0, "S", 99, 0)
    send(1, "SA", 299, 100)
    send(0, "A", 100, 300)
    for i in range(random.randrange(1, 5)):
        send(0, "A", 104 + 4 * i, 300, b"more")
        send(1, "A", 300, 100)
    send(0, "A", 100, 300, b"lost", random.choice([1, 10, 19, 21, 60]))
    return out


def segment(
    time_ns: int, side: int, flags: str, seq: int, ack: int, window: int, payload: bytes, scale: int | None
) -> Packet:
    """An IPv4 packet between 10.0.0.1:40000 and 10.0.0.2:9."""
    options = b"" if scale is None else bytes([3, 3, scale, 0])
    ends = [(bytes([10, 0, 0, 1]), 40000), (bytes([10, 0, 0, 2]), 9)]
    (source, source_port), (destination, destination_port) = ends[side], ends[1 - side]
    bits = sum(FLAGS[flag] for flag in flags)
    offset = (20 + len(options)) // 4 << 12 | bits
    tcp = struct.pack(
        ">HHIIHHHH", source_port, destination_port, seq % 2**32, ack % 2**32 * ("A" in flags), offset, window, 0, 0
    )
    size = 40 + len(options) + len(payload)
    ip = struct.pack(">BBHHHBBH", 0x45, 0, size, time_ns // 1000 % 65536, 0, 64, 6, 0)
    return Packet(time_ns, ip + source + destination + tcp + options + payload, size)


def _with(packet: Packet, at: int, value: bytes) -> Packet:
    """The packet with other bytes at a place, as far as it was captured."""
    return replace(packet, data=packet.data[:at] + value + packet.data[at + len(value) :])


def _numbered(packet: Packet, identification: int) -> Packet:
    """The packet with another IP identification; IPv6 has none."""
    return packet if packet.data[0] >> 4 == 6 else _with(packet, 4, struct.pack(">H", identification))


def _moved(packet: Packet, variant: int) -> Packet:
    """The packet between the addresses of a variant."""
    number = struct.pack(">H", variant)
    places = (16, 32) if packet.data[0] >> 4 == 6 else (13, 17)
    for at in places:
        packet = _with(packet, at, number)
    return packet


def variants(folder: Path, limit: int, conversations: int) -> Iterator[tuple[str, Packets]]:
    """Every recording under every mutation, and `conversations` random ones: name and packets.

    Each begins a second after the one before.
    """
    now = START_NS
    for number, (name, packets) in enumerate(_variants(folder, limit, conversations)):
        forth = now - min((packet.time_ns for packet in packets), default=now)
        moved = [_moved(replace(packet, time_ns=packet.time_ns + forth), number) for packet in packets]
        yield name, moved
        now = max((packet.time_ns for packet in moved), default=now) + 1000 * MILLISECOND


def _variants(folder: Path, limit: int, conversations: int) -> Iterator[tuple[str, Packets]]:
    """The same with the times and addresses of the recordings."""
    for path in sorted(folder.glob("*.pcapng")):
        original = recorded(path, limit)
        for name, programs in PROGRAMS.items():
            random, packets = Random(f"{path.stem} {name}"), original
            for program in programs:
                packets = program(packets, random)
            yield f"{path.stem}, {name}", packets
    for make in (conversation, loss):
        for seed in range(conversations):
            yield f"{make.__name__} {seed}", make(Random(seed))


def pcap(packets: Packets) -> bytes:
    """A pcap file of bare IP packets, with times in ns."""
    out = bytearray(struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 262_144, 101))
    for packet in packets:
        out += struct.pack("<IIII", *divmod(packet.time_ns, 10**9), len(packet.data), packet.length) + packet.data
    return bytes(out)
