"""Oddities of HTTP: what a message breaks, and what readers may disagree on.

A sender must not send what the grammar does not have (RFC 9110 §2.2), so whatever breaks it is a violation.
"""

from __future__ import annotations

from inspector.anomalies.anomaly import Anomaly

HTTP: tuple[Anomaly, ...] = (
    Anomaly(
        "http-bare-lf",
        "Lines end in LF alone",
        "A line of the head ends in LF without CR; a reader may accept it.",
        "RFC 9112 §2.2",
        "violation",
    ),
    Anomaly(
        "http-empty-line-before-start",
        "Empty line before the start line",
        "{a} bytes of empty lines came before the start line; a server should ignore them.",
        "RFC 9112 §2.2",
        "violation",
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
        "Content-Length: {a} is there more than once.",
        "RFC 9110 §5.3, §8.6",
        "violation",
    ),
    Anomaly(
        "http-bad-content-length",
        "Content-Length is not a number",
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
        "Content-Length and Transfer-Encoding in one message",
        "Two readings: by Transfer-Encoding, as read here, the body takes {b} bytes of the stream; by Content-Length "
        "{a}.",
        "RFC 9112 §6.2",
        "violation",
    ),
    Anomaly(
        "http-length-and-bad-coding",
        "Content-Length beside a Transfer-Encoding that cannot be read",
        "The Transfer-Encoding is not a list of codings. Two readings: by Content-Length, as read here, the body has "
        "{a} bytes; a program that takes the other field for chunked reads other bytes as the body.",
        "RFC 9112 §6.1, §6.3",
        "violation",
    ),
    Anomaly(
        "http-chunked-not-last",
        "chunked is not the last transfer coding",
        "Transfer-Encoding has chunked, but not once and at its end; read here as chunked. By the rule a server "
        "answers such a request with 400 and closes, and such a response ends with the connection.",
        "RFC 9112 §6.1, §6.3",
        "violation",
    ),
    Anomaly(
        "http-unknown-transfer-coding",
        "Transfer coding without chunked",
        "The Transfer-Encoding of this response does not end in chunked: only the end of the connection ends the body.",
        "RFC 9112 §6.3",
        "note",
    ),
    Anomaly(
        "http-request-without-length",
        "Request whose length cannot be known",
        "The Transfer-Encoding of this request does not end in chunked, so nobody can know where its body ends: a "
        "server must answer 400 and close.",
        "RFC 9112 §6.3",
        "violation",
    ),
    Anomaly(
        "http-space-before-colon",
        "White space before the colon",
        "White space is between a field name and its colon.",
        "RFC 9112 §5.1",
        "violation",
    ),
    Anomaly(
        "http-bad-field",
        "A line that is not a field",
        "A line of the head has no colon, or a name with characters that names cannot have.",
        "RFC 9112 §5",
        "violation",
    ),
    Anomaly(
        "http-lower-case-version",
        "HTTP version in lower case",
        'The version is written as "http/"; it is case-sensitive.',
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
        "At stream offset {a} a chunk size or a line end is due and something else is there: where this body ends "
        "cannot be known. The next start line is searched for.",
        "RFC 9112 §7.1",
        "violation",
    ),
    Anomaly(
        "http-chunk-bare-lf",
        "Lines of a chunked body end in LF alone",
        "{a} lines of the chunked framing end in LF without CR; read here as lines. A reader that wants CR and LF sees "
        "another body.",
        "RFC 9112 §7.1",
        "violation",
    ),
    Anomaly(
        "http-chunk-white-space",
        "White space behind a chunk size",
        "{a} spaces or tabs are behind chunk sizes, where none may be; passed over here.",
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
        "The connection ended after {a} of the {b} bytes of body that Content-Length announced.",
        "RFC 9112 §8",
        unknown="The connection ended after {a} bytes of a body, before anything showed that this was all.",
    ),
    Anomaly(
        "http-body-withheld",
        "Body not sent after Expect",
        "The client asked with Expect: 100-continue whether to send the body it announced, got a final response, and "
        "sent no body: it need not.",
        "RFC 9110 §10.1.1",
        "note",
    ),
    Anomaly(
        "http-head-cut",
        "Head cut short",
        "The head ends after {a} bytes without its empty line; no more of it is in the capture.",
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
        "Status {a} answers no request that was seen and could be read.",
        "RFC 9112 §9.2",
    ),
    Anomaly(
        "http-unasked-timeout",
        "408 without a request",
        "Status {a}, and no request for it was seen: so a server says that it will not wait for one any longer.",
        "RFC 9110 §15.5.9",
        "note",
    ),
    Anomaly(
        "http-resynchronised",
        "Start line found again",
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
        "Start line that breaks the grammar",
        "The start line does not have its three parts, each as it must be, with one space between; read as far as it "
        "can be told.",
        "RFC 9112 §3, §4",
        "violation",
    ),
    Anomaly(
        "http-control-byte",
        "NUL or bare CR in the head",
        "The head has a NUL, or a CR without LF.",
        "RFC 9110 §5.5, RFC 9112 §2.2",
        "violation",
    ),
    Anomaly(
        "http-not-a-start-line",
        "Bytes that are not an HTTP message",
        "At stream offset {a} a start line was expected and something else is there.",
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
        "The answers to {a} requests are probably missing from the capture: the response was given to the request that "
        "its number in the stream proves, or else to the newest.",
        "RFC 9112 §9.3.2",
        "note",
    ),
    Anomaly(
        "http-unexpected-101",
        "101 out of turn",
        "101 Switching Protocols while {a} other requests were unanswered; not followed.",
        "RFC 9110 §7.8",
    ),
    Anomaly(
        "http-data-before-upgrade",
        "Data before the answer to an upgrade",
        "{a} pieces of data followed the request before the server had agreed to speak WebSocket (early data).",
        "RFC 6455 §4.1",
        "violation",
    ),
    Anomaly(
        "http-data-before-tunnel",
        "Data before the answer to CONNECT",
        "{a} pieces of data followed the CONNECT before the server had agreed to it (early data); a server that "
        "refuses may read them as the next request.",
        "RFC 9110 §9.3.6, RFC 9931",
        "note",
    ),
)
