"""Readable names for the layers and fields that scapy abbreviates."""

from __future__ import annotations

TITLES: dict[str, str] = {
    "802.1Q": "VLAN tag (802.1Q)",
    "802_1AD": "Provider VLAN tag (802.1ad)",
    "cooked linux": "Linux cooked capture",
    "cooked linux v2": "Linux cooked capture, version 2",
    "Ethernet": "Ethernet",
    "IP": "Internet Protocol, version 4: from host to host",
    "IPv6": "Internet Protocol, version 6: from host to host",
    "Link": "Link layer",
    "Padding": "Padding: no part of the IP packet",
    "Raw": "Payload",
    "TCP": "Transmission Control Protocol: from port to port",
    "UDP": "User Datagram Protocol: from port to port",
}
"""Titles by scapy's name of the layer; a layer that is not listed here is shown by scapy's name."""

LABELS: dict[tuple[str, str], str] = {
    ("Ethernet", "dst"): "destination hardware address",
    ("Ethernet", "src"): "source hardware address",
    ("Ethernet", "type"): "next protocol",
    ("802.1Q", "prio"): "priority",
    ("802.1Q", "vlan"): "VLAN number",
    ("802.1Q", "type"): "next protocol",
    ("cooked linux", "pkttype"): "direction of the packet",
    ("cooked linux", "lladdrtype"): "kind of network",
    ("cooked linux", "src"): "source hardware address",
    ("cooked linux", "proto"): "next protocol",
    ("IP", "ihl"): "header length, in words of 4 bytes",
    ("IP", "tos"): "DSCP (6 bits) and ECN (2 bits)",
    ("IP", "len"): "length of the IP packet",
    ("IP", "id"): "identification",
    ("IP", "frag"): "fragment offset, in units of 8 bytes",
    ("IP", "ttl"): "time to live: hops left",
    ("IP", "proto"): "next protocol",
    ("IP", "chksum"): "header checksum",
    ("IP", "src"): "source address",
    ("IP", "dst"): "destination address",
    ("IPv6", "tc"): "traffic class: DSCP (6 bits) and ECN (2 bits)",
    ("IPv6", "fl"): "flow label",
    ("IPv6", "plen"): "payload length",
    ("IPv6", "nh"): "next header",
    ("IPv6", "hlim"): "hop limit",
    ("IPv6", "src"): "source address",
    ("IPv6", "dst"): "destination address",
    ("TCP", "sport"): "source port",
    ("TCP", "dport"): "destination port",
    ("TCP", "seq"): "sequence number",
    ("TCP", "ack"): "acknowledgment number",
    ("TCP", "dataofs"): "header length, in words of 4 bytes",
    ("TCP", "reserved"): "reserved bits",
    ("TCP", "window"): "receive window, unscaled",
    ("TCP", "chksum"): "checksum",
    ("TCP", "urgptr"): "urgent pointer",
    ("UDP", "sport"): "source port",
    ("UDP", "dport"): "destination port",
    ("UDP", "len"): "length with the header",
    ("UDP", "chksum"): "checksum",
}
"""Labels by scapy's names of the layer and the field; a field that is not listed here is shown by scapy's name."""

FLAGS: dict[str, str] = {
    "F": "FIN",
    "S": "SYN",
    "R": "RST",
    "P": "PSH",
    "A": "ACK",
    "U": "URG",
    "E": "ECE",
    "C": "CWR",
    "N": "AE",
    "DF": "don't fragment",
    "MF": "more fragments",
}
"""Flag names by scapy's abbreviations, for TCP (RFC 9293 §3.1, RFC 9768 for AE) and IP."""
