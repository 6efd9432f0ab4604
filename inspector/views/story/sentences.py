"""A sentence for every event, written for a reader who is new to TCP, with the numbers that its packets prove.

Sentences mark what is inferred with "probably" or "most often". They quote bytes of the capture only as text, which is
shortened.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from inspector import anomalies
from inspector.content.event_stream_packets import BLANK_LINE, LONGEST_EVENT
from inspector.engine.clocks import elapsed
from inspector.http.head import head
from inspector.tables.addresses import socket_of
from inspector.tables.table import MessageKind, Table
from inspector.tcp.flags_and_seq import ACK, FIN, SYN
from inspector.tcp.option_values import fast_open_cookie, sack_blocks
from inspector.tcp.states import State
from inspector.tcp.verdicts import Verdict, drop_reason_name
from inspector.units import count, duration
from inspector.views.story.kinds import EventKind, Reset
from inspector.websocket.opcodes import close_meaning

if TYPE_CHECKING:
    from inspector.engine.capture import Capture

TEXT_LIMIT = 80
"""Maximum number of characters of a message or a request target that a sentence quotes."""

DATA_LINE = re.compile(rb"^data: ?(.*)$", re.MULTILINE)
"""A data line of a Server-Sent Event (WHATWG HTML, §9.2.6)."""


class Event:
    """One event of a story, with the values that its sentence may need."""

    def __init__(self, capture: Capture, table: Table, i: int) -> None:
        self.capture = capture
        self.kind = EventKind(int(table["kind"][i]))
        self.connection, self.packet, self.row = (int(table[name][i]) for name in ("connection", "packet", "row"))
        self.side = int(table["direction"][i])
        self.since, self.count = int(table["since"][i]), int(table["count"][i])
        self.bytes, self.reset = int(table["bytes"][i]), int(table["reset"][i])

    def of_packet(self, column: str, packet: int | None = None) -> int:
        """A column's value for the event's packet, or for packets row `packet`."""
        return int(self.capture.packets[column][self.packet if packet is None else packet])

    @property
    def who(self) -> str:
        return "the server" if self.side else "the client"

    @property
    def Who(self) -> str:
        return "The server" if self.side else "The client"

    @property
    def peer(self) -> str:
        return "the client" if self.side else "the server"

    def socket(self, side: int) -> str:
        """Address and port of the client (0) or the server (1)."""
        return socket_of(self.capture.connections, self.connection, side)

    @property
    def sender(self) -> str:
        return self.socket(self.side)

    @property
    def receiver(self) -> str:
        return self.socket(1 - self.side)

    @property
    def size(self) -> str:
        return count(self.bytes, "byte")

    def took(self, pattern: str) -> str:
        """The time from packet `since` to the event's packet, put into a pattern such as ` after {}`; "" if it is
        unknown.
        """
        if self.since < 0:
            return ""
        (ns,) = elapsed(self.capture.packets, np.array([self.since]), np.array([self.packet])).tolist()
        return pattern.format(duration(ns)) if ns >= 0 else ""

    def relative(self, number: int, side: int) -> int:
        """A sequence number of one side relative to its initial sequence number, so that the first byte is 1."""
        return (number - int(self.capture.connections["isn"][self.connection, side])) & 0xFFFF_FFFF


def sentence(capture: Capture, table: Table, i: int) -> str:
    """The sentence of event `i` of an events table."""
    event = Event(capture, table, i)
    return SENTENCES[event.kind](event)


def _asked(e: Event) -> str:
    cookie = fast_open_cookie(e.capture, e.packet)
    asks = f"SYN: {e.sender} asks {e.receiver} to open a connection"
    carries = f" and carries {e.size} of data" if e.bytes else ""
    if cookie is None:
        return f"{asks}{carries}."
    if not cookie:
        return f"{asks}, and for a cookie with which later SYNs may carry data (TCP Fast Open){carries}."
    return f"{asks}, sends a Fast Open cookie{carries}."


def _answered(e: Event) -> str:
    if e.of_packet("analysis") & Verdict.CROSSED_SYN_ACK:
        return f"SYN-ACK: {e.sender} acknowledges the other end's SYN, which crossed its own."
    cookie = fast_open_cookie(e.capture, e.packet)
    gives = f" It gives a Fast Open cookie of {count(len(cookie), 'byte')}." if cookie else ""
    return f"SYN-ACK: {e.sender} accepts{e.took(' after {}')}, and opens the reverse direction.{gives}"


def _established(e: Event) -> str:
    if not e.capture.connections["packets"][e.connection, 1 - e.side]:
        return f"ACK: {e.who} continues as if the connection were open; no packet of {e.peer} has been captured."
    return (
        f"ACK: the connection between {e.socket(0)} and {e.socket(1)} is open at both ends"
        f"{_if_it_arrives(e)}{e.took(', {} after the first SYN')}."
    )


def _if_it_arrives(e: Event) -> str:
    """Return " if this packet arrives" if the receiver's state is only assumed, else ""."""
    is_assumed = e.of_packet("assumed") & (1 if e.side else 2)
    return " if this packet arrives" if is_assumed else ""


def _repeated(e: Event) -> str:
    flags, later = e.of_packet("flags"), e.took(", {} after the first time") if e.since != e.packet else ""
    if flags & (SYN | FIN) and not e.bytes:
        what = "SYN-ACK" if flags & SYN and flags & ACK else "SYN" if flags & SYN else "FIN"
        if e.count > 0:
            return (
                f"{e.Who} sends its {what} again{later}, although an answer to it had been captured: that was probably"
                " lost behind the place of capture, or late."
            )
        return f"{e.Who} sends its {what} again{later}: no answer to it had been captured."
    verdict = e.of_packet("analysis")
    if verdict & Verdict.SPURIOUS_RETRANSMISSION:
        reason = f"although an ACK of {_them(e.bytes)} had been captured (spurious retransmission)"
        return f"{e.Who} sends {e.size} again{later}, {reason}."
    if verdict & Verdict.FAST_RETRANSMISSION and e.count >= 0:
        reason = f"probably since duplicate ACKs ask for {_them(e.bytes)} (fast retransmission)"
        return f"{e.Who} sends {e.size} again{later}, {reason}."
    return f"{e.Who} sends {e.size} again{later} (retransmission)."


def _reordered(e: Event) -> str:
    if not e.bytes:
        return f"A segment of {e.who} without data was captured after a later one: probably it was overtaken."
    if e.bytes == 1:
        return f"1 byte of {e.who} was captured after bytes that follow it: probably it was overtaken."
    return f"{e.size.capitalize()} of {e.who} were captured after bytes that follow them: probably they were overtaken."


def _missing(e: Event) -> str:
    size, have = e.size if e.bytes > 0 else "bytes", "has" if e.bytes == 1 else "have"
    if e.of_packet("analysis") & Verdict.LOST_SEGMENT:
        return f"{e.Who} sends bytes after {size} that {have} not been captured yet (previous segment not captured)."
    return f"{e.Who} acknowledges {size} of {e.peer} that {have} not been captured yet (ACKed unseen segment)."


def _them(count: int) -> str:
    return "it" if count == 1 else "them"


def _duplicate_acks(e: Event) -> str:
    ack = e.of_packet("ack")
    due = e.relative(ack, 1 - e.side)
    says = f"{e.Who} repeats that it expects byte {due} next ({count(e.count, 'duplicate ACK')})"
    beyond = [block for block in sack_blocks(e.capture, e.packet) if 0 < (block[0] - ack) & 0xFFFF_FFFF < 1 << 31]
    if not beyond:
        return f"{says}."
    first, last = (e.relative(number, 1 - e.side) for number in (beyond[0][0], beyond[0][1] - 1))
    return f"{says}: by its SACK option bytes {first} to {last} have arrived, and byte {due} has not."


def _window_opened(e: Event) -> str:
    room = f" {e.size}" if e.bytes >= 0 else ""
    return f"{e.Who} can receive{room} again (window update){e.took('; its window was 0 for {}')}."


def _probed(e: Event) -> str:
    return f"{e.Who} asks whether the window is still 0 (window probe){e.took(', after {} without a packet')}."


def _kept_alive(e: Event) -> str:
    return f"{e.Who} asks whether the other end is still there (keep-alive){e.took(', after {} without a packet')}."


def _kept_alive_answered(e: Event) -> str:
    return f"{e.Who} answers{e.took(' after {}')}: it is still there."


def _delayed_ack(e: Event) -> str:
    usual = duration(int(e.capture.connections["syn_rtt_ns"][e.connection]))
    return (
        f"{e.Who} acknowledges{e.took(' after {}')}, while the handshake was answered after {usual}: probably a delayed"
        " ACK, which waits for data to be sent with it."
    )


def _held_back(e: Event) -> str:
    return (
        f"{e.Who} sends {e.size}{e.took(', {} after that ACK')}: probably it had held them back until then (Nagle's"
        " algorithm)."
    )


def _queued(e: Event) -> str:
    took, least = (duration(e.of_packet("ack_rtt_ns", packet)) for packet in (e.packet, e.since))
    return (
        f"This ACK arrives {took} after the segment that it acknowledges; the fastest took {least}. Segments probably"
        " wait in a queue on the way."
    )


def _burst(e: Event) -> str:
    return f"{e.Who} has sent {e.count} segments, {e.size}, in one burst{e.took(' of {}')}."


def _data(e: Event) -> str:
    segments = f" in {e.count} segments" if e.count > 1 else ""
    length = min(e.of_packet("payload_captured"), 4 * TEXT_LIMIT)
    content = e.capture.bytes_at(e.of_packet("payload_address"), length)
    quoted = _as_text(content)
    begins = ", beginning with" if e.count > 1 else ":"
    return f"{e.Who} sends {e.size}{segments}{f'{begins} “{quoted}”' if quoted else ''}."


def _as_text(content: bytes) -> str | None:
    """The bytes as one line of text; None if they are not text."""
    text = " ".join(content.decode("utf-8", "replace").split())
    return _shorten(text) if text and text.isprintable() and "\ufffd" not in text else None


def _request(e: Event) -> str:
    is_here = int(e.capture.http_messages["last_packet"][e.row]) == e.packet
    body = f", with {e.size} of content" if e.bytes > 0 and is_here else ""
    return f"{e.Who} sends a request: {_start_line(e)}{body}."


def _informational(e: Event) -> str:
    meaning = {100: " (go ahead and send the body)"}.get(int(e.capture.http_messages["status"][e.row]), "")
    return f"{e.Who} sends an interim response: {_start_line(e)}{meaning}."


def _response(e: Event) -> str:
    return f"{e.Who} responds{e.took(' after {}')}: {_start_line(e)}."


def _complete(e: Event) -> str:
    what = "request" if e.capture.http_messages["kind"][e.row] == MessageKind.REQUEST else "response"
    return f"The {what} is complete{e.took(', {} after its first byte')}: {e.size} of content."


def _upgraded(e: Event) -> str:
    return f"{e.Who} agrees to switch protocols ({_start_line(e)}): from here on either end may send at any time."


def _start_line(e: Event) -> str:
    start = head(e.capture, e.row)
    if start.version == "HTTP/0.9" and not start.method:
        return "a body without a header (HTTP/0.9)"
    text = f"{start.method} {start.target}" if start.method else start.status_and_reason
    return _shorten(text.strip())


def _server_event(e: Event) -> str:
    length = min(e.of_packet("payload_captured"), LONGEST_EVENT)
    content = e.capture.bytes_at(e.of_packet("payload_address"), length)
    ended = [data for block in BLANK_LINE.split(content) if (data := b" ".join(DATA_LINE.findall(block)))]
    quoted = _as_text(ended[e.count]) if e.count < len(ended) else None
    return f"{e.Who} sends an event: {f'“{quoted}”' if quoted else e.size}."


def _message(e: Event) -> str:
    table = e.capture.messages
    part = "" if table["complete"][e.row] else ", of a message whose end, or a part of it, is not in the capture"
    if table["kind"][e.row] != 1:
        return f"{e.Who} sends {e.size} of binary data{part}."
    address, length = int(table["text_address"][e.row]), int(table["text_bytes"][e.row])
    text = e.capture.bytes_at(address, length).decode("utf-8", "replace")
    return f"{e.Who} sends “{_shorten(text)}”{part}." if text else f"{e.Who} sends {e.size} of text{part}."


def _close_frame(e: Event) -> str:
    code = int(e.capture.messages["close_code"][e.row])
    return f"{e.Who} sends a close frame{f' ({code}, {close_meaning(code)})' if code >= 0 else ''}."


def _anomaly(e: Event) -> str:
    table = e.capture.anomalies
    code, *numbers = (int(table[column][e.row]) for column in ("code", "a", "b", "c"))
    is_lawful = anomalies.ANOMALIES[code].severity == "note"
    return f"{'Worth knowing' if is_lawful else 'Odd'}: {anomalies.describe(code, *numbers)}"


def _finished(e: Event) -> str:
    sent = f"; it has sent {e.size}" if e.bytes >= 0 else ""
    return f"FIN: {e.who} will send no more{sent}."


def _reset(e: Event) -> str:
    if drop_reason_name(e.of_packet("acceptance")):
        return f"RST from {e.sender}, with a sequence number for which {e.peer} should ignore it."
    if e.reset == Reset.IN_VAIN:
        return f"RST from {e.sender}, which then continues as if it had sent none."
    if e.reset == Reset.STRAY:
        return f"RST: {e.who} does not know this connection, or ends it; no packet shows that there was one."
    waited = f"; {count(e.count, 'keep-alive')} before it had no answer in the capture" if e.count > 0 else ""
    return f"RST: {e.who} resets the connection{waited}."


def _closed(e: Event) -> str:
    return f"Both ends have closed{_if_it_arrives(e)}{e.took(', {} after the first packet')}.{_wait(e)}"


def _wait(e: Event) -> str:
    """A sentence about the ends that enter TIME-WAIT (RFC 9293 §3.6, §3.10.7.4); "" if neither does."""
    waits = [e.of_packet(column) == State.TIME_WAIT for column in ("client_state", "server_state")]
    if not any(waits):
        return ""
    who = "Both ends wait" if all(waits) else f"The {'client' if waits[0] else 'server'} waits"
    return (
        f" {who} in TIME-WAIT, to acknowledge a FIN that comes again, and so that stray packets are not taken for those"
        " of a new connection."
    )


def _unanswered(e: Event) -> str:
    if e.of_packet("flags") & ACK or e.capture.packets["flags"][e.since] & ACK:
        return f"No answer to the SYN-ACK has been captured; it was sent {_times(e.count)}{_within(e)}."
    return f"No answer to the SYN has been captured; it was sent {_times(e.count)}{_within(e)}."


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _within(e: Event) -> str:
    return e.took(" within {}") if e.count > 1 else ""


SENTENCES: dict[EventKind, Callable[[Event], str]] = {
    EventKind.BEGINS_OPEN: lambda e: (
        f"The first packet seen between {e.socket(0)} and {e.socket(1)} is not a SYN: the capture may begin mid-stream."
    ),
    EventKind.SILENCE: lambda e: f"No packet of this connection was captured{e.took(' for {}')}.",
    EventKind.ASKED: _asked,
    EventKind.ANSWERED: _answered,
    EventKind.ESTABLISHED: _established,
    EventKind.REPEATED: _repeated,
    EventKind.REORDERED: _reordered,
    EventKind.MISSING: _missing,
    EventKind.DUPLICATE_ACKS: _duplicate_acks,
    EventKind.WINDOW_CLOSED: lambda e: f"{e.Who} cannot receive more: its receive window is 0 (zero window).",
    EventKind.WINDOW_OPENED: _window_opened,
    EventKind.PROBED: _probed,
    EventKind.KEPT_ALIVE: _kept_alive,
    EventKind.KEEP_ALIVE_ANSWERED: _kept_alive_answered,
    EventKind.DELAYED_ACK: _delayed_ack,
    EventKind.HELD_BACK: _held_back,
    EventKind.QUEUED: _queued,
    EventKind.BURST: _burst,
    EventKind.GAP: lambda e: f"{e.size} of {e.who} {'is' if e.bytes == 1 else 'are'} missing from the capture.",
    EventKind.DATA: _data,
    EventKind.REQUEST: _request,
    EventKind.INFORMATIONAL: _informational,
    EventKind.RESPONSE: _response,
    EventKind.SERVER_EVENT: _server_event,
    EventKind.COMPLETE: _complete,
    EventKind.UPGRADED: _upgraded,
    EventKind.MESSAGE: _message,
    EventKind.PING: lambda e: f"{e.Who} sends a ping.",
    EventKind.PONG: lambda e: f"{e.Who} sends a pong.",
    EventKind.CLOSE_FRAME: _close_frame,
    EventKind.ANOMALY: _anomaly,
    EventKind.FINISHED: _finished,
    EventKind.REFUSED: lambda e: (
        f"RST: {e.sender} refuses the connection. "
        "Usually no program listens on that port; a firewall can send the same."
    ),
    EventKind.RESET: _reset,
    EventKind.CLOSED: _closed,
    EventKind.UNANSWERED: _unanswered,
}


def _shorten(text: str) -> str:
    return text if len(text) <= TEXT_LIMIT else text[: TEXT_LIMIT - 1] + "…"
