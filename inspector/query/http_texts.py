"""The texts of HTTP messages by which a list can be sorted: method, target, host and media type, each as its rank among
all texts.

A text is read once, when rows are first sorted by it; equal texts are kept once.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from inspector.http.head import parse_head
from inspector.tables.arrays import Ints
from inspector.tables.table import MessageKind

if TYPE_CHECKING:
    from inspector.engine.capture import Capture

NAMES = ("method", "target", "host", "type")

_USUAL_REQUEST = re.compile(rb"([A-Z]+) ([!-~]+) HTTP/1\.[01]\r\n")
_HOST = re.compile(rb"\r\nhost:[ \t]*([!-~]*)[ \t]*\r\n(?![ \t])", re.IGNORECASE)
_TYPE = re.compile(rb"\r\ncontent-type:[ \t]*([!-:<-~]*)[ \t]*(?:;|\r\n(?![ \t]))", re.IGNORECASE)

Texts = tuple[str, ...]


class HttpTexts:
    """The texts of one capture's HTTP messages; the capture may grow."""

    def __init__(self, capture: Capture) -> None:
        self._capture = capture
        self._ids: dict[str, dict[str, int]] = {name: {"": 0} for name in NAMES}
        self._of = np.empty((0, len(NAMES)), np.int32)

    def ranks(self, name: str) -> Ints:
        """For each row of http_messages, the rank of its text in code point order; -1 where the message has none.
        Method and target belong to requests, the type to responses; host and type are compared in lower case.
        """
        self._read_new()
        texts = list(self._ids[name])
        rank = np.empty(len(texts), np.int64)
        rank[sorted(range(len(texts)), key=texts.__getitem__)] = np.arange(-1, len(texts) - 1)  # "" comes first
        return rank[self._of[:, NAMES.index(name)]]

    def _read_new(self) -> None:
        table = self._capture.http_messages
        first = len(self._of)
        columns = [table[name][first:].tolist() for name in ("head_address", "head_bytes", "kind")]
        ids = list(self._ids.values())
        found = [
            [known.setdefault(text, len(known)) for known, text in zip(ids, self._texts(*message), strict=True)]
            for message in zip(*columns, strict=True)
        ]
        if found:
            self._of = np.concatenate((self._of, np.array(found, np.int32)))

    def _texts(self, address: int, length: int, kind: int) -> Texts:
        raw = self._capture.bytes_at(address, length)
        if kind == MessageKind.REQUEST:
            return _request_texts(raw)
        return ("", "", "", _type_of(raw))


def _request_texts(raw: bytes) -> Texts:
    line, host = _USUAL_REQUEST.match(raw), _HOST.search(raw)
    if line and host:
        return (line[1].decode("latin-1"), line[2].decode("latin-1"), host[1].decode("latin-1").lower(), "")
    head = parse_head(raw)
    return (head.method, head.target, "".join(head.values("Host")[:1]).lower(), "")


def _type_of(raw: bytes) -> str:
    found = _TYPE.search(raw)
    if found:
        return found[1].decode("latin-1").lower()
    return "".join(parse_head(raw).values("Content-Type")[:1]).split(";")[0].strip().lower()
