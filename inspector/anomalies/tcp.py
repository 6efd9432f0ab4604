"""Anomalies of TCP: segments that break its rules or are worth a note. Many of them are also reported by Zeek.

No MUST of an RFC forbids a sender any of them, so none is a violation.
"""

from __future__ import annotations

from inspector.anomalies.anomaly import Anomaly

TCP: tuple[Anomaly, ...] = (
    Anomaly(
        "tcp-impossible-flags",
        "Flags that contradict each other",
        "The flags {a:#05x} contradict each other, or none is set; scanners send such segments.",
        "RFC 9293 §3.10.7",
    ),
    Anomaly(
        "tcp-data-on-syn",
        "Data on a SYN",
        "The SYN carries {a:byte}: allowed, and rare outside TCP Fast Open.",
        "RFC 7413 §3",
        "note",
    ),
    Anomaly(
        "tcp-wrong-syn-ack",
        "SYN-ACK for another SYN",
        "The SYN-ACK acknowledges {a}, but the captured SYN requires {b}.",
        "RFC 9293 §3.10.7.3",
    ),
    Anomaly(
        "tcp-simultaneous-open",
        "Simultaneous open",
        "Each end sent a SYN before it received the other's.",
        "RFC 9293 §3.5",
        "note",
    ),
    Anomaly(
        "tcp-reuse-while-open",
        "New connection between sockets whose previous one had not ended",
        "Connection {a} between the same sockets had not ended in the capture when this SYN was sent: one end may have "
        "lost its state, or the packets that closed it are missing from the capture.",
        "RFC 9293 §3.10.7.4",
    ),
    Anomaly(
        "tcp-reuse-in-time-wait",
        "New connection between sockets in TIME-WAIT",
        "Connection {a} between the same sockets was last in TIME-WAIT; no packet shows whether that had expired.",
        "RFC 6191",
        "note",
    ),
    Anomaly(
        "tcp-begins-with-fin",
        "First packet is a FIN",
        "The first packet seen between these sockets is a FIN.",
        "RFC 9293 §3.6",
        "note",
    ),
    Anomaly(
        "tcp-begins-with-reset",
        "First packet is a RST",
        "The first packet seen between these sockets is a RST.",
        "RFC 9293 §3.5.2",
        "note",
    ),
    Anomaly(
        "tcp-data-before-established",
        "Data before an answer to the SYN was seen",
        "The segment carries {a:byte}, sent before any reply from the server to the SYN was captured. That is allowed, "
        "but until a server has replied, it keeps only data that the SYN itself carries.",
        "RFC 9293 §3.10.2",
        "note",
    ),
    Anomaly(
        "tcp-data-after-reset",
        "Data after a reset",
        "The segment carries {a:byte}, sent on a connection that had been reset.",
        "RFC 9293 §3.5.2",
    ),
    Anomaly(
        "tcp-data-after-fin",
        "Data after the sender's FIN",
        "The segment ends at sequence number {a}, but its sender's FIN had ended the stream at {b}.",
        "RFC 9293 §3.6",
    ),
    Anomaly(
        "tcp-window-shrunk",
        "Window shrunk",
        "The right edge of the receive window moved back by {a:byte}.",
        "RFC 9293 §3.8.6",
        "note",
    ),
    Anomaly(
        "tcp-reset-outside-window",
        "Reset that its receiver should ignore",
        "The RST's sequence number {a} is outside the window that its receiver had advertised ({b} to {c}).",
        "RFC 5961 §3.2",
    ),
    Anomaly(
        "tcp-reset-challenged",
        "Reset inside the window, but not at the next sequence number",
        "The RST's sequence number {a} is inside the window but is not the next expected one, {b}: its receiver should "
        "not reset, but send a challenge ACK.",
        "RFC 5961 §3.2",
    ),
    Anomaly(
        "tcp-segment-outside-window",
        "Segment outside the window",
        "The segment begins at {a}, outside the window that its receiver had advertised ({b} to {c}): the receiver "
        "must not accept it.",
        "RFC 9293 §3.10.7.4",
    ),
    Anomaly(
        "tcp-bad-checksum",
        "Wrong TCP checksum",
        "The checksum of the segment at {a} is wrong, although earlier ones of this sender were right: the receiver "
        "must drop it.",
        "RFC 9293 §3.1",
    ),
    Anomaly(
        "tcp-stray-fin",
        "FIN outside the window",
        "The segment with FIN begins at {a}, outside the window that its receiver had advertised ({b} to {c}): the "
        "receiver must not accept it.",
        "RFC 9293 §3.10.7.4",
    ),
    Anomaly(
        "tcp-ack-of-unsent",
        "ACK of data that was never sent",
        "The segment acknowledges up to {a}, but its receiver has sent only up to {b} in this capture: the receiver "
        "must drop it.",
        "RFC 5961 §5.2",
    ),
    Anomaly(
        "tcp-challenge-ack",
        "Challenge ACK",
        "The ACK probably answers packet {a}, a SYN or RST that its sender should not act on. The sender of that "
        "packet may reply with a RST at the right sequence number.",
        "RFC 5961 §3.2",
        "note",
    ),
    Anomaly(
        "tcp-overlap-differs",
        "Retransmission with different data",
        "Byte {b} of this segment differs from what packet {a} carried there; only the receiver knows which one it "
        "read.",
        "RFC 9293 §3.10.7.4",
        packet="a",
    ),
    Anomaly(
        "tcp-begins-with-syn-ack",
        "First packet is a SYN-ACK",
        "The SYN that this answers was not captured before it.",
        "RFC 9293 §3.5",
        "note",
    ),
    Anomaly(
        "tcp-answer-unseen",
        "Handshake without its SYN-ACK",
        "The client continues as if it had received a SYN-ACK, but nothing from the server is in the capture: the "
        "replies may take another path.",
        "RFC 9293 §3.5",
    ),
    Anomaly(
        "tcp-syn-inside",
        "SYN in an open connection",
        "A SYN was sent when the connection was open: its receiver should drop it and answer with a challenge ACK.",
        "RFC 5961 §4.2",
        "note",
    ),
    Anomaly(
        "tcp-reset-with-data",
        "Reset with data",
        "The RST carries {a:byte}: possibly the reason for it, and not part of the stream.",
        "RFC 9293 §3.5.3",
        "note",
    ),
    Anomaly(
        "tcp-fin-moved",
        "FIN at a different sequence number",
        "This FIN has the sequence number {a}; the first FIN of its sender had {b}.",
        "RFC 9293 §3.10.4",
    ),
    Anomaly(
        "tcp-fin-after-reset",
        "FIN after a reset",
        "A FIN was sent on a connection that had been reset.",
        "RFC 9293 §3.5.2",
        "note",
    ),
    Anomaly(
        "tcp-fin-storm",
        "Storm of FINs",
        "This is the {a}th segment with FIN from one end of the connection.",
        "RFC 9293 §3.6",
    ),
    Anomaly(
        "tcp-reset-storm",
        "Storm of resets",
        "This is the {a}th segment with RST from one end of the connection.",
        "RFC 9293 §3.5.2",
    ),
)
