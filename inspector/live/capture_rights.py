"""Checks whether this process may capture packets, and explains what to do if it may not."""

from __future__ import annotations

import sys

from inspector.errors import CaptureRefused
from inspector.live.afpacket import open_packet_socket
from inspector.live.packet_source import LOOPBACK
from inspector.live.scapy_sniffer import Sniffer


def may_capture() -> tuple[bool, str]:
    """Whether packets can be captured here, and a message for the user; if they cannot, it says why and what to do."""
    try:
        if sys.platform == "linux":
            open_packet_socket().close()
        else:
            Sniffer(LOOPBACK, None).close()
    except CaptureRefused as refusal:
        return False, str(refusal)
    return True, "Packets can be captured here."
