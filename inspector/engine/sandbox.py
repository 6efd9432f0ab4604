"""A capture file tried out in a process of its own, before anything that matters reads it.

    python -m inspector.engine.sandbox FILE

Prints a JSON object a line: {"packets": n} while it works, in the end {"done": n} or {"error": "…"}. Whatever a hostile
file makes of the engine, it costs this process, and this process is bounded.
"""

from __future__ import annotations

import json
import os
import sys
import time

from inspector.errors import InspectorError

MEMORY = 2 << 30
"""Bytes of memory, the mapped file not counted: tables of some ten million packets."""

CPU_SECONDS = 120
UNPACKED = 1 << 30
"""Bytes that it may write: a compressed capture is unpacked into a file."""

OPEN_FILES = 32

REPORT_SECONDS = 0.2


def main(arguments: list[str]) -> int:
    """Try FILE; the exit status is 0 when it can be shown."""
    (path,) = arguments
    try:
        limit(os.path.getsize(path))
        packets = try_out(path)
    except (InspectorError, OSError) as error:
        _say(error=str(error))
        return 1
    except MemoryError:
        _say(error="It needs more memory than an upload may use. Split it into smaller captures (editcap).")
        return 1
    _say(done=packets)
    return 0


def limit(file_bytes: int) -> None:
    """Bound what this process may use, where the system can do that."""
    try:
        import resource
    except ImportError:  # Windows
        return
    bounds = {
        resource.RLIMIT_AS: MEMORY + 2 * file_bytes,
        resource.RLIMIT_CPU: CPU_SECONDS,
        resource.RLIMIT_FSIZE: UNPACKED,
        resource.RLIMIT_NOFILE: OPEN_FILES,
        resource.RLIMIT_CORE: 0,
    }
    for kind, most in bounds.items():
        allowed = resource.getrlimit(kind)[1]
        most = most if allowed == resource.RLIM_INFINITY else min(most, allowed)
        resource.setrlimit(kind, (most, most))


def try_out(path: str) -> int:
    """Analyse the file from end to end; how many packets it holds."""
    from inspector.engine.capture import Capture
    from inspector.pcap.reader import open_packets

    reported = time.monotonic()

    def report(packets: int) -> None:
        nonlocal reported
        if time.monotonic() - reported > REPORT_SECONDS:
            reported = time.monotonic()
            _say(packets=packets)

    capture = Capture(open_packets(path))
    capture.analyse(report)
    return len(capture.packets)


def _say(**words: object) -> None:
    print(json.dumps(words), flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
