"""The character classes of HTTP's grammar.

char_classes.pxd says the same for compiled modules, which inline it.
"""

from __future__ import annotations

TAB = 9
LF = 10
CR = 13
SPACE = 32
COMMA = 44
SLASH = 47
COLON = 58
SEMICOLON = 59


def lower(c: int) -> int:
    """ASCII lower case; other bytes as they are."""
    return c | 0x20 if 65 <= c <= 90 else c


def is_digit(c: int) -> bool:
    """Whether an ASCII digit."""
    return 48 <= c <= 57
