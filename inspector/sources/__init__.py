"""Where packets come from: saved capture files, and the live capture that writes one."""

from inspector.sources.files import PacketFile, open_packets
from inspector.sources.interfaces import Interface

__all__ = ["Interface", "PacketFile", "open_packets"]
