"""Oddities of IP fragments."""

from __future__ import annotations

from inspector.anomalies.anomaly import Anomaly

IP: tuple[Anomaly, ...] = (
    Anomaly(
        "time-goes-back",
        "Time goes back",
        "Its time is {a:time} after that of packet {b} and {c:time} after that of the packet behind it, which go on "
        "from one to the other: probably its own time is corrupt. How long something took from or to it is not known.",
        "",
        packet="b",
        unknown="Its time is {a:time} before that of packet {b}: how long something took across them is not known.",
    ),
    Anomaly(
        "ip-fragments-overlap",
        "IP fragments overlap",
        "This IPv6 fragment overlaps another of its datagram, which a host must then discard; it was not rebuilt.",
        "RFC 5722 §4, RFC 8200 §4.5",
        "violation",
    ),
    Anomaly(
        "ip-fragments-overlap-differs",
        "IPv4 fragments overlap, with other bytes",
        "This fragment overlaps another of its datagram, and their bytes differ. IPv4 allows an overlap; hosts differ "
        "in which they believe, so it was not rebuilt.",
        "RFC 791 §3.2",
    ),
    Anomaly(
        "ip-fragments-overlap-agrees",
        "IPv4 fragments overlap, with the same bytes",
        "This fragment overlaps another of its datagram, and their bytes agree: allowed, though some hosts discard "
        "such a datagram.",
        "RFC 791 §3.2",
        "note",
    ),
    Anomaly(
        "ip-datagram-too-long",
        "IP fragments beyond the largest datagram",
        "This fragment reaches beyond 65535 bytes; the datagram was not rebuilt.",
        "RFC 791 §3.1, RFC 8200 §4.5",
    ),
    Anomaly(
        "ip-too-many-fragments",
        "Too many IP fragments",
        "The datagram came in more pieces than any network needs; it was not rebuilt.",
        "RFC 791 §3.2",
    ),
    Anomaly(
        "ip-fragments-two-ends",
        "IP fragments that disagree on the end",
        "This fragment says that the datagram ends elsewhere than another said; it was not rebuilt.",
        "RFC 791 §3.2",
    ),
    Anomaly(
        "ip-fragments-crowded",
        "Too many unfinished datagrams",
        "So many datagrams were waiting for fragments that the oldest was given up.",
        "RFC 791 §3.2",
    ),
    Anomaly(
        "ip-fragments-too-late",
        "IP fragments that never became whole",
        "The other fragments of the datagram did not come within 30 seconds, as long as Linux waits for those of IPv4 "
        "(60 for IPv6; RFC 791 names 15 seconds, RFC 1122 60 to 120, RFC 8200 60).",
        "RFC 791 §3.2, RFC 1122 §3.3.2, RFC 8200 §4.5",
        "note",
    ),
)
