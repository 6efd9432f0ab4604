"""Oddities of IP fragments."""

from __future__ import annotations

from inspector.anomalies.anomaly import Anomaly

IP: tuple[Anomaly, ...] = (
    Anomaly(
        "time-goes-back",
        "Time goes back",
        "Its time is {a} ns before that of packet {b}: how long something took across them is not known.",
        "",
        packet="b",
    ),
    Anomaly(
        "ip-fragments-overlap",
        "IP fragments overlap",
        "This fragment overlaps another of its datagram; hosts differ in which they believe, so it was not rebuilt.",
        "RFC 5722",
        "violation",
    ),
    Anomaly(
        "ip-datagram-too-long",
        "IP fragments beyond the largest datagram",
        "This fragment reaches beyond 65535 bytes; the datagram was not rebuilt.",
        "RFC 791 §3.1",
        "violation",
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
        "violation",
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
        "The other fragments of the datagram did not come within 30 seconds.",
        "RFC 791 §3.2",
        "note",
    ),
)
