"""The kinds of events in a story."""

from __future__ import annotations

from enum import IntEnum


class EventKind(IntEnum):
    """Kinds of events. If one packet shows several, they appear in the story in the order listed here."""

    BEGINS_OPEN = 0
    SILENCE = 1
    ASKED = 2
    ANSWERED = 3
    ESTABLISHED = 4
    REPEATED = 5
    REORDERED = 6
    MISSING = 7
    DUPLICATE_ACKS = 8
    WINDOW_CLOSED = 9
    WINDOW_OPENED = 10
    PROBED = 11
    KEPT_ALIVE = 12
    KEEP_ALIVE_ANSWERED = 13
    DELAYED_ACK = 14
    HELD_BACK = 15
    QUEUED = 16
    BURST = 17
    GAP = 18
    DATA = 19
    REQUEST = 20
    INFORMATIONAL = 21
    RESPONSE = 22
    SERVER_EVENT = 23
    COMPLETE = 24
    UPGRADED = 25
    MESSAGE = 26
    PING = 27
    PONG = 28
    CLOSE_FRAME = 29
    ANOMALY = 30
    FINISHED = 31
    REFUSED = 32
    RESET = 33
    CLOSED = 34
    UNANSWERED = 35


class Reset(IntEnum):
    """The effect of a RST on the connection."""

    ENDS = 0
    STRAY = 1
    """No packet shows that there was a connection."""
    IN_VAIN = 2
    """The sender continues as if it had not sent the RST."""
