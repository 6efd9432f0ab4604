"""Whether this process may capture, and if not, what would help."""

from __future__ import annotations

import sys

from inspector.errors import CaptureRefused
from inspector.live.afpacket import open_packet_socket
from inspector.live.scapy_sniffer import Sniffer

LOOPBACK = "lo" if sys.platform == "linux" else "lo0"
"""The loopback interface's usual name here."""


def may_capture() -> tuple[bool, str]:
    """Whether packets can be captured here, and why not and what helps, in words for the user."""
    try:
        if sys.platform == "linux":
            open_packet_socket().close()
        else:
            Sniffer(LOOPBACK, None).close()
    except CaptureRefused as refusal:
        return False, str(refusal)
    return True, "Packets can be captured here."
