"""Names of common protocols above IP (IANA's registry of protocol numbers)."""

from __future__ import annotations

NAMES = {
    1: "ICMP",
    2: "IGMP",
    6: "TCP",
    17: "UDP",
    47: "GRE",
    50: "ESP",
    58: "ICMPv6",
    89: "OSPF",
    132: "SCTP",
}
"""Protocol names by IP protocol number."""

WITHOUT_SEGMENT = NAMES | {6: "part of TCP"}
"""The kind of a packet in which no TCP segment could be decoded, by IP protocol number."""

NOT_IP = "not IP"


def kind_without_segment(number: int | None) -> str:
    """The kind of a packet in which no TCP segment could be decoded. `number` is its IP protocol number, None if it is
    not IP.
    """
    return NOT_IP if number is None else WITHOUT_SEGMENT.get(number, f"IP protocol {number}")
