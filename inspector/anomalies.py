"""Every oddity the engine can report: code, what it says, and the rule it breaks.

An anomaly row (`tables.ANOMALIES`) holds the index of its code here and the numbers that were compared; `describe` puts
them into the code's sentence. The documentation is made from the same lists.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Anomaly:
    """One kind of oddity.

    `detail` is a sentence with the places {a}, {b}, {c} for the row's numbers. `severity` is "note" (legal, worth
    knowing), "warning" (something went wrong on the way) or "violation" (an RFC's MUST is broken).
    """

    code: str
    title: str
    detail: str
    reference: str
    severity: str = "warning"


IP: tuple[Anomaly, ...] = (
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

TCP: tuple[Anomaly, ...] = (
    Anomaly(
        "tcp-impossible-flags",
        "Flags that contradict each other",
        "The flags {a:#05x} say things that exclude each other, or nothing at all; scanners send such segments.",
        "RFC 9293 §3.10.7",
        "violation",
    ),
    Anomaly(
        "tcp-data-on-syn",
        "Data on a SYN",
        "The SYN carries {a} bytes: allowed, and rare outside TCP Fast Open.",
        "RFC 7413 §3",
        "note",
    ),
    Anomaly(
        "tcp-wrong-syn-ack",
        "SYN-ACK of another SYN",
        "The SYN-ACK acknowledges {a}, but the SYN seen asks for {b}.",
        "RFC 9293 §3.10.7.3",
    ),
    Anomaly(
        "tcp-simultaneous-open",
        "Both ends asked at once",
        "Each end sent a SYN before it saw the other's.",
        "RFC 9293 §3.5",
        "note",
    ),
    Anomaly(
        "tcp-reuse-while-open",
        "New connection on sockets that are still in use",
        "Connection {a} between the same sockets was not closed when this SYN came: one end has forgotten it.",
        "RFC 9293 §3.10.7.4",
    ),
    Anomaly(
        "tcp-reuse-in-time-wait",
        "New connection on sockets in TIME-WAIT",
        "Connection {a} between the same sockets was still in TIME-WAIT.",
        "RFC 6191",
        "note",
    ),
    Anomaly(
        "tcp-begins-with-fin",
        "First packet is a FIN",
        "The first packet seen of this connection closes it.",
        "RFC 9293 §3.6",
        "note",
    ),
    Anomaly(
        "tcp-begins-with-reset",
        "First packet is a RST",
        "The first packet seen of this connection breaks it off.",
        "RFC 9293 §3.5.2",
        "note",
    ),
    Anomaly(
        "tcp-data-before-established",
        "Data before the handshake was answered",
        "{a} bytes were sent before the server had answered.",
        "RFC 9293 §3.10.2",
        "violation",
    ),
    Anomaly(
        "tcp-data-after-reset",
        "Data after a reset",
        "{a} bytes were sent on a connection that had been reset.",
        "RFC 9293 §3.5.2",
    ),
    Anomaly(
        "tcp-data-after-fin",
        "Data behind its sender's FIN",
        "The segment ends at {a}, but its sender had ended its stream at {b}.",
        "RFC 9293 §3.6",
        "violation",
    ),
    Anomaly(
        "tcp-window-shrunk",
        "Window taken back",
        "The right edge of the receive window moved back by {a} bytes.",
        "RFC 9293 §3.8.6",
        "note",
    ),
    Anomaly(
        "tcp-reset-outside-window",
        "Reset that its receiver should ignore",
        "The RST's number {a} is outside the window that its receiver announced ({b} to {c}).",
        "RFC 5961 §3.2",
    ),
    Anomaly(
        "tcp-overlap-differs",
        "The same bytes sent twice, differently",
        "Byte {b} of this segment is not what packet {a} had said there; only the receiver knows which it read.",
        "RFC 9293 §3.10.7.4",
        "violation",
    ),
    Anomaly(
        "tcp-begins-with-syn-ack",
        "First packet is a SYN-ACK",
        "The SYN that this answers is not in the capture, or was never sent.",
        "RFC 9293 §3.5",
        "note",
    ),
    Anomaly(
        "tcp-answer-unseen",
        "Handshake without its SYN-ACK",
        "The client goes on as if it had been answered, but nothing from the server is in the capture: the answers may "
        "take another way.",
        "RFC 9293 §3.5",
    ),
    Anomaly(
        "tcp-syn-inside",
        "SYN in an open connection",
        "The SYN came again when the connection was open; its receiver answers with a mere ACK.",
        "RFC 5961 §4.2",
        "note",
    ),
    Anomaly(
        "tcp-reset-with-data",
        "Data on a reset",
        "The RST carries {a} bytes: words for people, not part of the stream.",
        "RFC 9293 §3.5.3",
        "note",
    ),
    Anomaly(
        "tcp-fin-moved",
        "FIN at another place than before",
        "This FIN has the number {a}, its sender's first had {b}.",
        "RFC 9293 §3.10.4",
        "violation",
    ),
    Anomaly(
        "tcp-fin-after-reset",
        "FIN after a reset",
        "The connection was already reset; there is nothing left to close.",
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

HTTP: tuple[Anomaly, ...] = (
    Anomaly(
        "http-bare-lf",
        "Lines end in LF alone",
        "A line of the head ends in LF without CR.",
        "RFC 9112 §2.2",
        "note",
    ),
    Anomaly(
        "http-empty-line-before-start",
        "Empty line before the start line",
        "{a} bytes of empty lines stood before the start line.",
        "RFC 9112 §2.2",
        "note",
    ),
    Anomaly(
        "http-folded-field",
        "Folded field",
        "A field value goes on in the next line; old software may read it as a field of its own.",
        "RFC 9112 §5.2",
        "violation",
    ),
    Anomaly(
        "http-two-content-lengths",
        "Two Content-Lengths that differ",
        "One Content-Length says {a}, another {b}; read here as {a}. Two programs may see two messages.",
        "RFC 9112 §6.3",
        "violation",
    ),
    Anomaly(
        "http-repeated-content-length",
        "The same Content-Length twice",
        "Content-Length: {a} stands there more than once.",
        "RFC 9110 §8.6",
        "note",
    ),
    Anomaly(
        "http-bad-content-length",
        "Content-Length is no number",
        "The Content-Length cannot be read as a number of bytes; ignored here.",
        "RFC 9112 §6.3",
        "violation",
    ),
    Anomaly(
        "http-content-length-zeros",
        "Content-Length with leading zeros",
        "The Content-Length is {a}, written with leading zeros.",
        "RFC 9110 §8.6",
        "note",
    ),
    Anomaly(
        "http-length-and-chunked",
        "Content-Length and chunked in one message",
        "Read as chunked the body takes {b} bytes of the stream, by Content-Length {a}: two readings of it.",
        "RFC 9112 §6.1",
        "violation",
    ),
    Anomaly(
        "http-chunked-not-last",
        "chunked is not the last transfer coding",
        "Transfer-Encoding has chunked, but not once and at its end; read here as chunked.",
        "RFC 9112 §6.1",
        "violation",
    ),
    Anomaly(
        "http-unknown-transfer-coding",
        "Transfer coding without chunked",
        "Transfer-Encoding names a coding, but not chunked: only the end of the connection ends the body.",
        "RFC 9112 §6.3",
    ),
    Anomaly(
        "http-space-before-colon",
        "White space before the colon",
        "White space stands between a field name and its colon.",
        "RFC 9112 §5.1",
        "violation",
    ),
    Anomaly(
        "http-bad-field",
        "A field line that is none",
        "A line of the head has no colon, or a name with characters that names cannot have.",
        "RFC 9110 §5.1",
        "violation",
    ),
    Anomaly(
        "http-lower-case-version",
        "HTTP version in lower case",
        'The version is written as "http/"; names of the protocol are case-sensitive.',
        "RFC 9112 §2.3",
        "violation",
    ),
    Anomaly(
        "http-0.9",
        "HTTP/0.9",
        "A request without a version, or an answer to one, which is a body without a head.",
        "RFC 9112 Appendix C.1",
        "note",
    ),
    Anomaly(
        "http-bad-chunk",
        "Chunk that cannot be read",
        "No chunk size or line end where one is due, at stream offset {a}; this direction is not read further.",
        "RFC 9112 §7.1",
        "violation",
    ),
    Anomaly(
        "http-gap-in-body",
        "Bytes of a body are missing",
        "{a} bytes of the body, from stream offset {b}, are not in the capture; skipped by length.",
        "RFC 9112 §6.3",
    ),
    Anomaly(
        "http-cut-short",
        "Message cut short",
        "The connection ended with {a} bytes of the body seen (of {b} announced; -1: not announced).",
        "RFC 9112 §8",
    ),
    Anomaly(
        "http-head-cut",
        "Head cut short",
        "The head ends after {a} bytes without its empty line; the rest is not in the capture.",
        "RFC 9112 §8",
    ),
    Anomaly(
        "http-head-too-long",
        "Head too long",
        "The head is longer than {a} bytes; not followed further.",
        "RFC 9110 §5.4",
    ),
    Anomaly(
        "http-orphan-response",
        "Response without request",
        "Status {a} answers no request that was seen.",
        "RFC 9112 §9.3.2",
    ),
    Anomaly(
        "http-resynchronised",
        "Found again",
        "{a} bytes could not be read; a start line was found again at stream offset {b}.",
        "RFC 9112 §2.1",
    ),
    Anomaly(
        "http-chunked-in-1.0",
        "Transfer-Encoding in HTTP/1.0",
        "A message of HTTP/1.0 has Transfer-Encoding; read here as HTTP/1.1 does.",
        "RFC 9112 §6.1",
        "violation",
    ),
    Anomaly(
        "http-bad-start-line",
        "Start line not as the grammar has it",
        "The start line can be read, but does not have its three parts with one space between.",
        "RFC 9112 §3",
        "violation",
    ),
    Anomaly(
        "http-control-byte",
        "NUL or bare CR in the head",
        "A NUL, or a CR without LF, stands in the head.",
        "RFC 9110 §5.5",
        "violation",
    ),
    Anomaly(
        "http-not-a-start-line",
        "Bytes that are no HTTP message",
        "At stream offset {a} a start line was expected and something else stands there.",
        "RFC 9112 §2.1",
    ),
    Anomaly(
        "http-lost-between-messages",
        "Bytes are missing between messages",
        "{a} bytes from stream offset {b} are not in the capture; how many messages they held is unknown.",
        "RFC 9112 §9.3",
    ),
    Anomaly(
        "http-too-many-unanswered",
        "Too many unanswered requests",
        "More than {a} requests wait for an answer; later ones are no longer paired.",
        "RFC 9112 §9.3.2",
    ),
    Anomaly(
        "http-pairing-corrected",
        "Unanswered requests passed over",
        "{a} requests lost their answers in a gap; the response belongs to the newest request.",
        "RFC 9112 §9.3.2",
        "note",
    ),
    Anomaly(
        "http-unexpected-101",
        "101 out of turn",
        "101 Switching Protocols while {a} other requests were unanswered; not followed.",
        "RFC 9110 §15.2.2",
        "violation",
    ),
    Anomaly(
        "http-data-before-upgrade",
        "Data before the answer to an upgrade",
        "{a} pieces of data followed the request before the server had agreed to change the protocol (early data).",
        "RFC 6455 §4.1",
        "violation",
    ),
)

WEBSOCKET: tuple[Anomaly, ...] = (
    Anomaly(
        "ws-wrong-accept",
        "Wrong Sec-WebSocket-Accept",
        "Sec-WebSocket-Accept is not the SHA-1 answer to the Sec-WebSocket-Key.",
        "RFC 6455 §4.2.2",
        "violation",
    ),
    Anomaly(
        "ws-bad-handshake",
        "Handshake with a part missing",
        "The upgrade lacks a key, an answer to it, or the version 13.",
        "RFC 6455 §4.1",
        "violation",
    ),
    Anomaly(
        "ws-extension-not-offered",
        "Extension that was not offered",
        "The server uses an extension, or a parameter of one, that the client did not offer.",
        "RFC 6455 §9.1",
        "violation",
    ),
    Anomaly(
        "ws-no-handshake",
        "WebSocket by its looks",
        "No handshake in the capture; {a} frames in a row fit together, so it is read as WebSocket.",
        "RFC 6455 §5.2",
        "note",
    ),
    Anomaly(
        "ws-handshake-unanswered",
        "Upgrade without an answer",
        "The answer to the upgrade is not in the capture; what follows looks like frames and is read so.",
        "RFC 6455 §4.1",
    ),
    Anomaly(
        "ws-unmasked-client",
        "Client frame without mask",
        "A frame from the client is not masked.",
        "RFC 6455 §5.1",
        "violation",
    ),
    Anomaly(
        "ws-masked-server",
        "Masked server frame",
        "A frame from the server is masked.",
        "RFC 6455 §5.1",
        "violation",
    ),
    Anomaly(
        "ws-reserved-bits",
        "Reserved bits set",
        "The reserved bits are {a} (RSV1 4, RSV2 2, RSV3 1); no extension agreed on gives them a meaning.",
        "RFC 6455 §5.2",
        "violation",
    ),
    Anomaly("ws-reserved-opcode", "Reserved opcode", "Opcode {a} has no meaning.", "RFC 6455 §5.2", "violation"),
    Anomaly(
        "ws-control-too-long",
        "Control frame too long",
        "A control frame of {a} bytes; 125 is the most.",
        "RFC 6455 §5.5",
        "violation",
    ),
    Anomaly(
        "ws-control-fragmented",
        "Control frame in fragments",
        "A control frame without FIN.",
        "RFC 6455 §5.5",
        "violation",
    ),
    Anomaly(
        "ws-length-not-minimal",
        "Length written too long",
        "The length {a} takes more bytes than it needs.",
        "RFC 6455 §5.2",
        "violation",
    ),
    Anomaly(
        "ws-length-impossible",
        "Impossible length",
        "The highest bit of a 64-bit length is set; nothing more of this direction is read.",
        "RFC 6455 §5.2",
        "violation",
    ),
    Anomaly(
        "ws-continuation-of-nothing",
        "Continuation of nothing",
        "A continuation frame, but no message is in progress.",
        "RFC 6455 §5.4",
        "violation",
    ),
    Anomaly(
        "ws-message-interrupted",
        "Message interrupted",
        "A new data message begins with opcode {a} before the one in progress has ended.",
        "RFC 6455 §5.4",
        "violation",
    ),
    Anomaly(
        "ws-bad-utf8",
        "Text that is not UTF-8",
        "A text message has bytes that are not UTF-8; an endpoint closes with 1007.",
        "RFC 6455 §8.1",
        "violation",
    ),
    Anomaly(
        "ws-close-length",
        "Close frame of one byte",
        "The body of a close frame is one byte; it is either empty or begins with a code of two.",
        "RFC 6455 §5.5.1",
        "violation",
    ),
    Anomaly(
        "ws-close-code",
        "Close code that must not be sent",
        "Close code {a} must not stand in a frame.",
        "RFC 6455 §7.4",
        "violation",
    ),
    Anomaly(
        "ws-after-close",
        "Data after close",
        "A frame with opcode {a} behind the close frame of the same sender.",
        "RFC 6455 §5.5.1",
        "violation",
    ),
    Anomaly(
        "ws-frame-damaged",
        "Bytes of a frame are missing",
        "{a} bytes of a frame are not in the capture; its length is known, so the next frame is found.",
        "RFC 6455 §5.2",
    ),
    Anomaly(
        "ws-lost",
        "Frames are missing",
        "{a} bytes from stream offset {b} are not in the capture; where the next frame begins is unknown.",
        "RFC 6455 §5.2",
    ),
    Anomaly(
        "ws-resynchronised",
        "Frames found again",
        "{a} bytes were passed over; from stream offset {b} on, frames fit together again.",
        "RFC 6455 §5.2",
    ),
    Anomaly(
        "ws-cut-short",
        "Frame cut short",
        "The connection ended {a} bytes before the end of a frame.",
        "RFC 6455 §7.1.7",
    ),
    Anomaly(
        "ws-context-lost",
        "Compression context lost",
        "Bytes that later messages refer to are not in the capture: this message of {a} bytes cannot be inflated.",
        "RFC 7692 §7.2.2",
    ),
    Anomaly(
        "ws-context-recovered",
        "Compression context recovered",
        "Messages can be inflated again; {a} before this one could not.",
        "RFC 7692 §7.2.2",
        "note",
    ),
    Anomaly(
        "ws-bad-deflate",
        "Compressed data that cannot be inflated",
        "The {a} bytes of a compressed message are no valid DEFLATE data.",
        "RFC 7692 §7.2.2",
        "violation",
    ),
    Anomaly(
        "ws-inflates-too-far",
        "Message inflates too far",
        "{a} compressed bytes had become {b} when the limit was reached; not inflated further.",
        "RFC 7692 §8",
    ),
    Anomaly(
        "ws-too-many-contexts",
        "Too many compressed conversations",
        "{a} conversations are being inflated already; of this one lengths are kept.",
        "RFC 7692 §8",
    ),
)

ANOMALIES: tuple[Anomaly, ...] = IP + TCP + HTTP + WEBSOCKET

_INDEX = {anomaly.code: i for i, anomaly in enumerate(ANOMALIES)}


def index_of(code: str) -> int:
    """The number by which table rows name this code; KeyError when there is no such code."""
    return _INDEX[code]


def describe(index: int, a: int, b: int, c: int) -> str:
    """The row's sentence, its numbers in place."""
    return ANOMALIES[index].detail.format(a=a, b=b, c=c)
