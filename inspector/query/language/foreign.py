"""Reads filters in the form of Chrome DevTools (`status-code:404`) and mitmproxy (`~u text`) as expressions of ours."""

from __future__ import annotations

import re
from collections.abc import Callable

from inspector.query.language.errors import FilterError
from inspector.query.language.syntax import Compare, Exists, FieldRef, Junction, Literal, Node, Not, Word
from inspector.query.language.tokens import Token

_STATUS_CLASS = re.compile(r"([1-5])xx", re.IGNORECASE)
_PROPERTY = re.compile(r"(-?)([a-z]+(?:-[a-z]+)*):(.*)", re.DOTALL)
_TILDE = re.compile(r"~([a-z]{1,9})")

Make = Callable[[str, int], Node]


def _compared(field: str, operator: str) -> Make:
    return lambda value, at: Compare(operator, FieldRef(field, at=at), Literal(value, True, at), at=at)


def _status(value: str, at: int) -> Node:
    if found := _STATUS_CLASS.fullmatch(value):
        return status_class(int(found[1]), at)
    return Compare("==", FieldRef("http.response.code", at=at), Literal(value, at=at), at=at)


def status_class(hundred: int, at: int) -> Node:
    """The responses with a status from `hundred`00 to `hundred`99."""
    code = FieldRef("http.response.code", at=at)
    bounds = (">=", 100 * hundred), ("<", 100 * hundred + 100)
    return Junction("and", tuple(Compare(sign, code, Literal(str(bound), at=at), at=at) for sign, bound in bounds), at)


def _domain(value: str, at: int) -> Node:
    pattern = "^" + ".*".join(map(re.escape, value.split("*"))) + "(:[0-9]+)?$"
    return Compare("matches", FieldRef("http.host", at=at), Literal(pattern, True, at), at=at)


def _larger(value: str, at: int) -> Node:
    size = re.fullmatch(r"(\d{1,12})([kKmM]?)", value)
    if size is None:
        raise FilterError("Expected a size after larger-than:, as in larger-than:10k.", at, len(value))
    number = int(size[1]) * {"": 1, "k": 1000, "m": 1_000_000}[size[2].lower()]
    return Compare(">", FieldRef("exchange.response_bytes", at=at), Literal(str(number), at=at), at=at)


def _has_header(value: str, at: int) -> Node:
    pattern = f"^{re.escape(value)}:"
    return Compare("matches", FieldRef("http.response.line", at=at), Literal(pattern, True, at), at=at)


PROPERTIES: dict[str, Make] = {
    "status-code": _status,
    "domain": _domain,
    "method": _compared("http.request.method", "=="),
    "mime-type": _compared("http.content_type", "contains"),
    "larger-than": _larger,
    "has-response-header": _has_header,
    "url": _compared("http.request.full_uri", "contains"),
    "path": _compared("http.request.uri", "contains"),
    "scheme": lambda value, at: Word(value, at=at),
}
"""Properties of the filter of Chrome DevTools; `path` is one that people expect beside them."""

UNREAD = {"cookie-domain", "cookie-name", "cookie-path", "cookie-value", "has-overrides", "mixed-content", "priority",
          "resource-type", "response-header-value-set", "set-cookie-domain", "set-cookie-name", "set-cookie-value",
          "status", "host", "type", "size", "header", "body", "port", "ip"}  # fmt: skip
"""Properties that have no counterpart of the same name here."""

INSTEAD = {
    "status": "http.response.code == 404",
    "host": 'http.host == "example.com"',
    "type": 'http.content_type contains "json"',
    "size": "http.content_length > 1000",
    "header": 'http.response.line contains "text"',
    "body": 'http.file_data contains "text"',
    "port": "tcp.port == 80",
    "ip": "ip.addr == 192.0.2.7",
}


def _either(*fields: str) -> Make:
    if len(fields) == 1:
        return _compared(fields[0], "matches")
    return lambda value, at: Junction(
        "or", tuple(Compare("matches", FieldRef(field, at=at), Literal(value, True, at), at=at) for field in fields), at
    )


def _present(field: str) -> Make:
    return lambda _value, at: Exists(FieldRef(field, at=at), at)


TILDES: dict[str, tuple[bool, Make]] = {
    "u": (True, _either("http.request.full_uri")),
    "d": (True, _either("http.host")),
    "m": (True, _either("http.request.method")),
    "c": (True, _status),
    "t": (True, _either("http.content_type")),
    "b": (True, _either("http.file_data", "message.text")),
    "bq": (True, lambda value, at: _of(_either("http.file_data", "message.text")(value, at), "http.request", at)),
    "bs": (True, lambda value, at: _of(_either("http.file_data", "message.text")(value, at), "http.response", at)),
    "h": (True, _either("http.request.line", "http.response.line")),
    "hq": (True, _either("http.request.line")),
    "hs": (True, _either("http.response.line")),
    "src": (True, lambda value, at: Word(value, at=at)),
    "dst": (True, lambda value, at: Word(value, at=at)),
    "comment": (True, _either("frame.comment")),
    "s": (False, _present("http.response")),
    "q": (False, lambda _value, at: Junction("and", (_present("http.request")("", at),
                                                     Not(_present("http.response")("", at), at)), at)),
    "http": (False, lambda _value, at: Word("http", at=at)),
    "tcp": (False, _present("tcp")),
    "udp": (False, _present("udp")),
    "websocket": (False, lambda _value, at: Word("websocket", at=at)),
    "all": (False, _present("frame")),
}  # fmt: skip
"""mitmproxy's filter expressions: whether one takes an argument, which is a regular expression, and what it means."""


def _of(node: Node, field: str, at: int) -> Node:
    return Junction("and", (_present(field)("", at), node), at)


def is_foreign(word: str) -> bool:
    """Whether a word has the form of a filter of another program, or is a class of statuses such as `4xx`."""
    if _TILDE.fullmatch(word) or _STATUS_CLASS.fullmatch(word):
        return True
    found = _PROPERTY.fullmatch(word)
    return found is not None and (found[2] in PROPERTIES or found[2] in UNREAD)


def translated(token: Token, argument: Token | None) -> tuple[Node, int]:
    """The expression that a foreign word means, and how many tokens after it belong to it.

    Args:
        argument: the word or string that follows, if there is one.
    Raises:
        FilterError: it has no counterpart here, or its argument is missing.
    """
    if found := _STATUS_CLASS.fullmatch(token.value):
        return status_class(int(found[1]), token.start), 0
    if tilde := _TILDE.fullmatch(token.value):
        return _tilde(token, tilde[1], argument)
    words = _PROPERTY.fullmatch(token.value)
    assert words is not None
    sign, name, value = words.groups()
    at = token.start + len(sign)
    if name not in PROPERTIES:
        hint = f" Write {INSTEAD[name]}." if name in INSTEAD else " `wireglass fields` lists all fields."
        raise FilterError(f"{name}: is not read here.{hint}", at, len(name) + 1)
    has_taken = 0
    if not value:
        if argument is None or not argument.is_adjacent:
            raise FilterError(f"Expected a value directly after {name}:, without a space.", token.stop)
        value, has_taken = argument.value, 1
    node = PROPERTIES[name](value, at)
    return (Not(node, token.start) if sign else node), has_taken


def _tilde(token: Token, name: str, argument: Token | None) -> tuple[Node, int]:
    if name not in TILDES:
        known = ", ".join(f"~{each}" for each in TILDES)
        raise FilterError(
            f"~{name} is not read here. Of mitmproxy's filters, these are: {known}.", token.start, 1 + len(name)
        )
    takes, make = TILDES[name]
    if not takes:
        return make("", token.start), 0
    if argument is None:
        raise FilterError(f"Expected a regular expression after ~{name}.", token.stop)
    return make(argument.value, token.start), 1
