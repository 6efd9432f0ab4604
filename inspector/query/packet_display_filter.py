"""The display filter for packets: finds those that match every word of it: text, an address, a port, a flag, a verdict
or a connection.

8000                a port of the connection         127.0.0.1          an address, or a part of one
#12                 connection 12                    10.0.0.2:80        a socket
syn, rst            a flag of the segment            retransmission     a verdict, or a part of its name
http, websocket     the connection's protocol        client, server     who sent it
udp, tcp            the protocol above IP            noted              has a note or a comment
is:CODE             exactly this anomaly, verdict or failure, "is:http-bare-lf", "is:retransmission", "is:refused"
cause:CODE          part of a slow wait of this cause (docs/waits.md): "cause:nagle"
anything else       bytes of the packet, as text
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from inspector.anomalies import ANOMALIES
from inspector.query.byte_search import Stretches
from inspector.query.troubles import FAILURES, shows
from inspector.query.waits import SlowWaits
from inspector.tables.addresses import address
from inspector.tables.arrays import Mask, Rows
from inspector.tables.table import SIDES, Protocol, Table
from inspector.tcp.verdicts import FLAG_NAMES, Verdict, code_of
from inspector.wire import ip_protocols

if TYPE_CHECKING:
    from inspector.engine.capture import Capture


MAX_WORDS = 16
"""Maximum number of words of a display filter; further words are ignored."""

IP_PROTOCOLS = {name.lower(): number for number, name in ip_protocols.NAMES.items()}
PROTOCOL_WORDS = {protocol.name.lower(): protocol for protocol in Protocol if protocol is not Protocol.UNKNOWN}
CODES: dict[str, Verdict | int] = {
    **{code_of(verdict): verdict for verdict in Verdict},
    **{anomaly.code: i for i, anomaly in enumerate(ANOMALIES)},
}
"""Codes that may follow "is:", each with its verdict or with the index of its anomaly."""

ADDRESS = re.compile(r"[0-9a-f.:\[\]]{2,50}")
"""What an address, a part of one, or a socket looks like."""

MAX_BYTES = 64
"""Maximum number of bytes of a word that are searched for."""


def words_of(text: str) -> list[str]:
    """The words of a display filter, in lower case."""
    return text.lower().split()[:MAX_WORDS]


def as_bytes(word: str) -> bytes:
    """The bytes to search for: the word in UTF-8, cut to MAX_BYTES."""
    return word.encode("utf-8", "replace")[:MAX_BYTES]


class PacketDisplayFilter:
    """Searches the packets of one capture; the capture may grow."""

    def __init__(self, capture: Capture) -> None:
        self._capture = capture
        self._slow = SlowWaits(capture)
        self._bytes = Stretches(capture, lambda: (capture.packets["address"], capture.packets["captured"]))

    def matching(self, text: str) -> Rows | None:
        """Rows of the packets that match every word of `text`, ascending; None if it has no words, so all match."""
        words = words_of(text)
        if not words:
            return None
        mask = np.ones(len(self._capture.packets), bool)
        for word in words:
            mask &= self.fitting(word)
        return np.flatnonzero(mask)

    def fitting(self, word: str) -> Mask:
        """The packets that match one word."""
        capture = self._capture
        connections = named(capture, word)
        if connections is not None:
            return _of(capture, connections)
        mask = self.keyword(word)
        if mask is not None:
            return mask
        return _of(capture, has_address(capture, word)) | self._bytes.holding(as_bytes(word))

    def holding(self, word: bytes) -> Mask:
        """The packets that contain these bytes (see `Stretches.holding`)."""
        return self._bytes.holding(word)

    def keyword(self, word: str) -> Mask | None:
        """The packets that match a keyword (a flag, a verdict, a protocol, a side); None if the word is not a
        keyword.
        """
        packets = self._capture.packets
        if word.upper() in FLAG_NAMES:
            return np.asarray(packets["flags"] & (1 << FLAG_NAMES.index(word.upper())) != 0)
        if word in IP_PROTOCOLS:
            return np.asarray(packets["ip_protocol"] == IP_PROTOCOLS[word])
        if word == "noted":
            return np.isin(np.arange(len(packets)), list(self._capture.source.comments))
        if word in SIDES:
            return np.asarray(packets["direction"] == SIDES.index(word))
        if word.startswith("is:") and word[3:] in CODES:
            return self._odd(CODES[word[3:]])
        if word.startswith("is:") and word[3:] in FAILURES:
            return shows(self._capture, word[3:])
        slow = self._slow.of_cause(word)
        if slow is not None:
            return self._within(slow)
        verdicts = verdicts_of(word)
        return np.asarray(packets["analysis"] & verdicts != 0) if verdicts else None

    def _within(self, waits: Table) -> Mask:
        """The packets of the connections of these waits, from the first to the last packet of each."""
        owners = self._capture.packets["connection"]
        mask = np.zeros(len(owners), bool)
        ranges = zip(*(waits[name].tolist() for name in ("connection", "first_packet", "last_packet")), strict=True)
        for connection, first, last in ranges:
            mask[first : last + 1] |= owners[first : last + 1] == connection
        return mask

    def _odd(self, code: Verdict | int) -> Mask:
        """The packets that have this verdict, or that show the anomaly with this index."""
        table, packets = self._capture.anomalies, self._capture.packets
        if isinstance(code, Verdict):
            return np.asarray(packets["analysis"] & int(code) != 0)
        shown = table["packet"][table["code"] == code]
        mask = np.zeros(len(packets), bool)
        mask[shown[shown >= 0]] = True
        return mask


def named(capture: Capture, word: str) -> Mask | None:
    """The connections that a word selects by number, port or protocol; None if it selects none."""
    table = capture.connections
    if re.fullmatch(r"#\d{1,9}", word):
        return np.asarray(np.arange(len(table)) == int(word[1:]))
    if re.fullmatch(r":?\d{1,5}", word):
        return _has_port(capture, int(word.removeprefix(":")))
    if word in PROTOCOL_WORDS:
        return np.asarray(table["protocol"] == PROTOCOL_WORDS[word])
    return None


def _of(capture: Capture, connections: Mask) -> Mask:
    """The packets of these connections."""
    owner = capture.packets["connection"]
    mask = np.zeros(len(owner), bool)
    is_tcp = owner >= 0
    mask[is_tcp] = connections[owner[is_tcp]]
    return mask


def _has_port(capture: Capture, port: int) -> Mask:
    table = capture.connections
    return np.asarray((table["client_port"] == port) | (table["server_port"] == port))


def has_address(capture: Capture, word: str) -> Mask:
    """Connections with an address that matches the word, which is an address or part of one, optionally with a port."""
    mask = np.zeros(len(capture.connections), bool)
    if ADDRESS.fullmatch(word):
        host, port = _taken_apart(word)
        for side in SIDES:
            mask |= _side_has(capture, side, lambda text: host in text, port)
    return mask


def _taken_apart(word: str) -> tuple[str, int | None]:
    """Split a word into address and port: "10.0.0.2:80" and "[::1]:80" have a port; "::1" has none."""
    with_port = re.fullmatch(r"(?:\[([0-9a-f:.]+)\]|([0-9.]+)):(\d{1,5})", word)
    if with_port:
        return with_port[1] or with_port[2], int(with_port[3])
    return word.strip("[]"), None


def _side_has(capture: Capture, side: str, fits: Callable[[str], bool], port: int | None) -> Mask:
    """The connections whose address on this side fits and that have this port on this side (any port if None).

    Each distinct address is formatted only once, however many connections have it.
    """
    table = capture.connections
    rows, which = _distinct(table["family"], table[f"{side}_hi"], table[f"{side}_lo"])
    parts = zip(*(table[name][rows].tolist() for name in ("family", f"{side}_hi", f"{side}_lo")), strict=True)
    fitting = np.array([fits(address(*part)) for part in parts], bool)
    mask = fitting[which] if len(rows) else np.zeros(len(table), bool)
    return mask if port is None else mask & (table[f"{side}_port"] == port)


def _distinct(*columns: npt.NDArray[Any]) -> tuple[Rows, Rows]:
    """For each distinct combination of values, the first row that has it; and for each row, the index of its
    combination.
    """
    several = [column for column in columns if len(column) and column.min() != column.max()]
    if len(several) < 2:
        _, rows, which = np.unique((several or columns)[0], return_index=True, return_inverse=True)
        return rows, which
    order = np.lexsort(several)
    is_first = np.append(True, np.logical_or.reduce([np.diff(column[order]) != 0 for column in several]))
    which = np.empty(len(order), np.int64)
    which[order] = np.cumsum(is_first) - 1
    return order[is_first], which


def verdicts_of(word: str) -> int:
    """The bits of the verdicts whose names contain the word; 0 for a word of three characters or fewer."""
    name = word.replace("-", "_")
    return sum(int(verdict) for verdict in Verdict if len(name) > 3 and name in (verdict.name or "").lower())
