"""The constants of the capture file formats, and the limits that apply when files are read.

pcap: draft-ietf-opsawg-pcap; pcapng: draft-ietf-opsawg-pcapng (sections are quoted as "pcapng §").
"""

from __future__ import annotations

from enum import IntEnum


class Block(IntEnum):
    """Types of pcapng blocks that are read or written (pcapng §11.1)."""

    SECTION = 0x0A0D0D0A
    INTERFACE = 1
    OLD_PACKET = 2
    SIMPLE_PACKET = 3
    STATISTICS = 5
    PACKET = 6
    REPORTS = 0x80005747
    """Wireglass's own block type, from the range reserved for local use (pcapng §10.1); other readers skip it."""


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
    """What follows is incomplete: the file ends here, or has been written only up to here so far."""
    OTHER = 2
    """A block that is not a packet but has to be read, such as a section header or an interface description."""
    DAMAGED = 3
    """The following bytes are not a valid record."""
    STRANGER = 4
    """A packet of an interface that has not been described yet."""


REPORTS_MAGIC = b"WGTOKENS"
"""First bytes of the body of a reports block, since other programs may use the same block type. JSON lines follow."""

GZIP = b"\x1f\x8b"
ZSTD = b"\x28\xb5\x2f\xfd"
"""First bytes of a compressed file."""

BYTE_ORDER_MAGIC = 0x1A2B3C4D
"""The value that shows the byte order of a pcapng section (pcapng §4.1)."""

MAX_CAPTURED = 1 << 20
"""Maximum bytes of a packet. The longest packets captured on a link that carries TCP are the kernel's 512 KiB segments
(IPv6 jumbograms between a host and its network card); a length above the maximum means the file is damaged."""

MAX_BLOCK = 16 << 20
"""Maximum bytes of a pcapng block; libpcap has the same limit."""

MAX_OPTIONS = 256
"""Maximum number of options read in one block."""

MAX_INTERFACES = 0xFFFF
"""Maximum number of interfaces in a file: the packet table numbers them with 16-bit integers."""

MAX_COMMENTS = 10_000
"""Maximum number of packet comments kept per file."""

MAX_REPORT = 1 << 16
"""Maximum bytes of a report (a line of JSON); longer ones are ignored."""

MAX_TEXT = 4096
"""Maximum bytes kept of a comment, name or description."""

SNAPLEN = 262_144
"""Maximum bytes of a packet that a live capture keeps: the usual limit of capture tools, and more than a loopback
segment has."""


def is_packed(first_bytes: bytes) -> bool:
    """Whether a file that begins with these bytes is compressed in a format that `unpack` supports."""
    return first_bytes.startswith((GZIP, ZSTD))
