"""The numbers of the capture file formats, and the limits we read them with.

pcap: draft-ietf-opsawg-pcap; pcapng: draft-ietf-opsawg-pcapng (sections are quoted as "pcapng §").
"""

from __future__ import annotations

from enum import IntEnum


class Block(IntEnum):
    """Types of pcapng blocks that we read or write (pcapng §11.1)."""

    SECTION = 0x0A0D0D0A
    INTERFACE = 1
    OLD_PACKET = 2
    SIMPLE_PACKET = 3
    STATISTICS = 5
    PACKET = 6
    REPORTS = 0x80005747
    """Ours, from the range that is left to everybody's own use (pcapng §10.1); other readers step over it."""


class Option(IntEnum):
    """Option codes that every block may have (pcapng §3.5)."""

    END = 0
    COMMENT = 1


class SectionOption(IntEnum):
    """Option codes of a Section Header Block (pcapng §4.1)."""

    APPLICATION = 4


class InterfaceOption(IntEnum):
    """Option codes of an Interface Description Block (pcapng §4.2)."""

    NAME = 2
    DESCRIPTION = 3
    RESOLUTION = 9
    FILTER = 11
    OFFSET = 14


class StatisticsOption(IntEnum):
    """Option codes of an Interface Statistics Block (pcapng §4.6)."""

    RECEIVED = 4
    DROPPED = 5
    DROPPED_BY_SYSTEM = 7
    DELIVERED = 8


class LinkType(IntEnum):
    """Link-layer header types that a live capture can have (https://www.tcpdump.org/linktypes.html)."""

    NULL = 0
    ETHERNET = 1
    RAW = 101
    IEEE802_11 = 105
    RADIOTAP = 127
    SLL2 = 276


class Stop(IntEnum):
    """Why a walk over records stopped."""

    FULL = 0
    """All requested rows are written, and another packet follows."""
    END = 1
    """The rest is incomplete: the end of the file, or of what is written of it so far."""
    OTHER = 2
    """A block that matters and is not a packet."""
    DAMAGED = 3
    """The following bytes are not a valid record."""
    STRANGER = 4
    """A packet of an interface that has not been described."""


REPORTS_MAGIC = b"WGTOKENS"
"""First bytes of a reports block: the block type is for local use, this marks ours. JSON lines follow."""

BYTE_ORDER_MAGIC = 0x1A2B3C4D
"""Marks the byte order of a pcapng section (pcapng §4.1)."""

MAX_CAPTURED = 1 << 20
"""Bytes of a packet. The longest that a link with TCP on it hands over are the kernel's 512 KiB segments (IPv6
jumbograms between a host and its card); a larger length is damage."""

MAX_BLOCK = 16 << 20
"""Bytes of a pcapng block; libpcap has the same limit."""

MAX_OPTIONS = 256
"""Options looked at in one block."""

MAX_INTERFACES = 0xFFFF
"""Interfaces in a file: the packet table's column numbers them with 16 bits."""

MAX_COMMENTS = 10_000
"""Packet comments kept of a file."""

MAX_REPORT = 1 << 16
"""Bytes of one report (a line of JSON) that are kept."""

MAX_TEXT = 4096
"""Bytes of a comment, name or description that are kept."""

SNAPLEN = 262_144
"""Bytes of a packet that a live capture keeps; every tool's usual limit, and more than a loopback segment has."""
