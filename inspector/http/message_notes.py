"""Notes on one HTTP message, anomalies and others: bits of `http_messages.notes`.

Most bits have an anomaly of their own (`CODE_OF`), which records the numbers.
"""

from __future__ import annotations

from enum import IntFlag
from functools import lru_cache


class Note(IntFlag):
    """A set of facts about a message, one bit each."""

    BARE_LF = 1 << 0
    """A line ended in LF without CR (RFC 9112 §2.2)."""
    EMPTY_LINE_BEFORE = 1 << 1
    """Empty lines precede the start line (RFC 9112 §2.2)."""
    FOLDED_FIELD = 1 << 2
    """A field value continues on the next line (obs-fold, RFC 9112 §5.2)."""
    TWO_LENGTHS = 1 << 3
    """Content-Length values that differ (RFC 9112 §6.3)."""
    REPEATED_LENGTH = 1 << 4
    """The same Content-Length more than once (RFC 9110 §8.6)."""
    BAD_LENGTH = 1 << 5
    """A Content-Length that is not a number, or is too large (RFC 9112 §6.3)."""
    LEADING_ZEROS = 1 << 6
    """A Content-Length that begins with zeros."""
    LENGTH_AND_CHUNKED = 1 << 7
    """Content-Length and Transfer-Encoding in one message (RFC 9112 §6.2)."""
    CHUNKED_NOT_LAST = 1 << 8
    """`chunked` is not the last transfer coding, or appears twice (RFC 9112 §6.1)."""
    UNKNOWN_CODING = 1 << 9
    """A Transfer-Encoding without `chunked`, or one that is not a list of codings (RFC 9112 §6.3)."""
    SPACE_BEFORE_COLON = 1 << 10
    """White space between field name and colon (RFC 9112 §5.1)."""
    BAD_FIELD = 1 << 11
    """An invalid field line: without a colon, or with characters that are not allowed in a field name (RFC 9110
    §5.1)."""
    LOWER_CASE_VERSION = 1 << 12
    """`http/1.1` instead of `HTTP/1.1` (RFC 9112 §2.3)."""
    HTTP_0_9 = 1 << 13
    """A request without a version, or a response without a header (HTTP/0.9)."""
    BAD_CHUNK = 1 << 14
    """A chunk size that is not a number or is too large, or a chunk that is not followed by a line end (RFC 9112
    §7.1)."""
    CHUNK_EXTENSION = 1 << 15
    """A chunk size line has an extension (RFC 9112 §7.1.1)."""
    TRAILERS = 1 << 16
    """Fields follow the last chunk (RFC 9112 §7.1.2)."""
    GAP = 1 << 17
    """Bytes of the message are missing from the capture."""
    CUT_SHORT = 1 << 18
    """The connection ended before the message did (RFC 9112 §8)."""
    HEAD_CUT = 1 << 19
    """The end of the header is missing from the capture."""
    HEAD_TOO_LONG = 1 << 20
    """The header is longer than the limit."""
    ORPHAN = 1 << 21
    """A response whose request was not seen."""
    RESYNCHRONISED = 1 << 22
    """The message was found by searching for the next start line, after bytes that could not be parsed."""
    EVENT_STREAM = 1 << 23
    """Server-Sent Events: `Content-Type: text/event-stream`."""
    UPGRADE = 1 << 24
    """The message has an Upgrade field (RFC 9110 §7.8)."""
    EXPECTS_CONTINUE = 1 << 25
    """`Expect: 100-continue` (RFC 9110 §10.1.1)."""
    PIPELINED = 1 << 26
    """A request sent while an earlier one was unanswered (RFC 9112 §9.3.2)."""
    CHUNKED_IN_1_0 = 1 << 27
    """Transfer-Encoding in an HTTP/1.0 message (RFC 9112 §6.1)."""
    BAD_START_LINE = 1 << 28
    """A start line that can be parsed but violates the grammar (RFC 9112 §3)."""
    CONTROL_BYTE = 1 << 29
    """A NUL or bare CR in the header (RFC 9110 §5.5, RFC 9112 §2.2)."""
    CHUNK_LINE = 1 << 30
    """A line of the chunked framing ends in LF without CR, or has white space after the size (RFC 9112 §7.1)."""
    BODY_WITHHELD = 1 << 31
    """The client sent no body after the final response to its Expect (RFC 9110 §10.1.1)."""


CODE_OF: dict[Note, str] = {
    Note.BARE_LF: "http-bare-lf",
    Note.EMPTY_LINE_BEFORE: "http-empty-line-before-start",
    Note.FOLDED_FIELD: "http-folded-field",
    Note.TWO_LENGTHS: "http-two-content-lengths",
    Note.REPEATED_LENGTH: "http-repeated-content-length",
    Note.BAD_LENGTH: "http-bad-content-length",
    Note.LEADING_ZEROS: "http-content-length-zeros",
    Note.LENGTH_AND_CHUNKED: "http-length-and-chunked",
    Note.CHUNKED_NOT_LAST: "http-chunked-not-last",
    Note.UNKNOWN_CODING: "http-unknown-transfer-coding",
    Note.SPACE_BEFORE_COLON: "http-space-before-colon",
    Note.BAD_FIELD: "http-bad-field",
    Note.LOWER_CASE_VERSION: "http-lower-case-version",
    Note.HTTP_0_9: "http-0.9",
    Note.BAD_CHUNK: "http-bad-chunk",
    Note.GAP: "http-gap-in-body",
    Note.CUT_SHORT: "http-cut-short",
    Note.HEAD_CUT: "http-head-cut",
    Note.HEAD_TOO_LONG: "http-head-too-long",
    Note.ORPHAN: "http-orphan-response",
    Note.RESYNCHRONISED: "http-resynchronised",
    Note.CHUNKED_IN_1_0: "http-chunked-in-1.0",
    Note.BAD_START_LINE: "http-bad-start-line",
    Note.CONTROL_BYTE: "http-control-byte",
}
"""The anomaly code of each note. Notes that are missing here are reported where their numbers are known, or are
`PLAIN`."""

PLAIN = Note.CHUNK_EXTENSION | Note.TRAILERS | Note.EVENT_STREAM | Note.UPGRADE | Note.EXPECTS_CONTINUE | Note.PIPELINED
"""Notes that are not anomalies."""


def note_names(bits: int) -> list[str]:
    """Return the names of the bits that are set, in words: `["bare lf", "folded field"]`."""
    return [*_names(int(bits))]


@lru_cache(maxsize=1024)
def _names(bits: int) -> tuple[str, ...]:
    return tuple(note.name.lower().replace("_", " ") for note in Note if bits & note and note.name)
