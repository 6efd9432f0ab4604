"""Codes for everything that can come next inside a packet: one number space for all layers, so that one loop walks
them.

A *layer code* is an ethertype (0x0600 to 0xFFFF), a made-up number below those, or a foreign number plus its base: an
IP protocol number, a link type (LINKTYPE_ registry) or a UDP port. A layer that the hot path leaves to others has an
*opener*: a function that gets the bytes of the packet from that layer on and says which layer follows, how far in.
"""

from __future__ import annotations

from collections.abc import Callable

MAX_LAYERS = 64
"""Layers walked in one packet: more than any real nesting has, so a packet made of nothing but tags stays cheap."""

DONE = 0
"""Nothing we dissect follows."""

ETHERNET = 1
ANY_IP = 2
"""IPv4 or IPv6; the first four bits decide."""
LLC = 3
"""IEEE 802.2: what an Ethernet type field of at most 1500 announces."""
PPP = 4
"""A PPP frame from its protocol field on, or from the address and control bytes before it (RFC 1662 §3)."""
WIFI = 5
"""IEEE 802.11, from the frame control field on."""
PADDED_WIFI = 6
"""The same with its header padded to a multiple of four bytes."""
LOOPBACK = 7
"""BSD loopback: an address family in the byte order of the capturing machine."""
ERSPAN_2 = 8
ERSPAN_3 = 9
"""Mirrored packets as Cisco's switches send them, in GRE."""

LARGEST_LLC = 1500
SMALLEST_ETHERTYPE = 0x0600

IPV4 = 0x0800
VLAN = 0x8100
IPV6 = 0x86DD
MPLS = 0x8847
PPPOE = 0x8864
PROVIDER_VLAN = 0x88A8
NSH = 0x894F
OLD_QINQ = 0x9100

IP_PROTOCOL = 0x10000
LINK = 0x20000
UDP_PORT = 0x30000
EXTENSION = 0x40000
"""Base of the IP protocols that are extension headers of IPv6: another IP protocol follows them."""

TCP = IP_PROTOCOL + 6
UDP = IP_PROTOCOL + 17
FRAGMENT_HEADER = EXTENSION + 44
AUTHENTICATION_HEADER = EXTENSION + 51

EXTENSION_HEADERS = frozenset({0, 43, 44, 51, 60, 135, 139, 140})
"""Hop-by-hop, routing, fragment, authentication, destination options, mobility, HIP, shim6 (IANA's registry)."""

Step = tuple[int, int] | tuple[int, int, int] | None
"""(code of the next layer, bytes to skip to it, bytes up to the end that this layer states, if it states one); None
when there is none, or none that we dissect. What lies behind a stated end is padding."""

Opener = Callable[[memoryview], Step]
"""Gets the captured bytes from its layer on. It may read past them: the IndexError means that the layer is cut off."""


def ethertype_layer(ethertype: int) -> int:
    """The layer that a type/length field announces (IEEE 802.3 §3.2.6): up to 1500 it is the length of an LLC frame."""
    if ethertype <= LARGEST_LLC:
        return LLC
    return ethertype if ethertype >= SMALLEST_ETHERTYPE else DONE
