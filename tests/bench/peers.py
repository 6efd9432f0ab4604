"""The programs that do the same job, and how each is asked to.

Run as `python -m tests.bench.peers dpkt FILE` (or scapy, nfstream, engine) it is one of those that are libraries.
"""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

WIRESHARK_FIELDS = [
    "frame.number",
    "tcp.stream",
    "http.request.method",
    "http.request.uri",
    "http.response.code",
    "websocket.opcode",
    "websocket.fin",
    "websocket.payload_length",
]


PACKET_FIELDS = [
    "frame.number",
    "frame.time_epoch",
    "frame.time_relative",
    "frame.cap_len",
    "frame.len",
    "tcp.stream",
    "ip.src",
    "ip.proto",
    "tcp.flags",
    "tcp.seq",
    "tcp.ack",
    "tcp.window_size",
    "tcp.len",
    "tcp.analysis.flags",
    "tcp.analysis.ack_rtt",
    "tcp.analysis.bytes_in_flight",
    "frame.interface_name",
    "frame.comment",
]
"""What tshark has of the columns of packets."""

EXCHANGE_FIELDS = [
    "tcp.stream",
    "frame.number",
    "frame.time_epoch",
    "http.request.version",
    "http.request.method",
    "http.request.uri",
    "http.request.line",
    "http.response.version",
    "http.response.code",
    "http.response.phrase",
    "http.response.line",
    "http.content_length",
    "http.time",
]
"""What tshark has of the columns of exchanges."""


@dataclass(frozen=True)
class Peer:
    """A program under measurement; `slow` ones are run once."""

    name: str
    command: tuple[str, ...]
    slow: bool = False
    environment: dict[str, str] = field(default_factory=dict)

    def on(self, capture: Path) -> list[str]:
        """The command line for a capture file."""
        return [str(capture) if word == "FILE" else word for word in self.command]


def ours(*words: str, name: str, plain: bool = False, slow: bool = False) -> Peer:
    """Wireglass itself."""
    command = (sys.executable, "-m", "inspector", *words)
    return Peer(name, command, slow, {"WIREGLASS_PLAIN": "1"} if plain else {})


def library(name: str, slow: bool = False) -> Peer:
    """A library driven by a loop in this file."""
    return Peer(name, (sys.executable, "-m", "tests.bench.peers", name, "FILE"), slow)


def peers() -> list[Peer]:
    """Everything that is installed here, ourselves first."""
    fields = [word for name in WIRESHARK_FIELDS for word in ("-e", name)]
    quiet = ("-o", "tcp.reassemble_out_of_order:TRUE", "-n")
    scratch = tempfile.gettempdir()
    found = [ours("summary", "FILE", name="wireglass summary"), library("engine")]
    if shutil.which("tshark"):
        found += [
            Peer("tshark fields", ("tshark", *quiet, "-r", "FILE", "-T", "fields", *fields), slow=True),
            Peer("tshark conversations", ("tshark", *quiet, "-q", "-z", "conv,tcp", "-r", "FILE"), slow=True),
        ]
    if shutil.which("tcptrace"):
        found.append(Peer("tcptrace", ("tcptrace", "-n", "FILE"), slow=True))
    if shutil.which("tcpflow"):
        found.append(Peer("tcpflow", ("tcpflow", "-r", "FILE", "-o", f"{scratch}/wireglass-tcpflow"), slow=True))
    for name in ("nfstream", "dpkt", "scapy"):
        if importlib.util.find_spec(name):
            found.append(library(name, slow=True))
    found.append(ours("summary", "FILE", name="wireglass, plain Python", plain=True, slow=True))
    return found


def row_writers() -> dict[str, list[Peer]]:
    """By what they write: programs that write the same rows, tshark first."""

    def tshark(fields: Sequence[str], *more: str) -> Peer:
        words = [word for name in fields for word in ("-e", name)]
        return Peer("tshark -T fields", ("tshark", "-n", "-r", "FILE", *more, "-T", "fields", *words), slow=True)

    def tables(name: str) -> list[Peer]:
        shapes = ["csv", "json", *(["parquet"] if importlib.util.find_spec("pyarrow") else [])]
        return [ours(name, "FILE", "--format", shape, name=f"wireglass {name} --format {shape}") for shape in shapes]

    analyze = ours("analyze", "FILE", "--json", name="wireglass analyze --json")
    return {
        "packets": [tshark(PACKET_FIELDS), *tables("packets"), analyze],
        "exchanges": [tshark(EXCHANGE_FIELDS, "-Y", "http"), *tables("exchanges")],
    }


def run_engine(path: str) -> None:
    """Our engine without the command line around it; prints its own seconds."""
    import time

    import inspector.engine.capture

    begin = time.perf_counter()
    capture = inspector.engine.capture.open(path)
    seconds = time.perf_counter() - begin
    print(f"{seconds:.3f} s, {len(capture.packets) / seconds / 1e6:.2f} M packets/s")


def engine_seconds(path: Path) -> float:
    """How long our engine alone takes for a capture, in a fresh process."""
    done = subprocess.run(library("engine").on(path), capture_output=True, text=True, check=True)
    return float(done.stdout.split()[0])


def run_nfstream(path: str) -> None:
    """Flows with their counters."""
    import nfstream

    print(sum(1 for _ in nfstream.NFStreamer(source=path, n_dissections=0)))


def run_dpkt(path: str) -> None:
    """Packets dissected, segments joined per direction, HTTP messages parsed: the loop that a user of dpkt writes."""
    import dpkt

    streams: dict[tuple[bytes, bytes, int, int], bytearray] = {}
    with open(path, "rb") as file:
        for _, raw in dpkt.pcap.UniversalReader(file):
            packet = dpkt.ethernet.Ethernet(raw)
            if not isinstance(packet.data, dpkt.ip.IP) or not isinstance(packet.data.data, dpkt.tcp.TCP):
                continue
            segment = packet.data.data
            key = (packet.data.src, packet.data.dst, segment.sport, segment.dport)
            streams.setdefault(key, bytearray()).extend(segment.data)
    messages = 0
    for stream in streams.values():
        rest = bytes(stream)
        while rest:
            try:
                kind = dpkt.http.Response if rest.startswith(b"HTTP/") else dpkt.http.Request
                message = kind(rest)
            except dpkt.UnpackError:
                break
            messages += 1
            rest = message.data
    print(messages)


def run_scapy(path: str) -> None:
    """Every packet dissected, streams put together and HTTP parsed by scapy's own session."""
    from scapy.all import TCPSession, conf, sniff
    from scapy.layers import http

    conf.contribs["http"]["auto_compression"] = False
    count = 0

    def look(packet: object) -> None:
        nonlocal count
        count += http.HTTP in packet  # type: ignore[operator]

    sniff(offline=path, session=TCPSession, store=False, prn=look)
    print(count)


LIBRARIES = {"engine": run_engine, "nfstream": run_nfstream, "dpkt": run_dpkt, "scapy": run_scapy}


def main(arguments: Sequence[str]) -> None:
    name, path = arguments
    LIBRARIES[name](path)


if __name__ == "__main__":
    main(sys.argv[1:])
