"""The numbers of RFC 6455: opcodes, close codes, limits."""

from __future__ import annotations

from enum import IntEnum

ACCEPT_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
"""Appended to the key before hashing (RFC 6455 §1.3)."""

CONTROL_LIMIT = 125
"""Bytes of payload that a control frame may have (RFC 6455 §5.5)."""


class Opcode(IntEnum):
    """RFC 6455 §5.2; 3 to 7 and 11 to 15 are reserved."""

    CONTINUATION = 0
    TEXT = 1
    BINARY = 2
    CLOSE = 8
    PING = 9
    PONG = 10


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
"""Close codes that may stand in a frame (RFC 6455 §7.4.1 and IANA's registry, which has 1012 to 1014)."""


def may_be_sent(code: int) -> bool:
    """Whether a close code may stand in a frame (RFC 6455 §7.4).

    1004 is reserved; 1005, 1006 and 1015 are for programs to say to themselves; 3000 to 4999 are for libraries and
    applications.
    """
    return code in CLOSE_MEANING or 3000 <= code <= 4999
