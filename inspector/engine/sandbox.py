"""Analyses a capture file in a separate process with limited resources, before anything important reads it.

    python -m inspector.engine.sandbox FILE

Prints one JSON object per line: {"packets": n} while it works, and finally {"done": n} or {"error": "…"}. Whatever a
hostile file does to the engine affects only this process, and this process has limited resources.
"""

from __future__ import annotations

import json
import os
import sys
import time

from inspector.errors import InspectorError

MEMORY = 2 << 30
"""The maximum memory in bytes, not counting the mapped file: enough for the tables of some ten million packets."""

CPU_SECONDS = 120
UNPACKED = 1 << 30
"""The maximum number of bytes in a file that it writes: a compressed capture is unpacked into a file."""

OPEN_FILES = 32

REPORT_SECONDS = 0.2


def main(arguments: list[str]) -> int:
    """Analyse FILE; the exit status is 0 if it can be shown."""
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
    """Limit the resources of this process, if the system supports that."""
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
    """Analyse the whole file; returns the number of packets in it."""
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
