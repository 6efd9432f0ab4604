"""One command as a whole process: how long, how much processor, how much memory."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

KIBIBYTE = 1024

WAITER = """
import json, os, sys, time
begin = time.perf_counter()
child = os.fork()
if child == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
_, status, usage = os.wait4(child, 0)
print(json.dumps([time.perf_counter() - begin, usage.ru_utime + usage.ru_stime, usage.ru_maxrss, status]),
file=sys.stderr)
"""
"""A small process that starts the measured one: a process is charged for the memory of the one that forks it."""


@dataclass(frozen=True)
class Run:
    """One finished process; seconds and bytes."""

    wall: float
    cpu: float
    memory: int


def run(command: Sequence[str], environment: dict[str, str] | None = None) -> Run:
    """Run the command to its end with its output thrown away.

    Raises:
        subprocess.CalledProcessError: it failed.
    """
    done = subprocess.run(
        [sys.executable, "-S", "-E", "-c", WAITER, *command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={**os.environ, **(environment or {})},
        check=True,
    )
    wall, cpu, memory, status = json.loads(done.stderr.splitlines()[-1])
    if status:
        raise subprocess.CalledProcessError(os.waitstatus_to_exitcode(status), list(command))
    return Run(wall, cpu, memory * KIBIBYTE)


def middle(runs: Sequence[Run]) -> Run:
    """The median of each figure."""
    return Run(median(r.wall for r in runs), median(r.cpu for r in runs), int(median(r.memory for r in runs)))


def machine() -> str:
    """The machine in one line: what a reader must know to judge the figures."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} × {model}, {memory:.0f} GiB, Linux {os.uname().release}, page {resource.getpagesize()} B"
