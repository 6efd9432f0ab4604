"""The header of an HTTP message as text: start line and fields, read from the capture on demand."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inspector.engine.capture import Capture

FIELD_LIMIT = 1024
"""The maximum number of fields of a header that are shown; further ones are left out."""

NO_STATUS = "response without a status"
"""Shown for a response that has neither status nor reason, or no status line at all (HTTP/0.9)."""

_STATUS_LINE = re.compile(r"(HTTP/[!-~]*|HTTP(?=[\0- ]+\d{3}))(?:[\0- ]+(\d{3})(?!\d) ?|[\0- ]+|$)(.*)", re.IGNORECASE)
_VERSION = re.compile(r"HTTP/\d\.\d", re.IGNORECASE)
_SPACE = re.compile(r"[\0- ]+")
_WHITE = "".join(map(chr, range(33)))


@dataclass(frozen=True, slots=True)
class Head:
    """Start line and fields (RFC 9112 §2.1), decoded as latin-1: one character per byte.

    A request has `method` and `target`, a response `status` and `reason`; the attributes that do not apply are "" and
    None. The status of a response is None if it cannot be parsed. `version` is the version as sent ("HTTP/1.1"),
    "HTTP/0.9" for a request line without a version that is not followed by fields, and "" if it is missing. `fields`
    keeps names, order and repetitions as sent.
    """

    version: str
    method: str
    target: str
    status: int | None
    reason: str
    fields: list[tuple[str, str]]

    @property
    def status_and_reason(self) -> str:
        """The status and reason of a response as sent, or a remark that it has neither (HTTP/0.9)."""
        status = "" if self.status is None else f"{self.status:03}"
        return f"{status} {self.reason}".strip() or NO_STATUS

    def values(self, name: str) -> list[str]:
        """Return all values of a field; its name is case-insensitive."""
        name = name.lower()
        return [value for field, value in self.fields if field.lower() == name]

    def tokens(self, name: str) -> list[str]:
        """Return the elements of a field that is a comma-separated list, in lower case (RFC 9110 §5.6.1)."""
        elements = ",".join(self.values(name)).split(",")
        return [element.strip().lower() for element in elements if element.strip()]


def head(capture: Capture, row: int) -> Head:
    """Return the header of the message in row `row` of http_messages; an empty one if its bytes were not kept."""
    messages = capture.http_messages
    return parse_head(capture.bytes_at(int(messages["head_address"][row]), int(messages["head_bytes"][row])))


def parse_head(raw: bytes) -> Head:
    """Parse a header leniently: everything that the framing accepts as a header can be parsed here. Never raises."""
    lines = raw.decode("latin-1").replace("\r\n", "\n").split("\n")
    start_line, fields = lines[0], parse_fields(lines[1:])
    status_and_reason = _STATUS_LINE.match(start_line)
    if status_and_reason:
        version, status, reason = status_and_reason.groups()
        return Head(version, "", "", int(status) if status else None, reason.rstrip("\r "), fields)
    method, target, version = _request_words(start_line)
    is_0_9 = not raw or (method == "GET" and target and not version and len(lines) > 1 and not fields)
    return Head("HTTP/0.9" if is_0_9 else version, method, target, None, "", fields)


def _request_words(start_line: str) -> tuple[str, str, str]:
    """Return method, target and version; "" for those that are missing or truncated.

    The target is everything between the method and the version, or the last word that begins like a version. If there
    is no such word, the target is a single word.
    """
    method, rest = [*_SPACE.split(start_line.strip(_WHITE), maxsplit=1), ""][:2]
    words = _SPACE.split(rest)
    versions = [word for word in words if word.startswith("HTTP")]
    begin = len(rest) - len(words[-1])
    if not _VERSION.fullmatch(words[-1]):
        begin = rest.rfind(versions[-1]) if versions else min(len(words[0]), len(rest))
    return method, rest[:begin].strip(_WHITE), rest[begin:].strip(_WHITE)


def parse_fields(lines: list[str]) -> list[tuple[str, str]]:
    """Return the names and values of field lines up to the empty line; folded lines are joined with a space (RFC 9112
    §5.2).

    A line without a colon is kept under the name "".
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
