"""The display filter: finds the rows of a table that an expression selects (inspector/query/language), and decides what
its bare words mean for connections, exchanges and messages; for packets, see packet_display_filter.py.

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
from inspector.query.language.conditions import condition
from inspector.query.language.evaluation import Evaluator
from inspector.query.language.field_list import FIELDS
from inspector.query.language.parser import parse
from inspector.query.language.syntax import Node, Word, fields_of, words_of
from inspector.query.packet_display_filter import (
    ADDRESS,
    CODES,
    IP_PROTOCOLS,
    PROTOCOL_WORDS,
    PacketDisplayFilter,
    as_bytes,
    has_address,
    named,
    verdicts_of,
)
from inspector.query.troubles import FAILURES
from inspector.query.wait_causes import CAUSES
from inspector.query.waits import SlowWaits, WaitKind
from inspector.tables.arrays import Mask, Rows
from inspector.tables.table import SIDES, Table
from inspector.tcp.states import State
from inspector.tcp.verdicts import FLAG_NAMES
from inspector.websocket.opcodes import MESSAGE_KINDS

if TYPE_CHECKING:
    from inspector.engine.capture import Capture


TEXT_TABLES = ("connections", "exchanges", "messages")
"""The tables in which bare words have a meaning of their own; in all others, they are those of packets."""

STATES = {state.rfc_name.lower(): state for state in State}
KINDS = {name: kind for kind, name in MESSAGE_KINDS.items()}


class DisplayFilter:
    """Finds rows of one capture, which may grow. Results of searches are cached, so that only new bytes are searched if
    a word is searched for again.
    """

    def __init__(self, capture: Capture) -> None:
        self._capture = capture
        self._packets = PacketDisplayFilter(capture)
        self._http = HttpBytes(capture)
        self._slow = SlowWaits(capture)
        self._texts = Stretches(capture, lambda: _texts(capture), may_grow=True)
        self._evaluator = Evaluator(capture, self._fitting)

    def is_of(self, capture: Capture) -> bool:
        """Whether this filter searches the given capture."""
        return capture is self._capture

    def matching(self, name: str, text: str, events: Table | None = None) -> Rows | None:
        """Rows of a table that the filter selects, ascending; None if it is empty, so that all match.

        Args:
            name: any table of the capture, or events.
            text: the display filter.
            events: the table of events, if `name` is "events".
        Raises:
            FilterError: the filter cannot be read.
        """
        node = parse(text, FIELDS)
        return None if node is None else self._evaluator.matching(name, node, events)

    def _fitting(self, name: str, word: Word) -> tuple[Mask, bool]:
        """The rows that match a bare word, and whether they are packets, since the table has no words of its own."""
        text = word.text.lower()
        find = {"connections": self._connections, "exchanges": self._exchanges, "messages": self._messages}
        if word.is_quoted:
            return self._holding(name, as_bytes(text)), name not in find
        return (find[name](text), False) if name in find else (self._packets.fitting(text), name != "packets")

    def _holding(self, name: str, word: bytes) -> Mask:
        """The rows of a table that contain a text; of other tables than these, the packets that do."""
        if not word:
            return np.ones(len(getattr(self._capture, name if name in TEXT_TABLES else "packets")), bool)
        if name == "exchanges":
            found = np.zeros(len(self._capture.exchanges), bool)
            found[self._capture.http_messages["exchange"][self._http.holding(word, False)]] = True
            return found
        if name == "messages":
            return self._texts.holding(word)
        packets = self._packets.holding(word)
        if name != "connections":
            return packets
        owners = self._capture.packets["connection"][packets]
        found = np.bincount(owners[owners >= 0], minlength=len(self._capture.connections)) > 0
        found[self._capture.http_messages["connection"][self._http.across(word)]] = True
        return np.asarray(found)

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


def check(name: str, text: str) -> None:
    """Raise FilterError if the filter cannot be read for the table `name`."""
    node = parse(text, FIELDS)
    if node is not None:
        condition(node, FIELDS, _no_words, name)


def _no_words(_name: str, _word: Word) -> tuple[Mask, bool]:
    return np.zeros(0, bool), False


def reading(name: str, text: str) -> str | None:
    """How a filter for the table `name` is read, if it has words that do not say so themselves; None otherwise.

    Raises:
        FilterError: the filter cannot be read.
    """
    node = parse(text, FIELDS)
    if node is None:
        return None
    said = [f"“{word.text}” {_meaning(name, word)}" for word in dict.fromkeys(words_of(node))]
    written = " ".join(str(node).split())
    if written.replace('"', "") != " ".join(text.split()).replace('"', "") and _is_rewritten(node, text):
        said.insert(0, f"read as {written}")
    return "; ".join(said) or None


def _is_rewritten(node: Node, text: str) -> bool:
    """Whether fields are in the filter that are not in the text: those that another program's words stand for."""
    return any(field.name not in text.lower() for field in fields_of(node))


def _meaning(name: str, word: Word) -> str:
    """What a bare word finds in a table, as a phrase that follows the word."""
    text = word.text.lower()
    if word.is_quoted:
        return "is a text"
    if _names_connection(text):
        return "is a connection" if text[0] == "#" else "is a port"
    if _is_number(text):
        more = {
            "exchanges": ", a status or that number in the content",
            "messages": ", a close code or that number in the text",
        }
        return f"is a port{more.get(name, '')}"
    if text in PROTOCOL_WORDS or text in IP_PROTOCOLS:
        return "is a protocol"
    if text.startswith("is:") and (text[3:] in CODES or text[3:] in FAILURES):
        return "is a kind of problem"
    if text.startswith("cause:") and text[6:] in CAUSES:
        return "is the cause of a slow wait"
    if text.upper() in FLAG_NAMES:
        return "is a TCP flag"
    if text in SIDES:
        return "is the sender"
    if name == "messages" and text in KINDS:
        return "is a kind of message, or a text"
    if name == "connections" and text in STATES:
        return "is a TCP state, or a text"
    if text == "noted":
        return "is a packet with a comment"
    if verdicts_of(text):
        return "is a TCP analysis flag"
    if ADDRESS.fullmatch(text):
        return "is an address, a part of one, or a text"
    return "is a text"


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
