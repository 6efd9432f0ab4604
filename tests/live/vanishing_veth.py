"""Run in a network namespace: a capture whose interface is deleted, and another of its name made; prints the troubles.

python -m tests.live.vanishing_veth SPOOL
"""

from __future__ import annotations

import subprocess
import sys

from inspector.live.live_capture import LiveCapture
from tests.waiting import wait_until


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True, text=True)


def make_pair() -> None:
    ip("link", "add", "ours", "type", "veth", "peer", "peers")
    for name in ("ours", "peers"):
        ip("link", "set", name, "up")


def main(spool: str) -> None:
    try:
        make_pair()
    except (OSError, subprocess.CalledProcessError) as error:
        print("impossible:", getattr(error, "stderr", "") or error)
        return
    with LiveCapture.start("ours", spool, with_sockets=True) as capture:
        capture.wait_ready()
        ip("link", "delete", "ours")
        make_pair()
        wait_until(lambda: capture.troubles)
        print(*(trouble.sentence for trouble in capture.troubles))


if __name__ == "__main__":
    main(sys.argv[1])
