"""The TCP options that are read, and the bits that record which of them a segment carries."""

from __future__ import annotations

from enum import IntEnum, IntFlag


class Option(IntFlag):
    """The well-formed options found in one TCP header, as stored in the `options` columns."""

    MSS = 1
    """Maximum segment size, RFC 9293 §3.7.1"""
    SCALE = 2
    """Window scale, RFC 7323 §2"""
    SACK_PERMITTED = 4
    """SACK permitted, RFC 2018 §2"""
    SACK = 8
    """Selective acknowledgment, RFC 2018 §3"""
    TIMESTAMPS = 16
    """Timestamps, RFC 7323 §3"""
    FAST_OPEN = 32
    """TCP Fast Open, RFC 7413 §4.1.1, with its own kind or the experimental kind used before"""


class OptionKind(IntEnum):
    """The kind byte of a TCP option (IANA's TCP Option Kind Numbers)."""

    END = 0
    NOP = 1
    MSS = 2
    SCALE = 3
    SACK_PERMITTED = 4
    SACK = 5
    TIMESTAMPS = 8
    FAST_OPEN = 34
    EXPERIMENT = 254
    """The shared experimental kind (RFC 6994): a 16-bit identifier follows the length."""


FAST_OPEN_EXPERIMENT = 0xF989
"""The identifier that Fast Open used in the experimental kind (RFC 7413 §4.1.1)."""

LARGEST_SACK = 4
"""The number of SACK blocks that fit into 40 bytes of options (RFC 2018 §3)."""


def option_names(bits: int) -> list[str]:
    """The names of the options in `bits`, in the order of `Option`."""
    return [option.name.lower() for option in Option if option & bits and option.name]
