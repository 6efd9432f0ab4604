"""The protocols above IP that have a name here (IANA's registry of protocol numbers)."""

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
"""By protocol number."""

WITHOUT_SEGMENT = NAMES | {6: "part of TCP"}
"""What a packet is in which no TCP segment could be read, by protocol number."""

NOT_IP = "not IP"


def kind_without_segment(number: int | None) -> str:
    """What a packet is in which no TCP segment could be read; `number` is None for one that is not IP."""
    return NOT_IP if number is None else WITHOUT_SEGMENT.get(number, f"IP protocol {number}")
