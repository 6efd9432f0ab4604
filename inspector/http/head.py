"""The header of an HTTP message as text: start line and fields, read from the capture on demand."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inspector.engine.capture import Capture

FIELD_LIMIT = 1024
"""Fields of one head that are shown; a flood of them is cut there."""

NO_STATUS = "response without a status"
"""Shown of a response whose status line has neither status nor reason, or that has no such line (HTTP/0.9)."""

_STATUS_LINE = re.compile(r"(HTTP/[!-~]*|HTTP(?=[\0- ]+\d{3}))(?:[\0- ]+(\d{3})(?!\d) ?|[\0- ]+|$)(.*)", re.IGNORECASE)
_VERSION = re.compile(r"HTTP/\d\.\d", re.IGNORECASE)
_SPACE = re.compile(r"[\0- ]+")
_WHITE = "".join(map(chr, range(33)))


@dataclass(frozen=True, slots=True)
class Head:
    """Start line and fields (RFC 9112 §2.1), decoded as latin-1: one character per byte.

    A request has method and target, a response status and reason; the others are "" and None. The status of a response
    is None when it cannot be read. `version` is as it was sent ("HTTP/1.1"), "HTTP/0.9" for a request line that has
    none and no fields behind it, "" where it is missing. `fields` keeps names, order and repetition as they were sent.
    """

    version: str
    method: str
    target: str
    status: int | None
    reason: str
    fields: list[tuple[str, str]]

    @property
    def answer(self) -> str:
        """Status and reason of a response as they were sent, or that it has neither (HTTP/0.9)."""
        status = "" if self.status is None else f"{self.status:03}"
        return f"{status} {self.reason}".strip() or NO_STATUS

    def values(self, name: str) -> list[str]:
        """Every value of a field, by its name in whatever case."""
        name = name.lower()
        return [value for field, value in self.fields if field.lower() == name]

    def tokens(self, name: str) -> list[str]:
        """The elements of a field that is a comma-separated list, in lower case (RFC 9110 §5.6.1)."""
        elements = ",".join(self.values(name)).split(",")
        return [element.strip().lower() for element in elements if element.strip()]


def head(capture: Capture, row: int) -> Head:
    """The head of the message in row `row` of http_messages; an empty one when its bytes were not kept."""
    messages = capture.http_messages
    return parse_head(capture.bytes_at(int(messages["head_address"][row]), int(messages["head_bytes"][row])))


def parse_head(raw: bytes) -> Head:
    """Read a head leniently: whatever framing took for a head has a reading here. Never raises."""
    lines = raw.decode("latin-1").replace("\r\n", "\n").split("\n")
    start_line, fields = lines[0], parse_fields(lines[1:])
    status_line = _STATUS_LINE.match(start_line)
    if status_line:
        version, status, reason = status_line.groups()
        return Head(version, "", "", int(status) if status else None, reason.rstrip("\r "), fields)
    method, target, version = _request_words(start_line)
    is_0_9 = not raw or (method == "GET" and target and not version and len(lines) > 1 and not fields)
    return Head("HTTP/0.9" if is_0_9 else version, method, target, None, "", fields)


def _request_words(start_line: str) -> tuple[str, str, str]:
    """Method, target and version; "" for what is missing or cut off. The target is everything after the method up to
    the version, or to the last word that begins like one; without any, it is one word.
    """
    method, rest = [*_SPACE.split(start_line.strip(_WHITE), maxsplit=1), ""][:2]
    words = _SPACE.split(rest)
    odd = [word for word in words if word.startswith("HTTP")]
    begin = len(rest) - len(words[-1])
    if not _VERSION.fullmatch(words[-1]):
        begin = rest.rfind(odd[-1]) if odd else min(len(words[0]), len(rest))
    return method, rest[:begin].strip(_WHITE), rest[begin:].strip(_WHITE)


def parse_fields(lines: list[str]) -> list[tuple[str, str]]:
    """Names and values of field lines up to the empty line; folded lines are joined with a space (RFC 9112 §5.2).

    A line without colon is kept with the name "".
    """
    fields: list[tuple[str, str]] = []
    for line in lines:
        if not line or len(fields) == FIELD_LIMIT:
            break
        if line[0] in " \t" and fields:
            name, value = fields[-1]
            fields[-1] = (name, f"{value} {line.strip()}".strip())
            continue
        name, colon, value = line.partition(":")
        fields.append((name.rstrip(), value.strip(" \t\r")) if colon else ("", line.strip()))
    return fields
