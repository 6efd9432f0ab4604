"""Wireshark's fields of TCP: from our tables, or else from the header in the file."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from inspector.engine.clocks import NO_CLOCK
from inspector.query.language.field import Cost, Field, Read, combined, header_parts, of_header, of_table
from inspector.query.language.scope import Links, Part, Scope, layered
from inspector.query.language.values import Kind, objects
from inspector.tables.arrays import Ints, Mask, Rows, Values
from inspector.tcp.flags_and_seq import ACK, FIN, RST, SYN
from inspector.tcp.verdicts import COPY_SHIFT, TSHARK_SAYS, Verdict
from inspector.wire.tcp_options import OptionKind

MASK32 = 0xFFFF_FFFF
NOT_OFFERED = -2
"""The value of connections.scale for an end whose SYN offers no window scale."""

FIXED_HEADER = 20
WHOLE_HEADER = 60

OfPackets = Callable[[Links, Rows, Rows], Values]
"""Values of TCP packets, given their rows in packets and in connections."""


def _of(get: OfPackets, only: Callable[[Links, Rows], Mask] | None = None) -> Read:
    """Reads a field that the tables have of TCP packets; of those for which `only` is true."""

    def known(links: Links, rows: Rows) -> tuple[Values, Mask | None]:
        owners = links.column("packets", "connection", rows)
        is_tcp = owners >= 0
        if only is not None:
            is_tcp &= only(links, rows)
        if is_tcp.all():
            return get(links, rows, owners), None
        values = get(links, rows[is_tcp], owners[is_tcp])
        spread = np.zeros((len(rows), *values.shape[1:]), values.dtype)
        spread[is_tcp] = values
        return spread, is_tcp

    return of_table("packets", known)


def _column(name: str) -> OfPackets:
    return lambda links, rows, _owners: links.column("packets", name, rows).astype(np.int64)


def _port(of_sender: bool) -> OfPackets:
    def get(links: Links, rows: Rows, owners: Rows) -> Values:
        table = links.capture.connections
        ports = np.stack((table["client_port"], table["server_port"]), axis=1).ravel()
        side = links.column("packets", "direction", rows) ^ (not of_sender)
        return ports[2 * owners + side]

    return get


def _relative(name: str, of_peer: bool) -> OfPackets:
    def get(links: Links, rows: Rows, owners: Rows) -> Values:
        packets = links.capture.packets
        first = links.capture.connections["isn"][owners, packets["direction"][rows] ^ of_peer].astype(np.int64)
        return packets[name][rows].astype(np.int64) - first & MASK32

    return get


def _acknowledgment(links: Links, rows: Rows, owners: Rows) -> Values:
    """Relative where the flag is set; as sent where it is not."""
    acknowledges = links.column("packets", "flags", rows) & ACK != 0
    return np.where(acknowledges, _relative("ack", True)(links, rows, owners), _column("ack")(links, rows, owners))


def _next_seq(links: Links, rows: Rows, owners: Rows) -> Values:
    packets = links.capture.packets
    flags = packets["flags"][rows]
    takes = packets["payload"][rows].astype(np.int64) + (flags & SYN != 0) + (flags & FIN != 0)
    following: Values = _relative("seq", False)(links, rows, owners) + takes & MASK32
    return following


def _has(flag: int) -> Callable[[Links, Rows], Mask]:
    return lambda links, rows: links.column("packets", "flags", rows) & flag != 0


def _bits(shift: int, mask: int = 1) -> OfPackets:
    return lambda links, rows, _owners: (links.column("packets", "flags", rows) >> shift & mask).astype(np.int64)


def _scale(links: Links, rows: Rows, owners: Rows) -> Values:
    """The factor; -1 if it is not known, -2 if one of the SYNs offered none."""
    shift = links.column("packets", "window_shift", rows).astype(np.int64)
    is_unused = (links.capture.connections["scale"][owners] == NOT_OFFERED).any(axis=1)
    return np.where(is_unused, -2, np.where(shift >= 0, 1 << np.maximum(shift, 0), -1))


def _is_no_syn(links: Links, rows: Rows) -> Mask:
    return np.asarray(links.column("packets", "flags", rows) & SYN == 0)


def _payload(links: Links, rows: Rows, _owners: Rows) -> Values:
    packets = links.capture.packets
    lengths = packets["payload_captured"][rows].astype(np.int64)
    return objects(links.bytes_of(packets["payload_address"][rows], lengths))


def _has_payload(links: Links, rows: Rows) -> Mask:
    return np.asarray(links.column("packets", "payload_captured", rows) > 0)


def _since_first(links: Links, rows: Rows, owners: Rows) -> Values:
    since: Values = links.column("packets", "time_ns", rows) - links.capture.connections["start_ns"][owners]
    return since


def _since_previous(links: Links, rows: Rows, _owners: Rows) -> Values:
    packets = links.capture.packets
    previous = packets["previous"][rows]
    return np.where(previous >= 0, packets["time_ns"][rows] - packets["time_ns"][previous], 0)


def _is_timed(links: Links, rows: Rows) -> Mask:
    return np.asarray(links.column("packets", "clock", rows) != NO_CLOCK)


def _verdict_bits(verdict: Verdict) -> int:
    """The bits of all our verdicts that tshark gives this name, also of copies that it does not recognise."""
    ours = int(verdict) | sum(int(mine) for mine, theirs in TSHARK_SAYS.items() if theirs is verdict)
    return ours | ours << COPY_SHIFT


def _label_bits(verdict: Verdict) -> int:
    """The same, of the label: every kind of retransmission is also labelled as one."""
    bits = _verdict_bits(verdict)
    if verdict is Verdict.RETRANSMISSION:
        bits |= _verdict_bits(Verdict.FAST_RETRANSMISSION) | _verdict_bits(Verdict.SPURIOUS_RETRANSMISSION)
    return bits


def _analysed(bits: int) -> Callable[[Links, Rows], Mask]:
    return lambda links, rows: links.column("packets", "analysis", rows) & np.uint32(bits & MASK32) != 0


def _label(name: str, doc: str, only: Callable[[Links, Rows], Mask]) -> Field:
    return Field(name, Kind.LABEL, doc, "packets", _of(_column("flags"), only))


TSHARK_VERDICTS = {verdict: (verdict.name or "").lower() for verdict in Verdict if verdict not in TSHARK_SAYS}
ALL_VERDICTS = sum(_verdict_bits(verdict) for verdict in TSHARK_VERDICTS)


def _has_analysis(links: Links, rows: Rows) -> Mask:
    packets = links.capture.packets
    mask = _analysed(ALL_VERDICTS)(links, rows) | (packets["ack_rtt_ns"][rows] >= 0)
    return np.asarray(mask | _has_flight(links, rows))


def _has_flight(links: Links, rows: Rows) -> Mask:
    packets = links.capture.packets
    return np.asarray((packets["in_flight"][rows] > 0) & (packets["payload"][rows] > 0))


def _initial_rtt(links: Links, _rows: Rows, owners: Rows) -> Values:
    took: Values = links.capture.connections["handshake_ns"][owners]
    return took


def _after_handshake(links: Links, rows: Rows) -> Mask:
    connections, packets = links.capture.connections, links.capture.packets
    owners = np.maximum(packets["connection"][rows], 0)
    if not len(connections):
        return np.zeros(len(rows), bool)
    took = connections["handshake_ns"][owners]
    is_after = (took >= 0) & (packets["time_ns"][rows] >= connections["start_ns"][owners] + took)
    return np.asarray(is_after & _has_analysis(links, rows))


# -- from the header in the file -----------------------------------------------------------------------------------


def _is_quoted(scope: Scope) -> Mask:
    """Packets whose TCP header, if any, is not of a connection: those that an ICMP error quotes."""
    return np.asarray(scope.capture.packets["connection"][scope.related("packets").rows] < 0)


def _header_length(value: Values) -> Values:
    return (value >> 4) * 4


class _Options:
    """The options of TCP headers: for each, its kind and where its content is."""

    def __init__(self, scope: Scope) -> None:
        scope_packets = scope.related("packets").rows
        headers = scope.links.headers
        places = headers.places("tcp", scope_packets)
        index = np.full(len(scope.capture.packets), -1)
        whole = np.flatnonzero((places.length >= FIXED_HEADER) & (places.layer == 1))
        index[places.packet[whole]] = whole
        chosen = index[scope_packets]
        self.at = np.flatnonzero(chosen >= 0)
        chosen = chosen[self.at]
        sizes = _header_length(headers.bytes_at(places.address[chosen] + 12, 1)[:, 0].astype(np.int64))
        has_options = sizes > FIXED_HEADER
        self.at, chosen, sizes = self.at[has_options], chosen[has_options], sizes[has_options]
        whole = sizes <= places.length[chosen]
        self.at, chosen, self.sizes = self.at[whole], chosen[whole], sizes[whole]
        raw = headers.bytes_at(places.address[chosen], WHOLE_HEADER)
        self.raw = np.concatenate((raw, np.zeros((len(raw), WHOLE_HEADER), np.uint8)), axis=1)

    def found(self) -> tuple[Rows, Ints, Ints, Ints]:
        """Of each option: index of its segment, its kind, its length, and where it begins in `raw`."""
        position = np.full(len(self.at), FIXED_HEADER)
        live = np.arange(len(self.at))
        columns: list[tuple[Rows, Ints, Ints, Ints]] = []
        while len(live):
            start = position[live]
            kind = self.raw[live, start].astype(np.int64)
            is_short = kind <= OptionKind.NOP
            length = np.where(is_short, 1, self.raw[live, start + 1].astype(np.int64))
            is_sound = (length >= 1 + ~is_short) & (start + length <= self.sizes[live])
            live, start, kind, length = live[is_sound], start[is_sound], kind[is_sound], length[is_sound]
            columns.append((live, kind, length, start))
            position[live] += length
            live = live[(kind != OptionKind.END) & (position[live] < self.sizes[live])]
        if not columns:
            empty = np.empty(0, np.int64)
            return np.empty(0, np.intp), empty, empty, empty
        segment, kind, length, start = (np.concatenate(column) for column in zip(*columns, strict=True))
        order = np.argsort(segment, kind="stable")
        return segment[order], kind[order], length[order], start[order]


def _option_field(
    which: Callable[[Ints, Ints], Mask], value: Callable[[_Options, Rows, Ints, Ints, Ints], Values]
) -> Read:
    def read(scope: Scope) -> list[Part]:
        options = _Options(scope)
        segment, kind, length, start = options.found()
        chosen = np.flatnonzero(which(kind, length))
        segment, kind, length, start = segment[chosen], kind[chosen], length[chosen], start[chosen]
        return layered(value(options, segment, kind, length, start), options.at[segment])

    return read


def _content(offset: int, size: int) -> Callable[[_Options, Rows, Ints, Ints, Ints], Values]:
    def value(options: _Options, segment: Rows, _kind: Ints, _length: Ints, start: Ints) -> Values:
        number = np.zeros(len(segment), np.int64)
        for i in range(size):
            number = number << 8 | options.raw[segment, start + offset + i]
        return number

    return value


def _is_option(kind: int, length: int) -> Callable[[Ints, Ints], Mask]:
    return lambda kinds, lengths: np.asarray((kinds == kind) & (lengths == length))


def _sack(edge: int) -> Read:
    def read(scope: Scope) -> list[Part]:
        options = _Options(scope)
        segment, kind, length, start = options.found()
        blocks = np.where((kind == OptionKind.SACK) & (length >= 10), (length - 2) // 8, 0)
        of = np.repeat(np.arange(len(segment)), blocks)
        within = np.arange(len(of)) - np.repeat(np.cumsum(blocks) - blocks, blocks)
        values = _content(0, 4)(options, segment[of], kind[of], length[of], start[of] + 2 + 8 * within + 4 * edge)
        at = options.at[segment[of]]
        capture, packets = scope.capture, scope.related("packets").rows[at]
        owners, sides = capture.packets["connection"][packets], capture.packets["direction"][packets]
        known = owners >= 0
        relative = values[known] - capture.connections["isn"][owners[known], sides[known] ^ 1] & MASK32
        return layered(relative, at[known])

    return read


def _all_options(scope: Scope) -> list[Part]:
    options = _Options(scope)
    contents = [bytes(raw[FIXED_HEADER:size]) for raw, size in zip(options.raw, options.sizes.tolist(), strict=True)]
    return [Part(objects(contents), options.at)] if len(options.at) else []


def _tcp_bytes(scope: Scope, addresses: Ints) -> Values:
    return objects(scope.links.bytes_of(addresses, scope.links.headers.lengths("tcp", addresses)))


def _number(name: str, doc: str, get: OfPackets, only: Callable[[Links, Rows], Mask] | None = None, *,
            largest: int = 0, kind: Kind = Kind.NUMBER) -> Field:  # fmt: skip
    return Field(name, kind, doc, "packets", _of(get, only), largest=largest)


def _flag(name: str, doc: str, shift: int, mask: int = 1) -> Field:
    return _number(f"tcp.flags.{name}", doc, _bits(shift, mask), kind=Kind.BOOLEAN)


def _header(name: str, doc: str, read: Read, largest: int = 0, kind: Kind = Kind.NUMBER) -> Field:
    return Field(name, kind, doc, "packets", read, cost=Cost.HEADER, largest=largest)


_QUOTED_SOURCE = of_header("tcp", 0, 2, only=_is_quoted)
_QUOTED_DESTINATION = of_header("tcp", 2, 2, only=_is_quoted)
_SOURCE = combined(_of(_port(True)), _QUOTED_SOURCE)
_DESTINATION = combined(_of(_port(False)), _QUOTED_DESTINATION)
_IS_QUOTED_TCP = header_parts("tcp", lambda _scope, addresses: addresses, 0, _is_quoted)

TCP: tuple[Field, ...] = (
    Field(
        "tcp",
        Kind.PROTOCOL,
        "TCP",
        "packets",
        header_parts("tcp", _tcp_bytes, 0),
        cost=Cost.HEADER,
        presence=combined(_of(_column("flags")), _IS_QUOTED_TCP),
    ),
    Field("tcp.srcport", Kind.NUMBER, "source port", "packets", _SOURCE, largest=0xFFFF),
    Field("tcp.dstport", Kind.NUMBER, "destination port", "packets", _DESTINATION, largest=0xFFFF),
    Field(
        "tcp.port",
        Kind.NUMBER,
        "source or destination port",
        "packets",
        combined(_SOURCE, _DESTINATION),
        largest=0xFFFF,
    ),
    _number(
        "tcp.stream",
        "number of the connection, from 0",
        lambda _links, _rows, owners: owners.astype(np.int64),
        largest=MASK32,
    ),
    _number("tcp.len", "bytes of payload", _column("payload"), largest=MASK32),
    _number("tcp.seq", "sequence number, counted from the connection's first", _relative("seq", False), largest=MASK32),
    _number("tcp.seq_raw", "sequence number as sent", _column("seq"), largest=MASK32),
    _number("tcp.nxtseq", "sequence number that follows this segment", _next_seq, largest=MASK32),
    _number(
        "tcp.ack",
        "acknowledgment number, counted from the connection's first",
        _acknowledgment,
        largest=MASK32,
    ),
    _number("tcp.ack_raw", "acknowledgment number as sent", _column("ack"), largest=MASK32),
    _number("tcp.flags", "all flag bits", _column("flags"), largest=0xFFFF),
    _flag("res", "reserved bits", 9, 7),
    _flag("ae", "accurate ECN", 8),
    _flag("cwr", "congestion window reduced", 7),
    _flag("ece", "ECN echo", 6),
    _flag("urg", "urgent", 5),
    _flag("ack", "acknowledgment", 4),
    _flag("push", "push", 3),
    _flag("reset", "reset", 2),
    _flag("syn", "SYN", 1),
    _flag("fin", "FIN", 0),
    _number(
        "tcp.window_size", "receive window in bytes, scaled where the scale is known", _column("window"), largest=MASK32
    ),
    _number("tcp.window_size_scalefactor", "factor of the window; -1 not known, -2 not used", _scale, _is_no_syn),
    _number(
        "tcp.time_relative", "time since the connection's first packet", _since_first, _is_timed, kind=Kind.DURATION
    ),
    _number(
        "tcp.time_delta", "time since the connection's previous packet", _since_previous, _is_timed, kind=Kind.DURATION
    ),
    Field(
        "tcp.payload",
        Kind.BYTES,
        "payload of the segment",
        "packets",
        _of(_payload, _has_payload),
        cost=Cost.TEXT,
        presence=_of(_column("flags"), _has_payload),
    ),
    _header("tcp.hdr_len", "bytes of the header", of_header("tcp", 12, 1, _header_length), 255),
    _header("tcp.window_size_value", "window as in the header", of_header("tcp", 14, 2), 0xFFFF),
    _header("tcp.checksum", "checksum", of_header("tcp", 16, 2), 0xFFFF),
    _header("tcp.urgent_pointer", "urgent pointer", of_header("tcp", 18, 2), 0xFFFF),
    _header("tcp.options", "all options, as bytes", _all_options, kind=Kind.BYTES),
    _header(
        "tcp.option_kind",
        "kind of an option",
        _option_field(
            lambda kind, _length: np.ones(len(kind), bool), lambda _options, _segment, kind, _length, _start: kind
        ),
        255,
    ),
    _header(
        "tcp.option_len",
        "length of an option",
        _option_field(
            lambda kind, _length: kind > OptionKind.NOP, lambda _options, _segment, _kind, length, _start: length
        ),
        255,
    ),
    _header(
        "tcp.options.mss_val",
        "maximum segment size",
        _option_field(_is_option(OptionKind.MSS, 4), _content(2, 2)),
        0xFFFF,
    ),
    _header(
        "tcp.options.wscale.shift",
        "shift of the window scale",
        _option_field(_is_option(OptionKind.SCALE, 3), _content(2, 1)),
        255,
    ),
    _header(
        "tcp.options.wscale.multiplier",
        "factor of the window scale",
        _option_field(_is_option(OptionKind.SCALE, 3), lambda *found: 1 << np.minimum(_content(2, 1)(*found), 14)),
        0xFFFF,
    ),
    _header(
        "tcp.options.timestamp.tsval",
        "timestamp",
        _option_field(_is_option(OptionKind.TIMESTAMPS, 10), _content(2, 4)),
        MASK32,
    ),
    _header(
        "tcp.options.timestamp.tsecr",
        "timestamp that is echoed",
        _option_field(_is_option(OptionKind.TIMESTAMPS, 10), _content(6, 4)),
        MASK32,
    ),
    _header("tcp.options.sack_le", "left edge of a SACK block", _sack(0), MASK32),
    _header("tcp.options.sack_re", "right edge of a SACK block", _sack(1), MASK32),
    _label("tcp.analysis", "has a round trip time, bytes in flight or a verdict", _has_analysis),
    _label("tcp.analysis.flags", "has a verdict", _analysed(ALL_VERDICTS)),
    *(
        _label(f"tcp.analysis.{name}", f"verdict: {name.replace('_', ' ')}", _analysed(_label_bits(verdict)))
        for verdict, name in TSHARK_VERDICTS.items()
    ),
    _number(
        "tcp.analysis.ack_rtt",
        "time since the segment that it acknowledges",
        _column("ack_rtt_ns"),
        lambda links, rows: links.column("packets", "ack_rtt_ns", rows) >= 0,
        kind=Kind.DURATION,
    ),
    _number(
        "tcp.analysis.initial_rtt",
        "time of the handshake, on the packets after it",
        _initial_rtt,
        _after_handshake,
        kind=Kind.DURATION,
    ),
    _number(
        "tcp.analysis.bytes_in_flight",
        "bytes of the sender not yet acknowledged",
        _column("in_flight"),
        _has_flight,
        largest=MASK32,
    ),
    _label(
        "tcp.connection.syn",
        "opens a connection",
        lambda links, rows: links.column("packets", "flags", rows) & (SYN | ACK) == SYN,
    ),
    _label(
        "tcp.connection.synack",
        "SYN-ACK",
        lambda links, rows: links.column("packets", "flags", rows) & (SYN | ACK) == SYN | ACK,
    ),
    _label("tcp.connection.fin", "FIN", _has(FIN)),
    _label("tcp.connection.rst", "RST", _has(RST)),
)
