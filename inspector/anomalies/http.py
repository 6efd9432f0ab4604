"""Anomalies of HTTP: broken rules, and messages that parsers may interpret differently.

A sender must not generate anything that does not match the grammar (RFC 9110 §2.2), so every breach of it is a
violation.
"""

from __future__ import annotations

from inspector.anomalies.anomaly import Anomaly

HTTP: tuple[Anomaly, ...] = (
    Anomaly(
        "http-bare-lf",
        "Lines end with LF only",
        "A line of the header section ends in LF without CR; a recipient may accept it.",
        "RFC 9112 §2.2",
        "violation",
    ),
    Anomaly(
        "http-empty-line-before-start",
        "Empty line before the start line",
        "{a:byte} of empty lines came before the start line; a server should ignore them.",
        "RFC 9112 §2.2",
        "violation",
    ),
    Anomaly(
        "http-folded-field",
        "Folded field",
        "A field value continues on the next line; old software may read that line as a field of its own.",
        "RFC 9112 §5.2",
        "violation",
    ),
    Anomaly(
        "http-two-content-lengths",
        "Two Content-Lengths that differ",
        "One Content-Length is {a}, another {b}; parsed here with {a}. Two programs may see different messages.",
        "RFC 9112 §6.3",
        "violation",
    ),
    Anomaly(
        "http-repeated-content-length",
        "The same Content-Length twice",
        "Content-Length: {a} appears more than once.",
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
        "Ambiguous: by Transfer-Encoding, as parsed here, the body takes {b:byte} of the stream; by Content-Length "
        "{a}.",
        "RFC 9112 §6.2",
        "violation",
    ),
    Anomaly(
        "http-length-and-bad-coding",
        "Content-Length beside a Transfer-Encoding that cannot be read",
        "The Transfer-Encoding is not a list of codings. Ambiguous: by Content-Length, as parsed here, the body has "
        "{a:byte}; a program that reads the other field as chunked sees a different body.",
        "RFC 9112 §6.1, §6.3",
        "violation",
    ),
    Anomaly(
        "http-chunked-not-last",
        "chunked is not the last transfer coding",
        "Transfer-Encoding lists chunked more than once, or not as the last coding. It is parsed as chunked here. "
        "Where chunked is not the last coding, a server answers such a request with 400, and the body of such a "
        "response lasts until the connection closes.",
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
        "Request of unknown length",
        "The Transfer-Encoding of this request does not end in chunked, so the end of its body cannot be determined: a "
        "server must answer 400 and close.",
        "RFC 9112 §6.3",
        "violation",
    ),
    Anomaly(
        "http-space-before-colon",
        "White space before the colon",
        "There is white space between a field name and its colon.",
        "RFC 9112 §5.1",
        "violation",
    ),
    Anomaly(
        "http-bad-field",
        "Header line that is not a field",
        "A line of the header section has no colon, or its name contains invalid characters.",
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
        "A request without a version, or the response to one, which is a body without a header.",
        "RFC 9112 Appendix C.1",
        "note",
    ),
    Anomaly(
        "http-bad-chunk",
        "Invalid chunk",
        "At stream offset {a}, there is no valid chunk size or line end: the end of this "
        "body cannot be determined. Parsing resumes at the next start line.",
        "RFC 9112 §7.1",
        "violation",
    ),
    Anomaly(
        "http-chunk-bare-lf",
        "Lines of a chunked body end with LF only",
        "{a:line} of the chunked framing ended in LF without CR; accepted here. A parser that requires CR and LF sees "
        "a different body.",
        "RFC 9112 §7.1",
        "violation",
    ),
    Anomaly(
        "http-chunk-white-space",
        "White space after a chunk size",
        "Chunk sizes are followed by {a:character} of white space (spaces or tabs), where none is allowed; ignored "
        "here.",
        "RFC 9112 §7.1",
        "violation",
    ),
    Anomaly(
        "http-gap-in-body",
        "Bytes of a body are missing",
        "The capture lacks {a:byte} of the body, from stream offset {b} on; skipped by length.",
        "RFC 9112 §6.3",
    ),
    Anomaly(
        "http-cut-short",
        "Message truncated",
        "The connection ended after {a} of the {b:byte} of body that Content-Length announced.",
        "RFC 9112 §8",
        unknown="The connection ended after {a:byte} of a body whose end had not been reached.",
    ),
    Anomaly(
        "http-body-withheld",
        "Body not sent after Expect",
        "The client sent Expect: 100-continue, received a final response, and did not send the body, as it may.",
        "RFC 9110 §10.1.1",
        "note",
    ),
    Anomaly(
        "http-head-cut",
        "Header truncated",
        "The header ends after {a:byte} without its empty line; nothing more of it is in the capture.",
        "RFC 9112 §8",
    ),
    Anomaly(
        "http-head-too-long",
        "Header too long",
        "The header is longer than {a:byte}; not parsed further.",
        "RFC 9110 §5.4",
    ),
    Anomaly(
        "http-orphan-response",
        "Response without request",
        "No request for this response with status {a} was captured, or it could not be parsed.",
        "RFC 9112 §9.2",
    ),
    Anomaly(
        "http-unasked-timeout",
        "408 without a request",
        "Status {a} without a captured request: a server sends it when it stops waiting for a request.",
        "RFC 9110 §15.5.9",
        "note",
    ),
    Anomaly(
        "http-resynchronised",
        "Parsing resumed at a start line",
        "{a:byte} could not be parsed; the next start line was found at stream offset {b}.",
        "RFC 9112 §2.1",
    ),
    Anomaly(
        "http-chunked-in-1.0",
        "Transfer-Encoding in HTTP/1.0",
        "An HTTP/1.0 message has Transfer-Encoding; parsed here as in HTTP/1.1.",
        "RFC 9112 §6.1",
        "violation",
    ),
    Anomaly(
        "http-bad-start-line",
        "Malformed start line",
        "The start line does not consist of three valid parts separated by single spaces; parsed as far as possible.",
        "RFC 9112 §3, §4",
        "violation",
    ),
    Anomaly(
        "http-control-byte",
        "NUL or bare CR in the header",
        "The header contains a NUL, or a CR without LF.",
        "RFC 9110 §5.5, RFC 9112 §2.2",
        "violation",
    ),
    Anomaly(
        "http-not-a-start-line",
        "Bytes that are not an HTTP message",
        "At stream offset {a}, a start line was expected, but the bytes there are not one.",
        "RFC 9112 §2.1",
    ),
    Anomaly(
        "http-lost-between-messages",
        "Bytes are missing between messages",
        "The capture lacks {a:byte} from stream offset {b} on; how many messages these contained is unknown.",
        "RFC 9112 §9.3",
    ),
    Anomaly(
        "http-too-many-unanswered",
        "Too many unanswered requests",
        "More than {a:request} had no response yet; later ones are no longer paired.",
        "RFC 9112 §9.3.2",
    ),
    Anomaly(
        "http-pairing-corrected",
        "Unanswered requests skipped",
        "Responses to {a:request} are probably missing from the capture. This response was paired with the "
        "request that its sequence and acknowledgment numbers identify, or with the newest if they identify none.",
        "RFC 9112 §9.3.2",
        "note",
    ),
    Anomaly(
        "http-unexpected-101",
        "Unexpected 101",
        "101 Switching Protocols with {a:other request} unanswered; the switch is not followed.",
        "RFC 9110 §7.8",
    ),
    Anomaly(
        "http-data-before-upgrade",
        "Data before the response to an upgrade",
        "{a:piece} of data followed the request before the server had agreed to switch to WebSocket (early data).",
        "RFC 6455 §4.1",
        "violation",
    ),
    Anomaly(
        "http-data-before-tunnel",
        "Data before the response to CONNECT",
        "{a:piece} of data followed the CONNECT before the server had agreed to it (early data); a server that "
        "refuses may read them as the next request.",
        "RFC 9110 §9.3.6, RFC 9931",
        "note",
    ),
)
