"""Figures of one connection: sequence numbers, round trips, throughput and windows over time.

Every point's `customdata` is the number of a packet that shows it; a click on the point leads to that packet. Times
are seconds since the capture's first packet. No text in a figure comes from captured bytes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from inspector.query.connection_packets import packets_of
from inspector.tables.arrays import Rows
from inspector.tables.table import SIDES, ChunkKind
from inspector.tcp.flags_and_seq import ACK, FIN, RST, SYN
from inspector.tcp.verdicts import Verdict
from inspector.views.figures.downsample import some, thin
from inspector.views.figures.layout import layout
from inspector.views.figures.palette import PALETTES, Palette

if TYPE_CHECKING:
    from inspector.engine.capture import Capture

Figure = dict[str, Any]
Trace = dict[str, Any]

MOST_POINTS = 8000
"""Maximum number of points in a figure, in all traces together: plotly draws that many SVG points in well under a
second."""

MOST_MARKS = 500
"""Maximum number of marks of one kind: more would cover each other."""

BUCKETS = 240
"""Number of equal time intervals for which throughput is computed."""

REPEATED = int(Verdict.RETRANSMISSION | Verdict.FAST_RETRANSMISSION | Verdict.SPURIOUS_RETRANSMISSION)
REORDERED = int(Verdict.OUT_OF_ORDER)

SECOND = 1e9


class Drawing:
    """The data from which the figures of one connection are drawn.

    Attributes:
        side: the end whose bytes are shown: 0 client, 1 server.
        sent: rows of the packets that this end sent.
        back: rows of the packets that the other end sent.
    """

    def __init__(self, capture: Capture, connection: int, side: int, palette: Palette) -> None:
        self.capture, self.connection, self.side, self.palette = capture, connection, side, palette
        of_connection = packets_of(capture, connection)
        direction = capture.packets["direction"][of_connection]
        self.sent: Rows = of_connection[direction == side]
        self.back: Rows = of_connection[direction != side]

    @property
    def colour(self) -> str:
        return self.colour_of(self.side)

    def colour_of(self, side: int) -> str:
        return self.palette.server if side else self.palette.client

    def column(self, name: str, rows: Rows) -> npt.NDArray[Any]:
        return self.capture.packets[name][rows]

    def seconds(self, rows: Rows) -> npt.NDArray[np.float64]:
        since: npt.NDArray[np.float64] = (self.column("time_ns", rows) - (self.capture.start_ns or 0)) / SECOND
        return since

    def relative(self, numbers: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
        """This side's sequence numbers relative to its SYN; numbers up to 65 536 before it are negative."""
        isn = int(self.capture.connections["isn"][self.connection, self.side])
        wrapped = (numbers.astype(np.int64) - isn) & 0xFFFF_FFFF
        early: npt.NDArray[np.int64] = np.where(wrapped > 0xFFFF_FFFF - 65536, wrapped - (1 << 32), wrapped)
        return early

    def points(self, name: str, rows: Rows, values: npt.NDArray[Any], most: int, **style: Any) -> Trace:
        """A trace of these values at these packets, downsampled to at most `most` points."""
        times = self.seconds(rows)
        kept = thin(times, values, most)
        return trace(name, times[kept], values[kept], rows[kept] + 1, **style)

    def marks(self, name: str, rows: Rows, values: npt.NDArray[Any], symbol: str) -> Trace:
        """A trace of marks for problems, drawn apart from the line."""
        kept = some(np.arange(len(rows)), MOST_MARKS)
        marker = {"symbol": symbol, "size": 8, "color": self.palette.trouble, "line": {"width": 1.5}}
        at = rows[kept]
        return trace(name, self.seconds(at), values[kept], at + 1, mode="markers", marker=marker)


def trace(name: str, x: npt.NDArray[Any], y: npt.NDArray[Any], packets: npt.NDArray[Any], **style: Any) -> Trace:
    """A scatter trace. It uses SVG, since WebGL needs what the page's content security policy forbids."""
    return {"type": "scatter", "name": name, "x": x.tolist(), "y": y.tolist(), "customdata": packets.tolist(), **style}


def line(colour: str, *, dash: str = "solid", steps: bool = False, width: float = 1.5) -> Trace:
    """The style of a line; `steps` for a value that holds until the next one."""
    return {
        "mode": "lines",
        "line": {"color": colour, "width": width, "dash": dash, "shape": "hv" if steps else "linear"},
    }


def dots(colour: str, size: float = 4) -> Trace:
    return {"mode": "markers", "marker": {"color": colour, "size": size}}


def stevens(d: Drawing) -> Figure:
    """Sequence number over time, one point per segment (Stevens' graph): its slope is the throughput; a step back is a
    retransmission.
    """
    rows = d.sent[(d.column("payload", d.sent) > 0) | (d.column("flags", d.sent) & (SYN | FIN) != 0)]
    ends = d.relative(d.column("seq", rows)) + d.column("payload", rows)
    style = {**line(d.colour, width=1), "mode": "lines+markers", "marker": {"color": d.colour, "size": 3}}
    traces = [d.points("sequence number", rows, ends, MOST_POINTS // 2, **style), *_trouble(d, rows, ends)]
    return figure(d, traces, "sequence number")


def _trouble(d: Drawing, rows: Rows, values: npt.NDArray[Any]) -> list[Trace]:
    verdicts = d.column("analysis", rows)
    found = []
    for name, bits, symbol in (("retransmitted", REPEATED, "x-thin-open"), ("out of order", REORDERED, "diamond-open")):
        marked = verdicts & bits != 0
        if marked.any():
            found.append(d.marks(name, rows[marked], values[marked], symbol))
    return found


def tcptrace(d: Drawing) -> Figure:
    """Segments as bars between two lines: what the receiver has acknowledged, and the right edge of its window
    (tcptrace's graph).
    """
    rows = d.sent[d.column("payload", d.sent) > 0]
    starts = d.relative(d.column("seq", rows))
    ends = starts + d.column("payload", rows)
    acks = d.back[(d.column("flags", d.back) & ACK != 0) & (d.column("flags", d.back) & RST == 0)]
    acked = d.relative(d.column("ack", acks))
    edge = acked + d.column("window", acks)
    part = MOST_POINTS // 5
    return figure(
        d,
        [
            d.points("window’s edge", acks, edge, part, **line(d.palette.ink_2, dash="dot", steps=True)),
            d.points("acknowledged", acks, acked, part, **line(d.colour_of(1 - d.side), steps=True)),
            _bars(d, rows, starts, ends, part),
            *_trouble(d, rows, ends),
        ],
        "sequence number",
    )


def _bars(d: Drawing, rows: Rows, starts: npt.NDArray[Any], ends: npt.NDArray[Any], most: int) -> Trace:
    """One bar per segment, from its first byte to its last. If there are more than fit into `most` points, they are
    downsampled so that extremes are kept.
    """
    times = d.seconds(rows)
    kept = thin(times, ends, most)
    nothing = [None] * len(kept)
    x = [value for at in times[kept].tolist() for value in (at, at, None)]
    pairs = zip(starts[kept].tolist(), ends[kept].tolist(), nothing, strict=True)
    numbers = [value for row in rows[kept].tolist() for value in (row + 1, row + 1, None)]
    style = {
        "mode": "lines+markers",
        "line": {"color": d.colour, "width": 1.5},
        "marker": {"color": d.colour, "size": 3},
    }
    y = [value for pair in pairs for value in pair]
    return {"type": "scatter", "name": "segments", "x": x, "y": y, "customdata": numbers, **style}


def round_trips(d: Drawing) -> Figure:
    """For both ends, the time until the acknowledgment of what they sent was captured."""
    traces = []
    for side, acks in ((d.side, d.back), (1 - d.side, d.sent)):
        known = acks[d.column("ack_rtt_ns", acks) >= 0]
        taken = d.column("ack_rtt_ns", known) / 1e6
        traces.append(
            d.points(f"what the {SIDES[side]} sent", known, taken, MOST_POINTS // 2, **dots(d.colour_of(side)))
        )
    return figure(d, traces, "round trip, ms", from_zero=True)


def throughput(d: Drawing) -> Figure:
    """Bits per second: throughput, which counts everything that was sent, including headers and retransmissions; and
    goodput, which counts the bytes of the stream when they became readable.
    """
    rows = d.sent
    if not len(rows):
        return figure(d, [], "bit/s", from_zero=True)
    times = d.column("time_ns", rows)
    edges = np.linspace(times.min(), times.max() + 1, BUCKETS + 1)
    step = (edges[1] - edges[0]) / SECOND
    chunks = d.capture.chunks
    pieces = d.capture.chunks_of(d.connection, d.side)
    pieces = pieces[chunks["kind"][pieces] == ChunkKind.DATA]
    readable = d.capture.packets["time_ns"][chunks["at"][pieces]]
    sent = np.histogram(times, edges, weights=d.column("length", rows).astype(np.float64))[0]
    good = np.histogram(readable, edges, weights=chunks["length"][pieces].astype(np.float64))[0]
    x = (edges[:-1] - (d.capture.start_ns or 0)) / SECOND
    numbers = rows[np.searchsorted(times, edges[:-1]).clip(0, len(rows) - 1)] + 1
    bits = 8 / max(step, 1e-9)
    return figure(
        d,
        [
            trace("throughput", x, sent * bits, numbers, **line(d.palette.ink_2, steps=True)),
            trace("goodput", x, good * bits, numbers, **line(d.colour, steps=True)),
        ],
        "bit/s",
        from_zero=True,
    )


def window(d: Drawing) -> Figure:
    """The receive window, and the bytes in flight to the receiver."""
    announced = d.back[d.column("flags", d.back) & (RST | SYN) == 0]
    flying = d.sent[d.column("in_flight", d.sent) > 0]  # 0 also means that the number is unknown
    half = MOST_POINTS // 2
    return figure(
        d,
        [
            d.points(
                "receive window", announced, d.column("window", announced), half, **line(d.palette.ink_2, steps=True)
            ),
            d.points("bytes in flight", flying, d.column("in_flight", flying), half, **line(d.colour, steps=True)),
        ],
        "bytes",
        from_zero=True,
    )


def figure(d: Drawing, traces: list[Trace], unit: str, *, from_zero: bool = False) -> Figure:
    """A figure of the traces, with the page's layout and style."""
    hover = f"%{{y:,}} {unit}<br>%{{x:.6f}} s<br>packet %{{customdata}}<extra>%{{fullData.name}}</extra>"
    title = {"standoff": 8}
    x = {"title": title | {"text": "seconds since the first packet"}, "exponentformat": "none"}
    y = {
        "title": title | {"text": unit},
        "exponentformat": "SI",
        "fixedrange": False,
        "rangemode": "tozero" if from_zero else "normal",
    }
    margin = {"l": 76, "r": 12, "t": 30, "b": 44}
    dress = layout(d.palette, x, y, hovermode="closest", margin=margin)
    return {"data": [{**one, "hovertemplate": hover} for one in traces], "layout": dress}


FIGURES: dict[str, Callable[[Drawing], Figure]] = {
    "stevens": stevens,
    "tcptrace": tcptrace,
    "round-trips": round_trips,
    "throughput": throughput,
    "window": window,
}
"""The functions that draw the figures, by the name that the page requests."""


def connection_figure(
    capture: Capture, connection: int, name: str, side: int | None = None, theme: str = "light"
) -> Figure:
    """One figure of a connection.

    Args:
        name: a key of `FIGURES`.
        side: the end whose bytes are shown: 0 client, 1 server; None for the one that sent more bytes.
        theme: "light" or "dark".
    """
    if side is None:
        side = int(np.argmax(capture.connections["bytes"][connection]))
    return FIGURES[name](Drawing(capture, connection, side, PALETTES[theme]))
