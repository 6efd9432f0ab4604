"""Which packets a few words mean: text, an address, a port, a flag, a verdict, a connection. Every word must fit.

8000                a port of the connection         127.0.0.1          an address, or a part of one
#12                 connection 12                    10.0.0.2:80        a socket
syn, rst            a flag of the segment            retransmission     a verdict, or a part of its name
http, websocket     what the connection speaks       client, server     who sent it
udp, tcp            the protocol above IP            noted              has a note or a comment
anything else       bytes of the packet, as text
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from inspector.addresses import address
from inspector.tables import Protocol
from inspector.tcp.verdicts import FLAG_NAMES, Verdict

if TYPE_CHECKING:
    from inspector.capture import Capture

Mask = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.intp]

MAX_WORDS = 16
"""Words looked for; the rest of a longer text is left out."""

IP_PROTOCOLS = {"icmp": 1, "igmp": 2, "tcp": 6, "udp": 17, "icmpv6": 58, "sctp": 132}
SPOKEN = {protocol.name.lower(): protocol for protocol in Protocol if protocol is not Protocol.UNKNOWN}
SIDES = {"client": 0, "server": 1}

MAX_BYTES = 64
"""Bytes of a word that are looked for."""

REMEMBERED = 8
"""Words whose packets are remembered."""

PIECE = 4 << 20
"""Bytes of the file that are searched at a time: other threads get their turn between two."""


class Search:
    """Searches one capture, which may grow: bytes that were searched for a word once are not searched for it again."""

    def __init__(self, capture: Capture) -> None:
        self._capture = capture
        self._held: dict[bytes, tuple[int, Rows]] = {}

    def is_of(self, capture: Capture) -> bool:
        """Whether it searches this capture."""
        return capture is self._capture

    def matching(self, text: str) -> Rows | None:
        """Rows of the packets that every word of `text` fits, ascending; None without a word, so that all do."""
        words = text.lower().split()[:MAX_WORDS]
        if not words:
            return None
        mask = np.ones(len(self._capture.packets), bool)
        for word in words:
            mask &= self._fits(word)
        return np.flatnonzero(mask)

    def _fits(self, word: str) -> Mask:
        capture, packets = self._capture, self._capture.packets
        if re.fullmatch(r"#\d{1,9}", word):
            return np.asarray(packets["connection"] == int(word[1:]))
        if re.fullmatch(r":?\d{1,5}", word):
            return _of(capture, _has_port(capture, int(word.removeprefix(":"))))
        if word.upper() in FLAG_NAMES:
            return np.asarray(packets["flags"] & (1 << FLAG_NAMES.index(word.upper())) != 0)
        if word in IP_PROTOCOLS:
            return np.asarray(packets["ip_protocol"] == IP_PROTOCOLS[word])
        if word in SPOKEN:
            return _of(capture, np.asarray(capture.connections["protocol"] == SPOKEN[word]))
        if word == "noted":
            return np.isin(np.arange(len(packets)), list(capture.source.comments))
        if word in SIDES:
            return np.asarray(packets["direction"] == SIDES[word])
        verdicts = _verdicts(word)
        if verdicts:
            return np.asarray(packets["analysis"] & verdicts != 0)
        return _of(capture, _has_address(capture, word)) | self._holds(word.encode("utf-8", "replace")[:MAX_BYTES])

    def _holds(self, word: bytes) -> Mask:
        """Packets whose captured bytes hold the word; small and capital letters of ASCII are the same."""
        searched, held = self._held.pop(word, (0, np.empty(0, np.intp)))
        mask = np.zeros(len(self._capture.packets), bool)
        mask[held] = True
        mask[searched:] = _holding(self._capture, word, searched)
        self._held[word] = (len(mask), np.flatnonzero(mask))
        if len(self._held) > REMEMBERED:
            del self._held[next(iter(self._held))]
        return mask


def _of(capture: Capture, connections: Mask) -> Mask:
    """Packets of these connections."""
    owner = capture.packets["connection"]
    mask = np.zeros(len(owner), bool)
    is_tcp = owner >= 0
    mask[is_tcp] = connections[owner[is_tcp]]
    return mask


def _has_port(capture: Capture, port: int) -> Mask:
    table = capture.connections
    return np.asarray((table["client_port"] == port) | (table["server_port"] == port))


def _has_address(capture: Capture, word: str) -> Mask:
    """Connections one of whose sockets looks like the word: an address or part of one, perhaps with its port."""
    mask = np.zeros(len(capture.connections), bool)
    if re.fullmatch(r"[0-9a-f.:\[\]]{2,50}", word):
        host, port = _taken_apart(word)
        for side in ("client", "server"):
            mask |= _side_has(capture, side, lambda text: host in text, port)
    return mask


def _taken_apart(word: str) -> tuple[str, int | None]:
    """ "10.0.0.2:80" and "[::1]:80" have a port; "::1" has none."""
    with_port = re.fullmatch(r"(?:\[([0-9a-f:.]+)\]|([0-9.]+)):(\d{1,5})", word)
    if with_port:
        return with_port[1] or with_port[2], int(with_port[3])
    return word.strip("[]"), None


def _side_has(capture: Capture, side: str, fits: Callable[[str], bool], port: int | None) -> Mask:
    """Each address is written out once, however many connections have it."""
    table = capture.connections
    keys = np.column_stack((table["family"].astype("u8"), table[f"{side}_hi"], table[f"{side}_lo"]))
    distinct, which = np.unique(keys, axis=0, return_inverse=True)
    fitting = np.array([fits(address(*(int(part) for part in key))) for key in distinct], bool)
    mask = fitting[which.reshape(-1)] if len(distinct) else np.zeros(len(table), bool)
    return mask if port is None else mask & (table[f"{side}_port"] == port)


def _verdicts(word: str) -> int:
    """The bits of the verdicts whose names have the word in them; none for words too short to mean one."""
    name = word.replace("-", "_")
    return sum(int(verdict) for verdict in Verdict if len(name) > 3 and name in (verdict.name or "").lower())


def _holding(capture: Capture, word: bytes, first: int) -> Mask:
    """Which packets from row `first` on hold the word."""
    starts = capture.packets["address"][first:]
    ends = starts + capture.packets["captured"][first:]
    mask = np.zeros(len(starts), bool)
    data = capture.source.data
    for begin in range(int(starts[0]), int(ends[-1]), PIECE) if len(starts) else ():
        places = begin + _places(bytes(data[begin : begin + PIECE + len(word) - 1]).lower(), word)
        rows = np.searchsorted(starts, places, side="right") - 1
        mask[rows[(rows >= 0) & (places + len(word) <= ends[rows])]] = True
    return mask


def _places(piece: bytes, word: bytes) -> Rows:
    """Where the word stands in a piece: column by column, since it may stand there a million times."""
    column = np.frombuffer(piece, np.uint8)
    fits = np.ones(max(len(piece) - len(word) + 1, 0), bool)
    for i, byte in enumerate(word):
        fits &= column[i : i + len(fits)] == byte
    return np.flatnonzero(fits)
