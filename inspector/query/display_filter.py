"""The display filter: finds the connections, exchanges and messages that match every word of it; for packets, see
packet_display_filter.py.

#12, :80            their connection, by its number or a port
80                  a port, a status or close code, or that number in the content
127.0.0.1           an address of their connection, or a part of one
http, websocket     the protocol of their connection
retransmission, rst a verdict or a flag of one of their packets
is:reset            a kind of problem (troubles.py)
close, client       a message's kind, and who sent it
time-wait           the state that an end of a connection is in
cause:CODE          a slow wait of this cause (docs/waits.md): "cause:nagle"
anything else       the content: HTTP headers and bodies as they were sent, messages unmasked and decompressed
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from inspector.query.byte_search import Stretches
from inspector.query.http_search import HttpBytes
from inspector.query.packet_display_filter import PacketDisplayFilter, as_bytes, has_address, named, words_of
from inspector.query.waits import SlowWaits, WaitKind
from inspector.tables.arrays import Mask, Rows
from inspector.tables.table import SIDES
from inspector.tcp.states import State
from inspector.websocket.opcodes import MESSAGE_KINDS

if TYPE_CHECKING:
    from inspector.engine.capture import Capture


STATES = {state.rfc_name.lower(): state for state in State}
KINDS = {name: kind for kind, name in MESSAGE_KINDS.items()}


class DisplayFilter:
    """Finds rows of one capture, which may grow. Results are cached, so that only new bytes are searched if a word is
    searched for again.
    """

    def __init__(self, capture: Capture) -> None:
        self._capture = capture
        self._packets = PacketDisplayFilter(capture)
        self._http = HttpBytes(capture)
        self._slow = SlowWaits(capture)
        self._texts = Stretches(capture, lambda: _texts(capture), may_grow=True)

    def is_of(self, capture: Capture) -> bool:
        """Whether this filter searches the given capture."""
        return capture is self._capture

    def matching(self, name: str, text: str) -> Rows | None:
        """Rows of a table that match every word of `text`, ascending; None if it has no words, so that all match.

        Args:
            name: packets, connections, exchanges or messages.
            text: the words of the display filter.
        """
        if name == "packets":
            return self._packets.matching(text)
        words = words_of(text)
        if not words:
            return None
        mask = np.ones(len(getattr(self._capture, name)), bool)
        fits = {"connections": self._connections, "exchanges": self._exchanges, "messages": self._messages}[name]
        for word in words:
            mask &= fits(word)
        return np.flatnonzero(mask)

    def _connections(self, word: str) -> Mask:
        """The connections that the word names, or else those with a packet or an HTTP message that matches it; also
        those with an end in the TCP state of that name.
        """
        table = self._capture.connections
        slow = self._slow.of_cause(word)
        if slow is not None:
            return np.isin(np.arange(len(table)), slow["connection"])
        found: Mask | None = named(self._capture, word)
        if found is None:
            owners = self._capture.packets["connection"][self._packets.fitting(word)]
            found = np.bincount(owners[owners >= 0], minlength=len(table)) > 0
            if self._packets.keyword(word) is None:
                found[self._capture.http_messages["connection"][self._http.across(as_bytes(word))]] = True
        if word in STATES:
            found |= (table["client_state"] == STATES[word]) | (table["server_state"] == STATES[word])
        return np.asarray(found)

    def _exchanges(self, word: str) -> Mask:
        capture, table = self._capture, self._capture.exchanges
        slow = self._slow.of_cause(word)
        if slow is not None:
            return np.isin(np.arange(len(table)), slow["row"][slow["kind"] == WaitKind.EXCHANGE])
        found: Mask = self._by_connection(word)[table["connection"]]
        if _names_connection(word):
            return found
        request, response = table["request"], table["response"]
        messages = capture.http_messages
        first = messages["packet"][np.where(request >= 0, request, response)]
        last = messages["last_packet"][np.where(response >= 0, response, request)]
        found |= self._by_packets(word, table["connection"], first, last)
        if word.isascii() and word.isdigit():
            found |= (response >= 0) & (messages["status"][response] == int(word[:9]))
        found[messages["exchange"][self._http.holding(as_bytes(word), _is_number(word))]] = True
        return found

    def _messages(self, word: str) -> Mask:
        table = self._capture.messages
        slow = self._slow.of_cause(word)
        if slow is not None:
            return np.isin(np.arange(len(table)), slow["row"][slow["kind"] == WaitKind.MESSAGE])
        found: Mask = self._by_connection(word)[table["connection"]]
        if _names_connection(word):
            return found
        if word in SIDES:
            return np.asarray(table["direction"] == SIDES.index(word)) | self._texts.holding(as_bytes(word))
        found |= self._by_packets(word, table["connection"], table["first_packet"], table["last_packet"])
        if word in KINDS:
            found |= table["kind"] == KINDS[word]
        if _is_number(word):
            found |= table["close_code"] == int(word[:9])
        found |= self._texts.holding(as_bytes(word), _is_number(word))
        return found

    def _by_connection(self, word: str) -> Mask:
        """The connections that the word selects by number, port or protocol, or else by address."""
        found = named(self._capture, word)
        return has_address(self._capture, word) if found is None else found

    def _by_packets(self, word: str, connection: Rows, first: Rows, last: Rows) -> Mask:
        """Which ranges of a connection's packets, from `first` to `last`, contain a packet that matches the keyword."""
        mask = None if word in SIDES else self._packets.keyword(word)
        if mask is None:
            return np.zeros(len(connection), bool)
        owners = self._capture.packets["connection"]
        rows = np.flatnonzero(mask & (owners >= 0))
        keys = np.sort(_key(owners[rows], rows))
        found: Mask = np.searchsorted(keys, _key(connection, last), "right") > np.searchsorted(
            keys, _key(connection, first), "left"
        )
        return found


def _key(connection: Rows, packet: Rows) -> Rows:
    """A sort key that orders packets by connection, and within a connection by row."""
    return np.asarray(connection, np.int64) << 32 | np.asarray(packet, np.int64)


def _names_connection(word: str) -> bool:
    return re.fullmatch(r"#\d{1,9}|:\d{1,5}", word) is not None


def _is_number(word: str) -> bool:
    return word.isascii() and word.isdigit()


def _texts(capture: Capture) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint32]]:
    """The address and length of the content that was kept of each message."""
    table = capture.messages
    return table["text_address"], np.where(table["text_address"] >= 0, table["text_bytes"], 0)
