"""Anomalies of IP fragments and of packet timestamps."""

from __future__ import annotations

from inspector.anomalies.anomaly import Anomaly

IP: tuple[Anomaly, ...] = (
    Anomaly(
        "time-goes-back",
        "Timestamp goes backwards",
        "Its timestamp is {a:time} after that of packet {b} and {c:time} after that of the next packet, while those "
        "two are "
        "in order: its own timestamp is probably corrupt. Durations from or to it are unknown.",
        "",
        packet="b",
        unknown="Its timestamp is {a:time} before that of packet {b}: durations across them are unknown.",
    ),
    Anomaly(
        "ip-fragments-overlap",
        "IP fragments overlap",
        "This IPv6 fragment overlaps another of its datagram, so a host must discard the datagram; not reassembled.",
        "RFC 5722 §4, RFC 8200 §4.5",
        "violation",
    ),
    Anomaly(
        "ip-fragments-overlap-differs",
        "IPv4 fragments overlap, with different bytes",
        "This fragment overlaps another of its datagram, and their bytes differ. IPv4 allows an overlap; which bytes "
        "win depends on the host, so the datagram was not reassembled.",
        "RFC 791 §3.2",
    ),
    Anomaly(
        "ip-fragments-overlap-agrees",
        "IPv4 fragments overlap, with the same bytes",
        "This fragment overlaps another of its datagram, and their bytes are equal: allowed, though some hosts discard "
        "such a datagram.",
        "RFC 791 §3.2",
        "note",
    ),
    Anomaly(
        "ip-datagram-too-long",
        "IP fragments beyond the largest datagram",
        "This fragment extends beyond 65535 bytes; the datagram was not reassembled.",
        "RFC 791 §3.1, RFC 8200 §4.5",
    ),
    Anomaly(
        "ip-too-many-fragments",
        "Too many IP fragments",
        "The datagram has more fragments than any network needs; it was not reassembled.",
        "RFC 791 §3.2",
    ),
    Anomaly(
        "ip-fragments-two-ends",
        "IP fragments with different ends",
        "This fragment gives the datagram a different length than another one does; it was not reassembled.",
        "RFC 791 §3.2",
    ),
    Anomaly(
        "ip-fragments-crowded",
        "Too many incomplete datagrams",
        "Too many datagrams were waiting for fragments; the oldest was discarded.",
        "RFC 791 §3.2",
    ),
    Anomaly(
        "ip-fragments-too-late",
        "Incomplete IP datagram",
        "The other fragments of the datagram did not arrive within 30 seconds, as long as Linux waits for IPv4 "
        "(60 for IPv6; RFC 791 names 15 seconds, RFC 1122 60 to 120, RFC 8200 60).",
        "RFC 791 §3.2, RFC 1122 §3.3.2, RFC 8200 §4.5",
        "note",
    ),
)
