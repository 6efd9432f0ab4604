"""The kinds of event that a story is made of."""

from __future__ import annotations

from enum import IntEnum


class EventKind(IntEnum):
    """Kinds of event; of those that one packet shows, the order here is the order in the story."""

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
    """Effect of a RST on the connection, as its event's `bytes` gives it."""

    ENDS = 0
    STRAY = 1
    """Nothing shows that there was a connection."""
    IN_VAIN = 2
    """Its sender continues as if it had sent none."""
