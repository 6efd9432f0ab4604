"""The character classes of HTTP's grammar.

char_classes.pxd says the same for compiled modules, which inline it.
"""

from __future__ import annotations

TAB = ord("\t")
LF = ord("\n")
CR = ord("\r")
SPACE = ord(" ")
COMMA = ord(",")
DOT = ord(".")
SLASH = ord("/")
ZERO = ord("0")
COLON = ord(":")
SEMICOLON = ord(";")
UPPER_H, UPPER_T, UPPER_P = b"HTP"
LOWER_H, LOWER_T, LOWER_P = b"htp"


def is_upper(c: int) -> bool:
    """Whether an ASCII capital letter."""
    return 65 <= c <= 90


def lower(c: int) -> int:
    """ASCII lower case; other bytes as they are."""
    return c | 0x20 if is_upper(c) else c


def is_digit(c: int) -> bool:
    """Whether an ASCII digit."""
    return 48 <= c <= 57


def is_space(c: int) -> bool:
    """Whether white space, in which the line end of a folded value counts as well."""
    return c in (SPACE, TAB, CR, LF)


def hex_value(c: int) -> int:
    """The value of an ASCII hexadecimal digit; -1 of anything else."""
    if is_digit(c):
        return c - ZERO
    return lower(c) - ord("a") + 10 if ord("a") <= lower(c) <= ord("f") else -1
