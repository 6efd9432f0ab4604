"""Codes for every layer that a packet can contain. All share one number space, so that a single loop can walk them.

A *layer code* is an ethertype (0x0600 to 0xFFFF), a number below those that is defined here, or a number from another
registry plus a base: an IP protocol number, a link type (LINKTYPE_ registry) or a UDP port. Each layer that the hot
path does not parse itself has an *opener*: a function that takes the bytes of the packet from that layer on and returns
which layer follows and at which offset.
"""

from __future__ import annotations

from collections.abc import Callable

MAX_LAYERS = 64
"""Maximum number of layers walked in one packet: more than real packets have, and few enough that a packet made of
nothing but tags costs little."""

DONE = 0
"""The walk ends: nothing follows that is decoded."""

ETHERNET = 1
ANY_IP = 2
"""IPv4 or IPv6, as the first four bits show."""
LLC = 3
"""IEEE 802.2, which follows if the Ethernet type/length field is at most 1500."""
PPP = 4
"""A PPP frame that begins with its protocol field, or with the address and control bytes before it (RFC 1662 §3)."""
WIFI = 5
"""An IEEE 802.11 frame, beginning with the frame control field."""
PADDED_WIFI = 6
"""An IEEE 802.11 frame whose header is padded to a multiple of four bytes."""
LOOPBACK = 7
"""The BSD loopback header: an address family in the byte order of the capturing machine."""
ERSPAN_2 = 8
ERSPAN_3 = 9
"""ERSPAN: packets mirrored by Cisco switches and sent inside GRE."""

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
"""The base for IP protocol numbers that are IPv6 extension headers, after which another IP protocol follows."""

TCP = IP_PROTOCOL + 6
UDP = IP_PROTOCOL + 17
FRAGMENT_HEADER = EXTENSION + 44
AUTHENTICATION_HEADER = EXTENSION + 51

EXTENSION_HEADERS = frozenset({0, 43, 44, 51, 60, 135, 139, 140})
"""IPv6 extension headers: hop-by-hop, routing, fragment, authentication, destination options, mobility, HIP, shim6
(IANA's registry)."""

Step = tuple[int, int] | tuple[int, int, int] | None
"""(code of the next layer, bytes to skip to reach it, and, if this layer states where it ends, the bytes up to that
end); None if no layer follows or it is not supported. Bytes after the stated end are padding."""

Opener = Callable[[memoryview], Step]
"""Takes the captured bytes from its layer on. It need not check their number: an IndexError means that the layer is cut
off."""


def ethertype_layer(ethertype: int) -> int:
    """The layer that a type/length field indicates (IEEE 802.3 §3.2.6): a value up to 1500 is the length of an LLC
    frame.
    """
    if ethertype <= LARGEST_LLC:
        return LLC
    return ethertype if ethertype >= SMALLEST_ETHERTYPE else DONE
