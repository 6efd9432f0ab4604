"""The recorded loads, kept in the user's cache between runs, as classic pcap files that every peer can read."""

from __future__ import annotations

import os
import struct
import subprocess
from pathlib import Path

from inspector.engine.capture import Capture
from inspector.pcap.reader import open_packets
from tests.bench import loads

MAGIC_MICROSECONDS = 0xA1B2C3D4


def cache() -> Path:
    """Where loads are kept."""
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = base / "wireglass" / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def load(name: str, scale: float = 1.0) -> Path:
    """The file of a load, recorded now if it never was."""
    path = cache() / f"{name}-{scale:g}.pcap"
    if not path.exists():
        spool = path.with_suffix(".pcapng")
        spool.unlink(missing_ok=True)
        subprocess.run(loads.command(name, scale, spool), check=True)
        write_pcap(spool, path)
        spool.unlink()
    return path


def first(path: Path, packets: int) -> Path:
    """A file with the first packets of another."""
    part = path.with_name(f"{path.stem}-first-{packets}.pcap")
    if not part.exists():
        write_pcap(path, part, packets)
    return part


def count(path: Path) -> int:
    """Packets in a file."""
    with Capture(open_packets(path)) as capture:
        while capture.source.read(capture.packets, 1 << 16):
            pass
        return len(capture.packets)


def write_pcap(source: Path, out: Path, limit: int | None = None) -> None:
    """Copy the packets of any capture into a pcap file with microseconds: what the oldest peer reads."""
    with Capture(open_packets(source)) as capture, out.open("wb") as file:
        while capture.source.read(capture.packets, 1 << 16):
            pass
        file.write(struct.pack("<IHHiIII", MAGIC_MICROSECONDS, 2, 4, 0, 0, 1 << 18, capture.source.link_types[0]))
        read, packets = capture.source.read_bytes, capture.packets
        columns = (packets[name][:limit].tolist() for name in ("time_ns", "address", "captured", "length"))
        for time_ns, address, captured, length in zip(*columns, strict=True):
            seconds, rest = divmod(time_ns, 1_000_000_000)
            file.write(struct.pack("<IIII", seconds, rest // 1000, captured, length))
            file.write(read(address, captured))
