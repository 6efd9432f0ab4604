"""Where packets come from: saved capture files, and the live capture that writes one."""

from inspector.pcap.interfaces import Interface
from inspector.pcap.reader import PacketFile, open_packets

__all__ = ["Interface", "PacketFile", "open_packets"]
