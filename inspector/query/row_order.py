"""The order of the rows of packets, connections and exchanges by any of their columns.

Addresses are compared as numbers, then ports; protocols by their names, methods, targets, hosts and media types as
text; states in the order of a connection's life; flags, verdicts and notes by their bits. Rows whose value is unknown
come last, in ascending and descending order alike, and rows with equal values keep the order of the file.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, Any

import numpy as np

from inspector.engine.clocks import durations, elapsed, has_time, lifetimes
from inspector.http.message_notes import PLAIN
from inspector.query.descriptor_holders import holders
from inspector.query.http_texts import HttpTexts
from inspector.query.outcomes import is_open, outcomes
from inspector.query.stable_sort import stable_order
from inspector.query.time_range import exchange_times
from inspector.query.wait_causes import CAUSE_TITLES
from inspector.query.waits import WaitKind, are_slow, waits
from inspector.tables.arrays import Ints, Mask, Rows, Values
from inspector.tables.table import PROTOCOL_NAMES, Table
from inspector.tcp.flags_and_seq import ACK

if TYPE_CHECKING:
    from inspector.engine.capture import Capture

Keys = tuple[tuple[Values, ...], Mask | None]
"""What rows are sorted by, the most significant key first, and which of the rows have a known value; None: all."""

NO_IP = 255

KEPT = 4
"""Maximum number of sorted lists that are kept: one for each view of a page or two."""

_BY_NAME = sorted(PROTOCOL_NAMES, key=lambda protocol: PROTOCOL_NAMES[protocol].lower())
PROTOCOL_RANKS = np.argsort(np.array(_BY_NAME))
"""The rank of each protocol among the names of all."""


class RowOrder:
    """Sorts rows of one capture, which may grow."""

    def __init__(self, capture: Capture) -> None:
        self._capture = capture
        self._texts = HttpTexts(capture)
        self._kept: dict[Hashable, Rows] = {}

    def is_of(self, capture: Capture) -> bool:
        """Whether this sorts the rows of the given capture."""
        return capture is self._capture

    def sorted(self, name: str, rows: Rows, column: str, *, descending: bool = False, now_ns: int = 0) -> Rows:
        """The rows in the order of a column, which is one of COLUMNS[name].

        Args:
            rows: ascending rows of the table `name`.
            now_ns: until when connections that are still open have lasted; their last packet if that is later.
        """
        if name == "exchanges" and column in _TEXTS:
            keys, known = self._text(rows, column)
        elif (name, column) == ("connections", "duration_ns"):
            keys, known = _duration(self._capture, rows, now_ns)
        else:
            keys, known = _COLUMNS[name][column](self._capture, rows)
        if known is None or known.all():
            return rows[stable_order(keys, descending=descending)]
        order = stable_order(tuple(key[known] for key in keys), descending=descending)
        return np.concatenate((rows[known][order], rows[~known]))

    def prepare(self, name: str, column: str) -> bool:
        """Read some of the texts by which the column is sorted; return whether none are left. Otherwise `sorted` reads
        them all, which can take seconds.
        """
        return name != "exchanges" or column not in _TEXTS or self._texts.read()

    def kept(self, key: Hashable, make: Callable[[], Rows]) -> Rows:
        """The rows last made under this key, or else those that `make` returns now; the newest KEPT are kept."""
        found = self._kept.pop(key, None)
        self._kept[key] = rows = make() if found is None else found
        if len(self._kept) > KEPT:
            del self._kept[next(iter(self._kept))]
        return rows

    def _text(self, rows: Rows, column: str) -> Keys:
        message = self._capture.exchanges[_TEXTS[column]][rows]
        ranks = self._texts.ranks(column)
        return _known(np.where(message >= 0, ranks[message], -1) if len(ranks) else np.full(len(rows), -1))


_TEXTS = {"method": "request", "target": "request", "host": "request", "type": "response"}
"""The columns of exchanges that are texts, and the message that has them."""


def _known(values: Values) -> Keys:
    """A key whose unknown values are negative."""
    return (values,), values >= 0


def _stored(name: str, column: str, *, may_be_unknown: bool = False) -> Callable[[Capture, Rows], Keys]:
    """A column as the table has it; unknown values, if there may be any, are negative."""

    def keys(capture: Capture, rows: Rows) -> Keys:
        values = getattr(capture, name)[column][rows]
        return _known(values) if may_be_unknown else ((values,), None)

    return keys


def _sum(column: str) -> Callable[[Capture, Rows], Keys]:
    """The sum of what both ends of a connection have in a column."""
    return lambda capture, rows: ((capture.connections[column][rows].sum(axis=1),), None)


def _of_segment(column: str) -> Callable[[Capture, Rows], Keys]:
    """A column of packets that is known for those with a TCP segment."""
    return lambda capture, rows: ((capture.packets[column][rows],), _has_segment(capture, rows))


def _has_segment(capture: Capture, rows: Rows) -> Mask:
    found: Mask = capture.packets["connection"][rows] >= 0
    return found


def _id(_capture: Capture, rows: Rows) -> Keys:
    return (rows,), None


def _number(capture: Capture, rows: Rows) -> Keys:
    return (capture.numbers(rows),), None


def _socket(connections: Table, side: str, rows: Any) -> tuple[Values, ...]:
    return tuple(connections[part][rows] for part in ("family", f"{side}_hi", f"{side}_lo", f"{side}_port"))


def _pair(first: str, second: str) -> Callable[[Capture, Rows], Keys]:
    """Both sockets of a connection."""
    return lambda capture, rows: (
        (*_socket(capture.connections, first, rows), *_socket(capture.connections, second, rows)),
        None,
    )


def _end(*, is_sender: bool) -> Callable[[Capture, Rows], Keys]:
    """The socket that packets come from or go to."""

    def keys(capture: Capture, rows: Rows) -> Keys:
        connection, known = capture.packets["connection"][rows], _has_segment(capture, rows)
        if not len(capture.connections):
            return (connection,), known
        side = capture.packets["direction"][rows] ^ (not is_sender)
        return (_socket_ranks(capture.connections)[side, connection],), known

    return keys


def _socket_ranks(connections: Table) -> Ints:
    """The rank of each client's and each server's socket among the sockets of all connections, shape (2, n)."""
    both = [_socket(connections, side, slice(None)) for side in ("client", "server")]
    sockets = [np.concatenate(parts) for parts in zip(*both, strict=True)]
    order = stable_order(sockets)
    is_other: Mask = np.zeros(len(order), bool)
    for part in sockets:
        is_other[1:] |= part[order[1:]] != part[order[:-1]]
    ranks = np.empty(len(order), np.int64)
    ranks[order] = np.cumsum(is_other)
    return ranks.reshape(2, -1)


def _protocol_of_packet(capture: Capture, rows: Rows) -> Keys:
    """The protocols of connections by name, then IP protocols by number, then what is not IP."""
    connection, number = capture.packets["connection"][rows], capture.packets["ip_protocol"][rows].astype(np.int64)
    of_connection = np.zeros(len(rows), np.int64)
    if len(capture.connections):
        of_connection = PROTOCOL_RANKS[capture.connections["protocol"][connection]]
    return (np.where(connection >= 0, of_connection, number + len(PROTOCOL_RANKS)),), number != NO_IP


def _moment_of_packet(capture: Capture, rows: Rows) -> Keys:
    return (capture.packets["time_ns"][rows],), has_time(capture, rows)


def since_previous(capture: Capture, rows: Rows) -> Ints:
    """The time in ns from each packet to the next one of `rows`, ascending; 0 for the first, -1 where it is unknown."""
    first: Ints = np.zeros(min(len(rows), 1), np.int64)
    return np.concatenate((first, elapsed(capture.packets, rows[:-1], rows[1:])))


def _since_previous(capture: Capture, rows: Rows) -> Keys:
    return _known(since_previous(capture, rows))


def _moment(column: str, packet: str) -> Callable[[Capture, Rows], Keys]:
    """A time in connections, which is that of the packet in another column."""

    def keys(capture: Capture, rows: Rows) -> Keys:
        table = capture.connections
        return (table[column][rows],), has_time(capture, table[packet][rows])

    return keys


def _relative(column: str, *, of_peer: bool) -> Callable[[Capture, Rows], Keys]:
    """Sequence numbers, relative to the first of their stream; acknowledgment numbers only where ACK is set."""

    def keys(capture: Capture, rows: Rows) -> Keys:
        packets, known = capture.packets, _has_segment(capture, rows)
        numbers = packets[column][rows].astype(np.int64)
        if not len(capture.connections):
            return (numbers,), known
        side = packets["direction"][rows] ^ of_peer
        first = capture.connections["isn"][packets["connection"][rows], side].astype(np.int64)
        is_set = known & (packets["flags"][rows] & ACK != 0) if of_peer else known
        return ((numbers - first) & 0xFFFF_FFFF,), is_set

    return keys


def _states(capture: Capture, rows: Rows) -> Keys:
    packets = capture.packets
    settled = np.where(packets["duplicate"][rows], packets["previous"][rows], rows)
    return (packets["client_state"][settled], packets["server_state"][settled]), _has_segment(capture, rows)


def _info(capture: Capture, rows: Rows) -> Keys:
    """The verdicts of a packet, then its flags, then its payload."""
    packets = capture.packets
    return tuple(packets[name][rows] for name in ("analysis", "flags", "payload")), _has_segment(capture, rows)


def _comment(capture: Capture, rows: Rows) -> Keys:
    comments, places = capture.source.comments, capture.numbers(rows) - 1
    noted = np.isin(places, np.fromiter(comments, np.intp, len(comments)))
    texts = {text: rank for rank, text in enumerate(sorted(set(comments.values())))}
    ranks = np.zeros(len(rows), np.int64)
    ranks[noted] = [texts[comments[place]] for place in places[noted].tolist()]
    return (ranks,), noted


def _duration(capture: Capture, rows: Rows, now_ns: int) -> Keys:
    """How long connections lasted; those that are open last until now."""
    lasted, table = lifetimes(capture, rows), capture.connections
    until_now = now_ns - table["start_ns"][rows]
    return _known(np.where(is_open(table, rows) & (lasted >= 0), np.maximum(lasted, until_now), lasted))


def _processes(capture: Capture, rows: Rows) -> Keys:
    """The names of the processes that hold the client's and the server's end."""
    table, found = capture.tokens, holders(capture, rows)
    names = [bytes(name).rstrip(b"\0").lower() for name in table["process"]]
    texts = {name: rank for rank, name in enumerate(sorted(set(names)))}
    ranks = np.array([*(texts[name] for name in names), -1])  # the last one is for an end without a descriptor
    client, server = ranks[found].T
    return (client, server), (client >= 0) | (server >= 0)


def _side(column: str, side: int) -> Callable[[Capture, Rows], Keys]:
    """What one end of a connection has in a column."""
    return lambda capture, rows: ((capture.connections[column][rows, side],), None)


def _both_states(capture: Capture, rows: Rows) -> Keys:
    return tuple(capture.connections[name][rows] for name in ("client_state", "server_state")), None


def _protocol(capture: Capture, rows: Rows) -> Keys:
    return (PROTOCOL_RANKS[capture.connections["protocol"][rows]],), None


def _outcome(capture: Capture, rows: Rows) -> Keys:
    return (outcomes(capture.connections, rows),), None


def _of_message(side: str, column: str, *, is_zero_unknown: bool) -> Callable[[Capture, Rows], Keys]:
    """A column of the request or the response of exchanges."""

    def keys(capture: Capture, rows: Rows) -> Keys:
        message, table = capture.exchanges[side][rows], capture.http_messages
        values = table[column][message].astype(np.int64) if len(table) else np.zeros(len(rows), np.int64)
        return (values,), (message >= 0) & ((values != 0) | (not is_zero_unknown))

    return keys


def _boundary(which: int) -> Callable[[Capture, Rows], Keys]:
    """When exchanges begin (0) or end (1)."""

    def keys(capture: Capture, rows: Rows) -> Keys:
        request, response = (capture.exchanges[side][rows] for side in ("request", "response"))
        message = (
            np.where(request >= 0, request, response) if which == 0 else np.where(response >= 0, response, request)
        )
        packet = capture.http_messages["packet" if which == 0 else "last_packet"][message]
        return (exchange_times(capture, rows)[which],), has_time(capture, packet)

    return keys


def _took(capture: Capture, rows: Rows) -> Keys:
    return _known(durations(capture, rows))


def _cause(capture: Capture, rows: Rows) -> Keys:
    """The causes of slow exchanges by their titles, and of equal ones the longest wait last."""
    causes, table = np.full(len(rows), -1), capture.exchanges
    took: Ints = np.zeros(len(rows), np.int64)
    slow = np.flatnonzero(are_slow(capture, rows))
    if len(slow):
        found = waits(capture, np.unique(table["connection"][rows[slow]])).table
        exchanges = np.flatnonzero(found["kind"] == WaitKind.EXCHANGE)
        place = np.full(len(table), -1)
        place[found["row"][exchanges]] = exchanges
        slow = slow[place[rows[slow]] >= 0]
        causes[slow] = found["cause"][place[rows[slow]]]
        took[slow] = found["shares"][place[rows[slow]]].sum(axis=1)
    titles = sorted(CAUSE_TITLES, key=lambda cause: CAUSE_TITLES[cause].lower())
    return (np.argsort(titles)[causes], took), causes >= 0


def _notes(capture: Capture, rows: Rows) -> Keys:
    """The notes that point to a problem; none counts as unknown."""
    bits: Ints = np.zeros(len(rows), np.int64)
    for side in ("request", "response"):
        message = capture.exchanges[side][rows]
        if len(capture.http_messages):
            bits |= np.where(message >= 0, capture.http_messages["notes"][message].astype(np.int64), 0)
    bits &= ~int(PLAIN)
    return (bits,), bits != 0


_COLUMNS: dict[str, dict[str, Callable[[Capture, Rows], Keys]]] = {
    "packets": {
        "number": _number,
        "time_ns": _moment_of_packet,
        "since_ns": _since_previous,
        "source": _end(is_sender=True),
        "destination": _end(is_sender=False),
        "connection": _stored("packets", "connection", may_be_unknown=True),
        "protocol": _protocol_of_packet,
        "captured": _stored("packets", "captured"),
        "length": _stored("packets", "length"),
        "payload": _of_segment("payload"),
        "flags": _of_segment("flags"),
        "seq": _relative("seq", of_peer=False),
        "ack": _relative("ack", of_peer=True),
        "window": _of_segment("window"),
        "in_flight": _of_segment("in_flight"),
        "ack_rtt_ns": _stored("packets", "ack_rtt_ns", may_be_unknown=True),
        "states": _states,
        "info": _info,
        "comment": _comment,
    },
    "connections": {
        "id": _id,
        "client": _pair("client", "server"),
        "server": _pair("server", "client"),
        "start_ns": _moment("start_ns", "first_packet"),
        "end_ns": _moment("end_ns", "last_packet"),
        "protocol": _protocol,
        "outcome": _outcome,
        "conn_state": _stored("connections", "conn_state"),
        "handshake_ns": _stored("connections", "handshake_ns", may_be_unknown=True),
        "packets": _sum("packets"),
        "bytes": _sum("bytes"),
        "client_bytes": _side("bytes", 0),
        "server_bytes": _side("bytes", 1),
        "missed_bytes": _sum("missed_bytes"),
        "retransmissions": _sum("retransmissions"),
        "states": _both_states,
        "processes": _processes,
    },
    "exchanges": {
        "id": _id,
        "connection": _stored("exchanges", "connection"),
        "start_ns": _boundary(0),
        "end_ns": _boundary(1),
        "status": _of_message("response", "status", is_zero_unknown=True),
        "notes": _notes,
        "sent": _of_message("request", "body_bytes", is_zero_unknown=True),
        "bytes": _of_message("response", "body_bytes", is_zero_unknown=False),
        "took_ns": _took,
        "cause": _cause,
    },
}

COLUMNS = {
    "packets": (*_COLUMNS["packets"],),
    "connections": (*_COLUMNS["connections"], "duration_ns"),
    "exchanges": (*_COLUMNS["exchanges"], *_TEXTS),
}
"""The columns by which the rows of a table can be sorted."""
