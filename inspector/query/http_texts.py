"""The texts of HTTP messages by which a list can be sorted: method, target, host and media type, each as its rank among
all texts.

A text is read once, when rows are first sorted by it; equal texts are kept once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from inspector.http.head import parse_head
from inspector.tables.arena import ARENA
from inspector.tables.arrays import Ints
from inspector.tables.table import MessageKind

if TYPE_CHECKING:
    from inspector.engine.capture import Capture

NAMES = ("method", "target", "host", "type")

AT_ONCE = 1 << 14
"""The number of messages whose texts are read at a time: some 0.1 s."""

BLOCK = 1 << 18
"""The number of bytes of the file in which heads are read together."""

_USUAL_REQUEST = re.compile(rb"([A-Z]+) ([!-~]+) HTTP/1\.[01]\r\n")
_VISIBLE = bytes(range(0x20, 0x7F))


class HttpTexts:
    """The texts of one capture's HTTP messages; the capture may grow."""

    def __init__(self, capture: Capture) -> None:
        self._capture = capture
        self._ids: dict[str, dict[str, int]] = {name: {"": 0} for name in NAMES}
        self._of = np.empty((0, len(NAMES)), np.int32)
        self._ranks: dict[str, Ints] = {}

    def ranks(self, name: str) -> Ints:
        """For each row of http_messages, the rank of its text in code point order; -1 where the message has none.
        Method and target belong to requests, the type to responses; host and type are compared in lower case.
        """
        while not self.read():
            pass
        if name not in self._ranks:
            texts = list(self._ids[name])
            rank = np.empty(len(texts), np.int64)
            rank[sorted(range(len(texts)), key=texts.__getitem__)] = np.arange(-1, len(texts) - 1)  # "" comes first
            self._ranks[name] = rank[self._of[:, NAMES.index(name)]]
        return self._ranks[name]

    def read(self) -> bool:
        """Read the texts of up to AT_ONCE new messages; return whether all have been read."""
        table, first = self._capture.http_messages, len(self._of)
        some = slice(first, first + AT_ONCE)
        is_request = (table["kind"][some] == MessageKind.REQUEST).tolist()
        found = np.zeros((len(is_request), len(NAMES)), np.int32)
        methods, targets, hosts, types = self._ids.values()
        rows: list[int] = []
        ids: list[int] = []
        for row, raw in self._heads(table["head_address"][some], table["head_bytes"][some]):
            rows.append(row)
            if is_request[row]:
                method, target, host = _request_texts(raw)
                ids += (
                    methods.setdefault(method, len(methods)),
                    targets.setdefault(target, len(targets)),
                    hosts.setdefault(host, len(hosts)),
                    0,
                )
            else:
                media_type = _type_of(raw)
                ids += (0, 0, 0, types.setdefault(media_type, len(types)))
        found[rows] = np.array(ids, np.int32).reshape(-1, len(NAMES))
        if len(found):
            self._of = np.concatenate((self._of, found))
            self._ranks.clear()
        return len(self._of) == len(table)

    def _heads(self, address: Ints, length: Ints) -> Iterator[tuple[int, bytes]]:
        """The heads of messages, by index: those in the file in blocks, since every reading costs some microseconds."""
        is_in_file = (address >= 0) & (address < ARENA)
        for row in np.flatnonzero(~is_in_file).tolist():
            yield row, self._capture.bytes_at(int(address[row]), int(length[row]))
        rows = np.flatnonzero(is_in_file)
        rows = rows[np.argsort(address[rows], kind="stable")]
        for part in np.split(rows, np.flatnonzero(np.diff(address[rows] // BLOCK)) + 1) if len(rows) else ():
            begin, stops = int(address[part[0]]), address[part] + length[part]
            block = self._capture.bytes_at(begin, int(stops.max()) - begin)
            spans = ((places - begin).tolist() for places in (address[part], stops))
            for row, start, stop in zip(part.tolist(), *spans, strict=True):
                yield row, block[start:stop]


def _request_texts(raw: bytes) -> tuple[str, str, str]:
    line, host = _USUAL_REQUEST.match(raw), _usual_field(raw, b"\r\nHost: ", b"\nhost:")
    if line and host is not None:
        return line[1].decode("latin-1"), line[2].decode("latin-1"), host.decode("latin-1").lower()
    head = parse_head(raw)
    return head.method, head.target, "".join(head.values("Host")[:1]).lower()


def _type_of(raw: bytes) -> str:
    found = _usual_field(raw, b"\r\nContent-Type: ", b"\ncontent-type:")
    text = "".join(parse_head(raw).values("Content-Type")[:1]) if found is None else found.decode("latin-1")
    return text.partition(";")[0].strip().lower()


def _usual_field(raw: bytes, written: bytes, name: bytes) -> bytes | None:
    """The value of the first field with this name, empty if there is none; None: the whole head must be parsed."""
    at = raw.find(written)
    if at < 0 and name not in raw.lower():
        return b""
    stop = raw.find(b"\r\n", at + 2)
    if at < 0 or stop < 0 or raw[stop + 2 : stop + 3] in (b" ", b"\t") or name in raw[: at + 2].lower():
        return None
    value = raw[at + len(written) : stop]
    return None if value.translate(None, _VISIBLE) else value.strip()
