"""Statistics of one connection: both ends side by side, many of the numbers with a packet that shows them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from inspector.query.connection_packets import packets_of
from inspector.query.percentiles import percentiles
from inspector.tables.arrays import Rows
from inspector.tables.table import ChunkKind
from inspector.tcp.flags_and_seq import RST
from inspector.tcp.verdicts import CONN_STATE_MEANING, ConnState, Verdict
from inspector.views import rows
from inspector.wire.tcp_options import Option

if TYPE_CHECKING:
    from inspector.engine.capture import Capture

Value = int | str | None

HISTORY = {
    "s": "SYN",
    "h": "SYN-ACK",
    "a": "an ACK without data",
    "d": "data",
    "f": "FIN",
    "r": "RST",
    "t": "retransmitted bytes",
    "w": "a zero window",
    "i": "FIN and RST in one packet",
    "q": "SYN with FIN or RST",
    "g": "a gap",
    "c": "a bad checksum",
}
"""The meanings of Zeek's history letters; upper case stands for the client."""

OPTIONS = {
    Option.SACK_PERMITTED: "SACK",
    Option.TIMESTAMPS: "timestamps",
    Option.FAST_OPEN: "Fast Open",
}

PERCENTILES = ((50, "median"), (95, "p95"))


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of the statistics: its name, the type of its values ("count", "bytes", "ns" or "text"), and the values
    of both ends, each with the number of a packet that shows it (None if there is none).
    """

    name: str
    kind: str
    client: Value
    server: Value
    client_packet: int | None = None
    server_packet: int | None = None


class _End:
    """One end of the connection: the rows of its packets, and of its peer's."""

    def __init__(self, capture: Capture, connection: int, side: int, of_connection: Rows) -> None:
        self.capture, self.connection, self.side = capture, connection, side
        direction = capture.packets["direction"][of_connection]
        self.rows: Rows = of_connection[direction == side]
        self.peers: Rows = of_connection[direction != side]

    def of(self, column: str) -> Any:
        """The value of a column of the connections table for this end."""
        return self.capture.connections[column][self.connection, self.side].item()

    def sent(self, column: str) -> npt.NDArray[Any]:
        return self.capture.packets[column][self.rows]


def facts(capture: Capture, connection: int) -> dict[str, Any]:
    """All statistics of the connection, in words and numbers.

    Returns:
        `connection` (its row), `state` and `history` in words, `silence` (the longest time without a packet, and the
        packet that ended it), and `facts`: lists of `Fact`s by title.
    """
    of_connection = packets_of(capture, connection)
    ends = [_End(capture, connection, side, of_connection) for side in (0, 1)]
    table = capture.connections
    letters = bytes(table["history"][connection]).rstrip(b"\0").decode("ascii")
    return {
        "connection": rows.connection_rows(capture, slice(connection, connection + 1))[0],
        "state": CONN_STATE_MEANING[ConnState(int(table["conn_state"][connection]))],
        "history": [_letter(letter) for letter in letters],
        "silence": _silence(capture, of_connection),
        "facts": {
            "What was sent": [asdict(fact) for fact in _sent(ends)],
            "Round trips": [asdict(fact) for fact in _round_trips(ends)],
            **_kernels_figures(ends),
            "Windows": [asdict(fact) for fact in _windows(ends)],
            "Said on the SYN": [asdict(fact) for fact in _options(ends)],
            "What TCP had to deal with": [asdict(fact) for fact in _verdicts(ends)],
        },
    }


def _letter(letter: str) -> dict[str, str]:
    if letter == "^":
        return {"letter": letter, "text": "first seen by the server's response"}
    who = "client" if letter.isupper() else "server"
    return {"letter": letter, "text": f"{who}: {HISTORY.get(letter.lower(), 'something else')}"}


def _silence(capture: Capture, of_connection: Rows) -> dict[str, int] | None:
    pauses = np.diff(capture.packets["time_ns"][of_connection])
    if not len(pauses):
        return None
    at = int(pauses.argmax())
    return {"ns": int(pauses[at]), "packet": int(of_connection[at + 1]) + 1}


def _pair(name: str, kind: str, found: list[tuple[Value, int | None]]) -> Fact:
    (client, client_packet), (server, server_packet) = found
    return Fact(name, kind, client, server, client_packet, server_packet)


def _plain(name: str, kind: str, values: list[Value]) -> Fact:
    return Fact(name, kind, values[0], values[1])


KERNELS_FIGURES = (
    ("smoothed round trip", "ns", "rtt_us", 1000),
    ("mean deviation of the round trip", "ns", "rtt_variation_us", 1000),
    ("minimum RTT", "ns", "least_rtt_us", 1000),
    ("congestion window, in segments", "count", "congestion_window", 1),
    ("retransmissions", "count", "retransmissions", 1),
    ("pacing rate (if pacing is on), bytes per second", "bytes", "pacing_rate", 1),
)
"""For each figure: its name, the type of its values, its column in the `kernel` table (from TCP_INFO), and the factor
to multiply it by."""


def _kernels_figures(ends: list[_End]) -> dict[str, list[dict[str, Any]]]:
    """The last TCP_INFO figures by which each end's kernel controlled its sending, if the recording contains any."""
    last = [_last_word(end) for end in ends]
    if last == [None, None]:
        return {}
    kernel = ends[0].capture.kernel
    found = []
    for name, kind, column, factor in KERNELS_FIGURES:
        numbers = [int(kernel[column][row]) if row is not None else -1 for row in last]
        is_unset = "round trip" in name  # a time of 0 means that it was never measured
        values: list[Value] = [None if n < 0 or (is_unset and not n) else n * factor for n in numbers]
        found.append(asdict(_plain(name, kind, values)))
    return {"What its kernel steered by, at last": found}


def _last_word(end: _End) -> int | None:
    """The `kernel` row of the last report on this end that contains TCP_INFO; None if there is none."""
    kernel = end.capture.kernel
    is_mine = (kernel["connection"] == end.connection) & (kernel["direction"] == end.side)
    own = np.flatnonzero(is_mine & (kernel["has_figures"] == 1))
    return int(own[np.argmax(kernel["time_ns"][own])]) if len(own) else None


def _sent(ends: list[_End]) -> list[Fact]:
    once = [_stream_bytes(end) for end in ends]
    total = [int(end.of("bytes")) for end in ends]
    return [
        _plain("packets", "count", [int(end.of("packets")) for end in ends]),
        _plain("bytes of payload", "bytes", [*total]),
        _plain("bytes of the stream, without retransmissions", "bytes", [*once]),
        _plain("retransmitted bytes", "bytes", [max(sent - new, 0) for sent, new in zip(total, once, strict=True)]),
        _plain("bytes not captured", "bytes", [int(end.of("missed_bytes")) for end in ends]),
        _pair(
            "largest payload of a packet", "bytes", [_extreme(end.sent("payload"), end.rows, np.argmax) for end in ends]
        ),
    ]


def _stream_bytes(end: _End) -> int:
    chunks = end.capture.chunks
    found = end.capture.chunks_of(end.connection, end.side)
    return int(chunks["length"][found][chunks["kind"][found] == ChunkKind.DATA].sum())


def _round_trips(ends: list[_End]) -> list[Fact]:
    """For what each end sent, the time until its acknowledgment was captured: measured where the capture was made."""
    packets = ends[0].capture.packets
    measured = []
    for end in ends:
        times = packets["ack_rtt_ns"][end.peers]
        measured.append((times[times >= 0], end.peers[times >= 0]))
    return [
        _plain("acknowledgments measured", "count", [len(times) for times, _ in measured]),
        _pair("shortest", "ns", [_extreme(*one, np.argmin) for one in measured]),
        *(
            _plain(name, "ns", [percentiles(times, (share,))[0] if len(times) else None for times, _ in measured])
            for share, name in PERCENTILES
        ),
        _pair("longest", "ns", [_extreme(*one, np.argmax) for one in measured]),
    ]


def _extreme(values: npt.NDArray[Any], among: Rows, find: Any) -> tuple[Value, int | None]:
    if not len(values):
        return None, None
    at = int(find(values))
    return int(values[at]), int(among[at]) + 1


def _windows(ends: list[_End]) -> list[Fact]:
    """The receive windows that each end advertised, and its bytes in flight. RSTs and windows with an unknown scale are
    ignored.
    """
    announced = []
    for end in ends:
        spoke = end.rows[(end.sent("flags") & RST == 0) & (end.sent("window_shift") >= 0)]
        announced.append((end.capture.packets["window"][spoke], spoke))
    flight = [_extreme(end.sent("in_flight"), end.rows, np.argmax) for end in ends]
    return [
        _pair("smallest window advertised", "bytes", [_extreme(*one, np.argmin) for one in announced]),
        _pair("largest window advertised", "bytes", [_extreme(*one, np.argmax) for one in announced]),
        _pair("last advertised window", "bytes", [_extreme(*one, lambda values: len(values) - 1) for one in announced]),
        _pair("most bytes in flight", "bytes", flight),
    ]


def _options(ends: list[_End]) -> list[Fact]:
    return [
        _plain(
            "initial sequence number",
            "text",
            [str(end.of("isn")) if end.of("isn_known") == 1 else None for end in ends],
        ),
        _plain("maximum segment size (MSS)", "bytes", [int(end.of("mss")) or None for end in ends]),
        _plain("window scale", "text", [_scale(int(end.of("scale"))) for end in ends]),
        _plain("other options", "text", [_other_options(int(end.of("options"))) for end in ends]),
    ]


def _scale(shift: int) -> str | None:
    if shift < 0:
        return "none" if shift == -2 else None
    return f"{shift} (× {1 << shift})"


def _other_options(bits: int) -> str | None:
    return ", ".join(name for option, name in OPTIONS.items() if bits & option) or None


def _verdicts(ends: list[_End]) -> list[Fact]:
    """For each verdict, the number of packets that have it, and the first of them; verdicts that never occur are left
    out.
    """
    found = []
    for verdict in Verdict:
        marked = [end.rows[end.sent("analysis") & int(verdict) != 0] for end in ends]
        if any(len(some) for some in marked):
            pairs: list[tuple[Value, int | None]] = [(len(s), int(s[0]) + 1 if len(s) else None) for s in marked]
            found.append(_pair(str(verdict.name).lower(), "count", pairs))
    return found
