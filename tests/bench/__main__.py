"""`make bench`: every program on the same files in the same run; the table goes to docs/benchmarks.md.

python -m tests.bench [--quick] [LOAD ...]
"""

from __future__ import annotations

import argparse
import datetime
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median

from tests.bench import captures, live
from tests.bench.loads import LOADS
from tests.bench.measure import Run, machine, middle, run
from tests.bench.peers import Peer, engine_seconds, library, ours, peers, row_writers

REPORT = Path(__file__).parents[2] / "docs" / "benchmarks.md"
ROUNDS = 5
PART_OF_SLOW = {"scapy": 30_000}
"""Peers too slow for a whole file, and how many of its packets they get."""

BASELINE = "tshark fields"
ENGINE = "engine"
SIZES = (0.1, 1.0, 10.0)
SMALL = 1_500


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("loads", nargs="*", metavar="LOAD", help=f"which loads (default: {', '.join(LOADS)})")
    parser.add_argument("--rows", action="store_true", help="only how fast rows are written; nothing written to docs/")
    parser.add_argument("--quick", action="store_true", help="a twentieth of the packets, nothing written to docs/")
    options = parser.parse_args(arguments)
    unknown = set(options.loads) - set(LOADS)
    if unknown:
        parser.error(f"no such load: {', '.join(sorted(unknown))}")
    scale = 0.05 if options.quick else 1.0
    lines: list[str] = []
    report = _rows(scale) if options.rows else _report(options.loads or list(LOADS), scale, options.quick)
    for line in report:
        print(line, flush=True)
        lines.append(line)
    if not options.quick and not options.loads and not options.rows:
        REPORT.write_text("\n".join(lines) + "\n")


def _report(loads: list[str], scale: float, quick: bool) -> Iterator[str]:
    yield "# Benchmarks"
    yield ""
    yield f"Written by `make bench` on {datetime.date.today():%Y-%m-%d}. Machine: {machine()}."
    yield ""
    yield f"Whole processes, output thrown away; the median of {ROUNDS} runs, one run of those that take long. Every"
    yield "program reads the same file in the same run; trust the ratios more than the seconds. The engine's"
    yield "seconds are its own, without the start of its process."
    for name in loads:
        yield from _load(name, scale)
    yield from _rows(scale)
    yield from _small()
    if not quick:
        yield from _growth()
        yield from _live()


def _load(name: str, scale: float) -> Iterator[str]:
    path = captures.load(name, scale)
    packets = captures.count(path)
    summary = (LOADS[name].__doc__ or "").splitlines()[0]
    yield from ("", f"## {name}", "", summary, "")
    yield f"{packets:,} packets, {path.stat().st_size / 1e6:.0f} MB."
    yield from ("", "| program | seconds | processor s | packets/s | peak memory MB | times tshark's speed |")
    yield "|---|---:|---:|---:|---:|---:|"
    rows: list[tuple[Peer, int, Run]] = []
    for peer in peers():
        part = PART_OF_SLOW.get(peer.name, packets)
        file = path if part >= packets else captures.first(path, part)
        result = _measure(peer, file)
        if result:
            rows.append((peer, min(part, packets), result))
    base = next((count / result.wall for peer, count, result in rows if peer.name == BASELINE), None)
    for peer, count, result in rows:
        speed = count / result.wall
        label = peer.name if count == packets else f"{peer.name} (first {count:,})"
        ratio = f"{speed / base:.1f}" if base else ""
        yield (
            f"| {label} | {result.wall:.2f} | {result.cpu:.2f} | {speed:,.0f} | {result.memory / 1e6:.0f} | {ratio} |"
        )


def _measure(peer: Peer, path: Path) -> Run | None:
    """The peer's figures on a file, None when it fails on it."""
    try:
        if not peer.slow:
            run(peer.on(path), peer.environment)  # warm up: bytecode and page cache
        whole = middle([run(peer.on(path), peer.environment) for _ in range(1 if peer.slow else ROUNDS)])
        if peer.name == ENGINE:
            return replace(whole, wall=median(engine_seconds(path) for _ in range(ROUNDS)))
        return whole
    except subprocess.CalledProcessError:
        return None


def _rows(scale: float) -> Iterator[str]:
    """How fast rows of a capture are written, by the load with the most connections."""
    path = captures.load("short", scale)
    yield from ("", "## Rows", "", f"The load `short` ({captures.count(path):,} packets), written as rows.", "")
    yield "| program | seconds | processor s | peak memory MB | times tshark's speed |"
    yield "|---|---:|---:|---:|---:|"
    for name, programs in row_writers().items():
        runs = [(peer, result) for peer in programs if (result := _measure(peer, path))]
        base = runs[0][1].wall
        for peer, result in runs:
            label = f"{peer.name}, what it has of {name}" if peer is programs[0] else peer.name
            figures = f"{result.wall:.2f} | {result.cpu:.2f} | {result.memory / 1e6:.0f} | {base / result.wall:.1f}"
            yield f"| {label} | {figures} |"


def _small() -> Iterator[str]:
    """What a user waits for who opens a small capture."""
    path = captures.first(captures.load("short", 0.05), SMALL)
    yield from ("", "## A small capture", "", f"{SMALL:,} packets: the time to start.", "")
    yield from ("| program | seconds | peak memory MB |", "|---|---:|---:|")
    for peer in (ours("summary", "FILE", name="wireglass summary"), _quick_tshark()):
        result = _measure(peer, path)
        if result:
            yield f"| {peer.name} | {result.wall:.3f} | {result.memory / 1e6:.0f} |"


def _quick_tshark() -> Peer:
    return Peer("tshark -r", ("tshark", "-r", "FILE"))


def _live() -> Iterator[str]:
    """What both lose of the same packets."""
    if live.is_possible():
        yield from ("", "## Live, to disk", "", "Small datagrams on loopback for three seconds, to each in turn.", "")
        yield from live.table()


def _growth() -> Iterator[str]:
    """Whether a packet of a big file costs what one of a small file costs."""
    yield from (
        "",
        "## Cost per packet as captures grow",
        "",
        "The engine alone, on short connections.",
        "",
    )
    yield from ("| packets | seconds | ns a packet | peak memory MB |", "|---:|---:|---:|---:|")
    for scale in SIZES:
        path = captures.load("short", scale)
        packets = captures.count(path)
        seconds = median(engine_seconds(path) for _ in range(ROUNDS))
        memory = run(library("engine").on(path)).memory
        yield f"| {packets:,} | {seconds:.2f} | {seconds / packets * 1e9:,.0f} | {memory / 1e6:.0f} |"


if __name__ == "__main__":
    main()
