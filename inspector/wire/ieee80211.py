"""Parsers of IEEE 802.11 frames, and of the headers that capture tools put before them."""

from __future__ import annotations

from inspector.wire import layers
from inspector.wire.byte_order import be16, le16
from inspector.wire.layers import LINK, Opener, Step
from inspector.wire.link_layer import layer_of

RADIOTAP_TSFT = 1
RADIOTAP_FLAGS = 2
RADIOTAP_MORE = 0x80
"""In the last byte of a presence word: another presence word follows."""
RADIOTAP_PADDED = 0x20
"""In the flags field: the 802.11 header is padded to a multiple of four bytes."""

AVS_MAGIC = 0x8021

DATA = 0x08
"""The first byte of the frame control field: version 0, type data (IEEE 802.11 §9.2.4.1)."""
NO_DATA = 0x40
QOS = 0x80

TO_AND_FROM_DS = 0x03
MORE_FRAGMENTS = 0x04
PROTECTED = 0x40
ORDER = 0x80

AMSDU = 0x80
"""In the QoS control field: the body is a list of subframes, each with addresses and a length before its LLC header
(§9.3.2.2)."""
AMSDU_HEADER = 14


def wifi(packet: memoryview) -> Step:
    """Find the LLC header of an unencrypted data frame; in an aggregate (A-MSDU), that of the first subframe."""
    size = _header_size(packet)
    return _behind_header(packet, size, size) if size else None


def padded_wifi(packet: memoryview) -> Step:
    """Find the LLC header of a frame whose MAC header is padded to a multiple of four bytes, as some drivers do."""
    size = _header_size(packet)
    return _behind_header(packet, size, size + 3 & ~3) if size else None


def _header_size(packet: memoryview) -> int:
    """The length of the MAC header; 0 if the frame is not an unencrypted, unfragmented data frame."""
    control, flags = packet[0], packet[1]
    if control & 0x0F != DATA or control & NO_DATA or flags & (PROTECTED | MORE_FRAGMENTS) or packet[22] & 0x0F:
        return 0
    size = 30 if flags & TO_AND_FROM_DS == TO_AND_FROM_DS else 24
    if control & QOS:
        size += 6 if flags & ORDER else 2
    return size


def _behind_header(packet: memoryview, size: int, body: int) -> Step:
    qos_at = size - (6 if packet[1] & ORDER else 2)
    if packet[0] & QOS and packet[qos_at] & AMSDU:
        return layers.LLC, body + AMSDU_HEADER, body + AMSDU_HEADER + be16(packet, body + AMSDU_HEADER - 2)
    return layers.LLC, body


def radiotap(packet: memoryview) -> Step:
    """Parse a radiotap header (https://www.radiotap.org): its length, presence words that say which fields are there,
    then the fields.
    """
    at = 4
    while packet[at + 3] & RADIOTAP_MORE:
        at += 4
    at += 4
    if packet[4] & RADIOTAP_TSFT:
        at = (at + 7 & ~7) + 8
    is_padded = packet[4] & RADIOTAP_FLAGS and packet[at] & RADIOTAP_PADDED
    return layers.PADDED_WIFI if is_padded else layers.WIFI, max(8, le16(packet, 2))


def prism(packet: memoryview) -> Step:
    """Parse a Prism header, whose length is in the byte order of the capturing machine, or an AVS header."""
    if be16(packet, 0) == AVS_MAGIC:
        return avs(packet)
    return layers.WIFI, le16(packet, 4) or be16(packet, 6)


def avs(packet: memoryview) -> Step:
    """Parse an AVS header: a magic number, then the header's length."""
    return layers.WIFI, be16(packet, 6)


def ppi(packet: memoryview) -> Step:
    """Parse a Per-Packet Information header: its length, and the link type of the packet that follows."""
    return layer_of(le16(packet, 4)), max(8, le16(packet, 2))


OPENERS: dict[int, Opener] = {
    layers.WIFI: wifi,
    layers.PADDED_WIFI: padded_wifi,
    LINK + 105: wifi,
    LINK + 119: prism,
    LINK + 127: radiotap,
    LINK + 163: avs,
    LINK + 192: ppi,
}
