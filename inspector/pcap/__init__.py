"""Reads packets from capture files: saved ones, and the one that a live capture is writing."""

from inspector.pcap.interfaces import Interface
from inspector.pcap.reader import PacketFile, open_packets

__all__ = ["Interface", "PacketFile", "open_packets"]
