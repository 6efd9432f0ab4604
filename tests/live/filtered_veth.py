"""What tcpdump and we capture on one end of a veth pair, filter by filter: a program for root.

    python -m tests.live.filtered_veth FOLDER < [[interface, expression], ...]

It makes a network namespace of its own and prints, in JSON, for each [packets that tcpdump wrote, packets that we
wrote], each packet in hexadecimal digits; or {"impossible": why}.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import socket
import struct
import subprocess
import sys
from pathlib import Path

from inspector.live import bpf
from inspector.live.afpacket import ANY, PacketRing
from inspector.live.network_namespace import CLONE_NEWNET
from inspector.pcap.pcapng_writer import SpoolWriter
from tests.pcap.craft import contents, read

OURS, PEERS = b"\x02\0\0\0\0\x0b", b"\x02\0\0\0\0\x0a"
MARK = OURS + PEERS + b"\x88\xb5" + b"the mark".ljust(46)
LAST = OURS + PEERS + b"\x88\xb5" + b"the last".ljust(46)
"""The first and the last frame (EtherType 0x88b5 is for experiments, IEEE 802): every capture lets them pass."""

FEW_BLOCKS = 2

PR_SET_PDEATHSIG = 1


def ip4(source: str, to: str, ports: tuple[int, int], protocol: int = 17) -> bytes:
    header = struct.pack(">BBHHHBBH", 0x45, 0, 48, 1, 0, 64, protocol, 0)
    return header + socket.inet_aton(source) + socket.inet_aton(to) + struct.pack(">HHHH", *ports, 28, 0) + bytes(20)


def frames() -> list[bytes]:
    """Untagged, tagged, and tagged twice."""
    inner = [
        (b"\x08\x00", ip4("192.0.2.7", "10.1.2.3", (5353, 8000))),
        (b"\x08\x00", ip4("127.9.9.9", "224.0.0.1", (1, 53))),
    ]
    inner.append((b"\x86\xdd", bytes([0x60, 0, 0, 0, 0, 0, 59, 64]) + socket.inet_pton(socket.AF_INET6, "fe80::1") * 2))
    tags = [b"", *(b"\x81\0" + struct.pack(">H", tag) for tag in (5, 6, 0xA005, 300)), b"\x88\xa8\0\x05\x81\0\0\x06"]
    return [tag + kind + packet for tag in tags for kind, packet in inner]


def ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True, text=True)


def make_pair() -> None:
    """In a network namespace of this process's own; a user namespace beside it would keep tcpdump from starting."""
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    ip("link", "add", "ours", "address", OURS.hex(":"), "type", "veth", "peer", "peers", "address", PEERS.hex(":"))
    for name in ("ours", "peers"):
        Path(f"/proc/sys/net/ipv6/conf/{name}/disable_ipv6").write_text("1")  # no packets but those that are sent here
        ip("link", "set", name, "up")


def end_with_this_process() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def tcpdump(interface: str, expression: str, out: Path) -> subprocess.Popen[str]:
    options = ["-i", interface, "-n", "-s", "2000", "--immediate-mode", "-U", "-Z", "root"]
    command = ["tcpdump", *options, "-w", str(out), expression]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, preexec_fn=end_with_this_process)
    assert process.stderr
    said = process.stderr.readline()
    while "listening on" not in said:
        assert said, "tcpdump did not begin"
        said = process.stderr.readline()
    return process


class Ours:
    """A capture of ours, drained after every frame: its ring has few blocks."""

    def __init__(self, interface: str, expression: str, out: Path) -> None:
        self._interface = interface
        self._ring = PacketRing(interface, FEW_BLOCKS)
        self._spool = SpoolWriter(out, self._ring.interface)
        self._ring.start(bpf.program_for(expression, [], [], self._ring.interface.link_type, interface))

    def drain(self) -> int:
        return self._ring.drain(self._spool)

    def packets(self) -> list[str]:
        self._ring.shut()
        while self.drain():
            pass
        self._spool.close()
        self._ring.close()
        return packets_of(self._spool.path, self._interface)


def send_all(captures: list[Ours]) -> None:
    from_peers = [MARK, *(OURS + PEERS + frame for frame in frames())]
    from_ours = [PEERS + OURS + frame for frame in frames()]
    # libpcap filters the first packet itself, and cannot tell its direction: so the first is a mark.
    for name, sent in (("peers", from_peers), ("ours", from_ours), ("peers", [LAST])):
        with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as endpoint:
            endpoint.bind((name, 0))
            for frame in sent:
                endpoint.send(frame)
                for capture in captures:
                    capture.drain()


def packets_of(path: Path, interface: str) -> list[str]:
    file, packets = read(path)
    found = [(without_padding(data) if interface == ANY else data).hex() for data in contents(file, packets)]
    file.close()
    return found


def without_padding(packet: bytes) -> bytes:
    """A cooked packet with zeros after its link-layer address, where the kernel leaves arbitrary bytes."""
    end = 12 + packet[11]
    return packet[:end] + bytes(20 - end) + packet[20:]


def ended(process: subprocess.Popen[str], path: Path, interface: str) -> list[str]:
    """What tcpdump wrote, once the last frame is there: of all interfaces where it left and where it came in."""
    times = 2 if interface == ANY else 1
    while path.read_bytes().count(LAST[14:]) < times:
        process.poll()
        assert process.returncode is None, "tcpdump has ended"
    process.terminate()
    process.communicate()
    return packets_of(path, interface)


def main(folder: Path) -> list[list[list[str]]] | dict[str, str]:
    try:
        make_pair()
    except (OSError, subprocess.CalledProcessError) as error:
        return {"impossible": getattr(error, "stderr", "") or str(error)}
    running = []
    for number, (interface, wish) in enumerate(json.load(sys.stdin)):
        expression = f"ether proto 0x88b5 or ({wish})"
        theirs = folder / f"{number}.pcap"
        ours = Ours(interface, expression, folder / f"{number}.pcapng")
        running.append((tcpdump(interface, expression, theirs), theirs, interface, ours))
    send_all([ours for *_, ours in running])
    return [[ended(process, path, interface), ours.packets()] for process, path, interface, ours in running]


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]))))
