"""The constants of RFC 6455: opcodes, close codes, limits."""

from __future__ import annotations

from enum import IntEnum

ACCEPT_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
"""Appended to the key before hashing (RFC 6455 §1.3)."""

CONTROL_LIMIT = 125
"""Maximum bytes of payload of a control frame (RFC 6455 §5.5)."""


class Opcode(IntEnum):
    """The opcodes of frames (RFC 6455 §5.2); 3 to 7 and 11 to 15 are reserved."""

    CONTINUATION = 0
    TEXT = 1
    BINARY = 2
    CLOSE = 8
    PING = 9
    PONG = 10


OPCODE_NAMES: dict[int, str] = {opcode: opcode.name.lower() for opcode in Opcode}

MESSAGE_KINDS: dict[int, str] = {opcode: name for opcode, name in OPCODE_NAMES.items() if opcode != Opcode.CONTINUATION}
"""The kinds of messages, by the opcode of their first frame (RFC 6455 §5.2)."""

FIRST_CONTROL = 8
"""The lowest opcode of control frames: close, ping, pong (RFC 6455 §5.5)."""

CLOSE_MEANING: dict[int, str] = {
    1000: "normal closure",
    1001: "going away",
    1002: "protocol error",
    1003: "data of a type that cannot be accepted",
    1007: "data that does not fit the message's type",
    1008: "against a policy",
    1009: "message too big",
    1010: "an extension is missing",
    1011: "internal error",
    1012: "service restart",
    1013: "try again later",
    1014: "bad gateway",
}
"""Close codes that may be sent in a frame (RFC 6455 §7.4.1 and IANA's registry, which has 1012 to 1014)."""

FIRST_ERROR_CODE = 1002
"""The lowest close code that reports an error (RFC 6455 §7.4.1)."""

NEVER_SENT: dict[int, str] = {
    1005: "no code was given",
    1006: "the connection ended without a close frame",
    1015: "the TLS handshake failed",
}
"""Close codes that libraries report to programs; they must not be sent in a frame (RFC 6455 §7.4.1)."""


CLOSE_RANGES = (
    (0, "not a close code"),
    (1000, "reserved"),
    (3000, "for libraries and frameworks, registered with IANA"),
    (4000, "for private use, agreed between the two applications"),
    (5000, "not a close code"),
)
"""The first code of each range, and who may assign meanings to its codes (RFC 6455 §7.4.2)."""


def close_meaning(code: int) -> str:
    """Return the meaning of a close code, or else what is known about its range."""
    known = CLOSE_MEANING.get(code) or NEVER_SENT.get(code)
    return known or next(meaning for first, meaning in reversed(CLOSE_RANGES) if code >= first)


def must_not_be_sent(code: int) -> bool:
    """Whether a close code must not appear in a frame (RFC 6455 §7.4.1)."""
    return code in NEVER_SENT


def is_undefined(code: int) -> bool:
    """Whether a close code cannot have a meaning: it is reserved, or outside all ranges (RFC 6455 §7.4.2)."""
    return code not in CLOSE_MEANING and code not in NEVER_SENT and not 3000 <= code <= 4999
