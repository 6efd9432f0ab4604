"""Splits a display filter into tokens, each with its position."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto

from inspector.query.language.errors import FilterError

MAX_CHARACTERS = 8192
"""Maximum length of a display filter: far more than anybody types, and little enough to parse in milliseconds."""


class Kind(Enum):
    """The kinds of token."""

    WORD = auto()
    STRING = auto()
    OPERATOR = auto()
    SLICE = auto()
    """The inside of brackets that follow a word directly: `0:3` in `eth.src[0:3]`."""
    END = auto()


@dataclass(frozen=True, slots=True)
class Token:
    """One token; `value` is the text of a word, operator or slice as written, or a string's content."""

    kind: Kind
    value: str
    start: int
    stop: int
    is_adjacent: bool = False
    """Whether it follows the token before it without white space."""


OPERATORS = re.compile(r"===|!==|==|!=|~=|>=|<=|&&|\|\||\^\^|[><()&]|!(?!=)|~(?![a-z]{1,4}(?:\s|\)|$))|[{}]|,")
"""What ends a word. A tilde before letters begins a filter expression of mitmproxy (`~u`), which is a word."""

_SIMPLE = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v", "0": "\0"}
_ESCAPE = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|([0-3][0-7]{2})|(.))", re.DOTALL)
_STRING = re.compile(r'(r?)"((?:[^"\\]|\\.)*)"', re.DOTALL)
_BRACKETED_ADDRESS = re.compile(r"\[[0-9A-Fa-f:.]+\](?::\d+)?")
_SPACE = re.compile(r"\s*")


def tokens(text: str) -> list[Token]:
    """The tokens of a display filter, the last of which is END. Raises FilterError."""
    if len(text) > MAX_CHARACTERS:
        raise FilterError(f"A display filter has up to {MAX_CHARACTERS} characters.", MAX_CHARACTERS)
    found: list[Token] = []
    at = depth = 0
    while True:
        start = at
        at = _SPACE.match(text, at).end()  # type: ignore[union-attr]
        if at == len(text):
            return [*found, Token(Kind.END, "", at, at)]
        is_adjacent = start == at and bool(found)
        token = _token(text, at, depth, is_adjacent and found[-1].kind in (Kind.WORD, Kind.SLICE), is_adjacent)
        if token.kind is Kind.OPERATOR:
            depth += (token.value in "({") - (token.value in ")}")
        found.append(token)
        at = token.stop


def _token(text: str, at: int, depth: int, is_indexed: bool, is_adjacent: bool) -> Token:
    char = text[at]
    if string := _STRING.match(text, at):
        value = string[2] if string[1] else unescaped(string[2])
        return Token(Kind.STRING, value, at, string.end(), is_adjacent)
    if char == '"':
        raise FilterError('This string does not end. Close it with a quotation mark (").', at, len(text) - at)
    if char == "[":
        if is_indexed:
            stop = text.find("]", at)
            if stop < 0:
                raise FilterError("Expected a closing bracket (]) after this one.", at)
            return Token(Kind.SLICE, text[at + 1 : stop], at, stop + 1, is_adjacent)
        if address := _BRACKETED_ADDRESS.match(text, at):
            return Token(Kind.WORD, address[0], at, address.end(), is_adjacent)
        raise FilterError('A bracket follows the field of which it takes a part. To find it as text, write "[".', at)
    operator = OPERATORS.match(text, at)
    if operator and not (operator[0] == "," and not depth):
        return Token(Kind.OPERATOR, operator[0], at, operator.end(), is_adjacent)
    return Token(Kind.WORD, text[at : (stop := _end_of_word(text, at, depth))], at, stop, is_adjacent)


def _end_of_word(text: str, start: int, depth: int) -> int:
    """The end of a word. A path may contain all but white space and the parenthesis or brace that closes a group."""
    closing = "),}" if depth else ""
    is_path = text[start] == "/"
    at = start + 1
    while at < len(text) and not text[at].isspace() and text[at] not in closing:
        if not is_path:
            if text[at] in '([{"' or text[at] in ")}":
                break
            if text[at] in ">=<&" and _breaks(text, at):
                break
            if text[at : at + 2] in ("||", "^^", "!=", "~=", '~"'):
                break
        at += 1
    return at


def _breaks(text: str, at: int) -> bool:
    """Whether an operator begins here inside a word; a single equals sign is part of the word."""
    return text[at] != "=" or text[at : at + 2] == "=="


def unescaped(text: str) -> str:
    """The content of a string, with its escapes replaced; an unknown escape such as `\\d` stays as it is."""

    def meant(found: re.Match[str]) -> str:
        if found[4] is None:
            return chr(int(found[1] or found[2], 16) if found[1] or found[2] else int(found[3], 8))
        if found[4] in ('"', "\\", "'"):
            return found[4]
        return _SIMPLE.get(found[4], found[0])

    return _ESCAPE.sub(meant, text)


def quoted(text: str) -> str:
    """The text as a string of the language."""
    shown = "".join(
        char if char.isprintable() and char not in '"\\' else f"\\{char}" if char in '"\\' else _escaped(char)
        for char in text
    )
    return f'"{shown}"'


def _escaped(char: str) -> str:
    code = ord(char)
    if code > 0xFFFF:
        return char
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
