"""The phases of a connection, for the brackets beside its packets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from inspector.http.status_codes import SWITCHING_PROTOCOLS
from inspector.query.outcomes import Outcome, outcomes
from inspector.query.packet_arrays import rows_of
from inspector.tables.arrays import Rows
from inspector.tables.table import MessageKind
from inspector.tcp.flags_and_seq import RST, SYN
from inspector.views.story.events import events
from inspector.views.story.kinds import EventKind
from inspector.views.story.packet_arrays import Packets

if TYPE_CHECKING:
    from inspector.engine.capture import Capture

FAILED = {Outcome.REFUSED: "refused", Outcome.UNANSWERED: "unanswered", Outcome.STRAY: "stray"}
"""Names of the only phase of a connection that was never established, by outcome."""


@dataclass(frozen=True, slots=True)
class Phase:
    """A phase of a connection, from its first packet to its last (rows, both included)."""

    name: str
    first_packet: int
    last_packet: int


def phases(capture: Capture, connection: int, first: int = 0, last: int | None = None) -> list[Phase]:
    """The phases of one connection: `handshake`, `request`, `response`, `upgrade`, `conversation`, `close`, and `data`
    if the protocol is not decoded; they may overlap. A connection that was never established has a single phase: see
    `FAILED`.

    Since there may be many HTTP messages, phases are made only for those that begin in packets rows `first` to `last`,
    both included, and for the last ones that begin before `first`.
    """
    rows = rows_of(capture.packets, connection)
    if not len(rows):
        return []
    if failed := _failed_opening(capture, connection, rows):
        return [failed]
    found = [
        *_handshake(capture, connection, rows),
        *_exchange_phases(capture, connection, first, int(rows[-1]) if last is None else last),
        *_conversation(capture, connection),
    ]
    flags = capture.packets["flags"][rows]
    if not any(phase.name != "handshake" for phase in found):
        data = rows[(capture.packets["payload"][rows] > 0) & (flags & RST == 0)]
        found += [Phase("data", int(data[0]), int(data[-1]))] if len(data) else []
    packets = Packets(capture, connection)
    closing = packets.rows[packets.is_fin | packets.ends_it]
    return [*found, *([Phase("close", int(closing[0]), int(rows[-1]))] if len(closing) else [])]


def _failed_opening(capture: Capture, connection: int, rows: Rows) -> Phase | None:
    """The single phase of a connection that was never established; None if it was established."""
    name = FAILED.get(Outcome(int(outcomes(capture.connections, [connection])[0])))
    return Phase(name, int(rows[0]), int(rows[-1])) if name else None


def _handshake(capture: Capture, connection: int, rows: Rows) -> Iterator[Phase]:
    """From the first SYN to the packet that establishes the connection or, if there is none, to the last SYN."""
    opening = rows[capture.packets["flags"][rows] & SYN != 0]
    if len(opening):
        story = events(capture, connection)
        opened = story["packet"][story["kind"] == EventKind.ESTABLISHED]
        yield Phase("handshake", int(opening[0]), int(opened[0]) if len(opened) else int(opening[-1]))


def _conversation(capture: Capture, connection: int) -> Iterator[Phase]:
    table = capture.messages
    rows = rows_of(table, connection)
    if len(rows):
        yield Phase("conversation", int(table["first_packet"][rows].min()), int(table["last_packet"][rows].max()))


def _exchange_phases(capture: Capture, connection: int, first: int, last: int) -> Iterator[Phase]:
    table = capture.http_messages
    names = {MessageKind.REQUEST: "request", MessageKind.RESPONSE: "response", MessageKind.INFORMATIONAL: "response"}
    rows = rows_of(table, connection)
    begins = table["packet"][rows]
    before = begins[begins < first]
    if len(before):
        first = int(before.max())
    for row in rows[(begins >= first) & (begins <= last)].tolist():
        name = "upgrade" if table["status"][row] == SWITCHING_PROTOCOLS else names[MessageKind(int(table["kind"][row]))]
        yield Phase(name, int(table["packet"][row]), int(table["last_packet"][row]))
