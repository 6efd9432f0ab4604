"""The character classes of the HTTP grammar.

char_classes.pxd defines the same for compiled modules, which inline it.
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
    """Whether the byte is an ASCII capital letter."""
    return 65 <= c <= 90


def lower(c: int) -> int:
    """Return the byte in ASCII lower case; bytes that are not letters are unchanged."""
    return c | 0x20 if is_upper(c) else c


def is_digit(c: int) -> bool:
    """Whether the byte is an ASCII digit."""
    return 48 <= c <= 57


def is_space(c: int) -> bool:
    """Whether the byte is white space, including CR and LF, which occur within folded values."""
    return c in (SPACE, TAB, CR, LF)


def hex_value(c: int) -> int:
    """Return the value of an ASCII hexadecimal digit; -1 for any other byte."""
    if is_digit(c):
        return c - ZERO
    return lower(c) - ord("a") + 10 if ord("a") <= lower(c) <= ord("f") else -1
