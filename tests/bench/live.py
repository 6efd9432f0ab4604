"""Live capture beside tcpdump: the same packets a second, both to disk, both asked how many the kernel dropped.

python -m tests.bench.live
"""

from __future__ import annotations

import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from inspector.live.capture_rights import may_capture
from inspector.live.live_capture import LiveCapture

SECONDS = 3
RATES = (25_000, 50_000, 100_000, 150_000, 200_000, 300_000)
PAYLOAD = b"x" * 200
BURST = 50
"""Datagrams sent between two readings of the clock."""

SENDER = f"""
import socket, sys, time
port, rate, payload = int(sys.argv[1]), int(sys.argv[2]), bytes({len(PAYLOAD)})
out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
out.connect(("127.0.0.1", port))
begin, sent = time.perf_counter(), 0
while sent < rate * {SECONDS}:
    for _ in range({BURST}):
        out.send(payload)
    sent += {BURST}
    ahead = begin + sent / rate - time.perf_counter()
    if ahead > 0:
        time.sleep(ahead)
print(sent, time.perf_counter() - begin)
"""


def main() -> None:
    for line in table():
        print(line, flush=True)


def is_possible() -> bool:
    """Whether both may capture here."""
    return shutil.which("tcpdump") is not None and may_capture()[0]


def table() -> Iterator[str]:
    """One row a rate."""
    yield "| packets/s asked for | packets/s sent | tcpdump: captured, dropped | wireglass: captured, dropped |"
    yield "|---:|---:|---:|---:|"
    yield from rows()


def rows() -> Iterator[str]:
    """One line a rate: what each of the two got."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sink, tempfile.TemporaryDirectory() as folder:
        sink.bind(("127.0.0.1", 0))
        port = sink.getsockname()[1]
        for rate in RATES:
            theirs, _ = through_tcpdump(port, rate, Path(folder, "theirs.pcap"))
            ours, speed = through_wireglass(port, rate, Path(folder, "ours.pcapng"))
            yield f"| {rate:,} | {speed:,.0f} | {theirs[0]:,}, {theirs[1]:,} | {ours[0]:,}, {ours[1]:,} |"


def send(port: int, rate: int) -> float:
    """Send for `SECONDS`; the rate that was reached."""
    done = subprocess.run(
        [sys.executable, "-c", SENDER, str(port), str(rate)], capture_output=True, text=True, check=True
    )
    sent, seconds = done.stdout.split()
    return int(sent) / float(seconds)


def through_tcpdump(port: int, rate: int, out: Path) -> tuple[tuple[int, int], float]:
    """Packets captured and dropped, and the rate sent."""
    command = ["tcpdump", "-i", "lo", "-w", str(out), "-Z", "root", f"udp port {port}"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as tcpdump:
        assert tcpdump.stderr is not None
        while "listening on" not in tcpdump.stderr.readline():
            pass
        speed = send(port, rate)
        time.sleep(1)  # tcpdump reads its buffer only when it is full or a second old
        tcpdump.send_signal(signal.SIGINT)
        said = tcpdump.stderr.read()
    captured, dropped = (int(number) for number in re.findall(r"(\d+) packets (?:captured|dropped by kernel)", said))
    out.unlink()
    return (captured, dropped), speed


def through_wireglass(port: int, rate: int, out: Path) -> tuple[tuple[int, int], float]:
    """Packets captured and dropped, and the rate sent."""
    with LiveCapture.start("lo", out, filter=f"udp port {port}") as capture:
        capture.wait_ready()
        speed = send(port, rate)
        counters = capture.stop()
    out.unlink()
    return (counters.received - counters.dropped, counters.dropped), speed


if __name__ == "__main__":
    main()
