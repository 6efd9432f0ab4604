"""Three figures of the capture: packets over time by protocol, bytes over time by sender, and the distribution of
durations.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from inspector.query.time_range import Span, extent
from inspector.tables.table import PROTOCOL_NAMES, Direction, Protocol
from inspector.views.figures.layout import Figure, layout
from inspector.views.figures.palette import LIGHT, Palette

if TYPE_CHECKING:
    from inspector.engine.capture import Capture
    from inspector.views.overview import Overview

BINS = 150
"""Number of bars over the whole width: each is a few pixels wide on any screen."""

QUANTILES = 200
"""Maximum number of points in a curve of durations."""

FEW = 4
"""Maximum number of packets in a bar for which the axis has a tick for every packet."""

DOTTED = 12
"""Maximum number of points in a curve for which each point gets a marker, since a single point draws no line."""

SECONDS: Figure = {"ticksuffix": " s", "exponentformat": "none"}

OTHER = len(Protocol)
"""The index for packets that are not TCP, after those of the protocols."""

NAMES: dict[int, str] = {
    **PROTOCOL_NAMES,
    Protocol.UNKNOWN: "other TCP",
    OTHER: "not TCP",
}


def packets_over_time(capture: Capture, span: Span | None = None, palette: Palette = LIGHT) -> Figure:
    """Stacked bars of packet counts, by the protocol of the connection; protocols that do not occur are left out."""
    found = _binned(capture, span)
    http, websocket, unknown = Protocol.HTTP, Protocol.WEBSOCKET, Protocol.UNKNOWN
    colours: dict[int, str] = {http: palette.http, websocket: palette.ws, unknown: palette.ink_2}
    data, whole = [], {}
    if found:
        rows, bins, centres = found
        spoken = _spoken(capture, rows)
        counts = np.bincount(bins * (OTHER + 1) + spoken, minlength=BINS * (OTHER + 1)).reshape(BINS, OTHER + 1)
        data = [
            _bars(name, centres, counts[:, kind], colours.get(kind, palette.line), "packets")
            for kind, name in NAMES.items()
            if counts[:, kind].any()
        ]
        whole = {"dtick": 1} if counts.sum(axis=1).max() <= FEW else {}  # no ticks at fractions of a packet
    return {"data": data, "layout": layout(palette, _time_axis(capture, span), whole, barmode="stack", bargap=0.08)}


def bytes_over_time(capture: Capture, span: Span | None = None, palette: Palette = LIGHT) -> Figure:
    """Bars of bytes on the wire: upwards for what clients sent, downwards for what servers sent."""
    found = _binned(capture, span)
    data, most = [], 0
    if found:
        rows, bins, centres = found
        direction, length = capture.packets["direction"][rows], capture.packets["length"][rows].astype(np.float64)
        for side, name, colour, sign in (
            (Direction.CLIENT, "from clients", palette.client, 1),
            (Direction.SERVER, "from servers", palette.server, -1),
        ):
            sent = direction == side
            sizes = np.bincount(bins[sent], weights=length[sent], minlength=BINS).astype(np.int64)
            data.append(_bars(name, centres, sign * sizes, colour, "B", shown=sizes))
            most = max(most, int(sizes.max()))
    axes = layout(palette, _time_axis(capture, span), _both_ways(most), barmode="relative", bargap=0.08)
    return {"data": data, "layout": axes}


def times(handshakes: npt.NDArray[np.int64], waits: npt.NDArray[np.int64], palette: Palette = LIGHT) -> Figure:
    """Cumulative distributions of handshake durations and of response times (`waits`), both given in ns: for each
    duration, the percentage that took no longer.
    """
    data = [
        {
            "type": "scatter",
            "mode": "lines+markers" if len(curve) <= DOTTED else "lines",
            "name": name,
            "x": (curve / 1e6).tolist(),
            "y": share.tolist(),
            "line": {"color": colour, "width": 2, "shape": "hv"},
            "marker": {"color": colour, "size": 6},
            "hovertemplate": "%{y:.0f} % within %{x:.3~g} ms<extra></extra>",
        }
        for name, colour, (curve, share) in (
            ("handshake", palette.client, _curve(handshakes)),
            ("response time", palette.http, _curve(waits)),
        )
        if len(curve)
    ]
    x = {
        "type": "log",
        "showgrid": True,
        **_decades([row for curve in data for row in (curve["x"][0], curve["x"][-1])]),
    }
    return {"data": data, "layout": layout(palette, x, {"range": [0, 102], "ticksuffix": " %"})}


FIGURES: dict[str, Callable[[Overview, Palette], Figure]] = {
    "packets": lambda seen, palette: packets_over_time(seen.capture, seen.span, palette),
    "bytes": lambda seen, palette: bytes_over_time(seen.capture, seen.span, palette),
    "times": lambda seen, palette: times(seen.handshakes(), seen.response_times()[0], palette),
}
"""The functions that draw the figures, by the name that the page requests."""


def _time_axis(capture: Capture, span: Span | None) -> Figure:
    """A time axis in seconds since the first packet that covers exactly the span or, if it is None, the capture."""
    whole = span or extent(capture)
    if whole is None or capture.start_ns is None:
        return SECONDS
    edges = [(edge - capture.start_ns) / 1e9 for edge in (whole.from_ns, max(whole.to_ns, whole.from_ns + 1))]
    return SECONDS | {"range": edges}


def _binned(
    capture: Capture, span: Span | None
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.int64], npt.NDArray[np.float64]] | None:
    """The rows of the packets in the span (the capture if it is None), the bin of each packet, and the centres of the
    bins in seconds since the first packet. None in a capture without packets.
    """
    whole = span or extent(capture)
    if whole is None or capture.start_ns is None:
        return None
    times_ns = capture.packets["time_ns"]
    rows = np.flatnonzero(whole.holds(times_ns))
    length = max(whole.to_ns - whole.from_ns, 1)
    bins = np.minimum((times_ns[rows] - whole.from_ns) * (BINS / length), BINS - 1).astype(np.int64)
    first = whole.from_ns - capture.start_ns
    centres = np.linspace(first + length / BINS / 2, first + length - length / BINS / 2, BINS) / 1e9
    return rows, bins, centres.astype(np.float64)


def _spoken(capture: Capture, rows: npt.NDArray[np.intp]) -> npt.NDArray[np.int64]:
    """The Protocol of each packet's connection; OTHER for a packet without a connection."""
    protocols = np.append(capture.connections["protocol"].astype(np.int64), OTHER)  # index -1 (no connection): OTHER
    spoken: npt.NDArray[np.int64] = protocols[capture.packets["connection"][rows]]
    return spoken


def _bars(
    name: str,
    x: npt.NDArray[np.float64],
    y: npt.NDArray[np.int64],
    colour: str,
    unit: str,
    shown: npt.NDArray[np.int64] | None = None,
) -> dict[str, Any]:
    hover = "%{customdata:,} " if shown is not None else "%{y:,} "
    return {
        "type": "bar",
        "name": name,
        "x": x.tolist(),
        "y": y.tolist(),
        "marker": {"color": colour, "line": {"width": 0}},
        "hovertemplate": f"{hover}{unit} {name}, around %{{x}}<extra></extra>",
        **({} if shown is None else {"customdata": shown.tolist()}),
    }


def _curve(nanoseconds: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.floating[Any]]]:
    """The durations in ascending order, and for each the percentage of all durations that took no longer.

    They are downsampled to at most QUANTILES points, including the shortest and the longest. Since a logarithmic axis
    has no 0, a duration of 0 becomes 1 ns.
    """
    ordered = np.maximum(np.sort(nanoseconds), 1)
    kept = np.unique(np.linspace(0, max(len(ordered) - 1, 0), min(len(ordered), QUANTILES)).astype(np.intp))
    return ordered[kept], (kept + 1) * (100 / max(len(ordered), 1))


def _both_ways(most: int) -> Figure:
    """The ticks of an axis of sizes that extends up and down from 0, with labels that have no minus sign."""
    step = 10 ** max(len(str(most)) - 1, 0)
    step = next((part for part in (step // 2, step) if part and most // part <= 4), 2 * step)
    marks = range(0, most + 1, step)
    values = [*(-mark for mark in reversed(marks) if mark), *marks]
    return {"tickvals": values, "ticktext": [_size(abs(value)) for value in values]}


def _decades(milliseconds: list[float]) -> Figure:
    """The ticks of a logarithmic axis of durations: few round values, with labels such as "20 ms"."""
    if not milliseconds:
        return {}
    first, last = (math.floor(math.log10(value)) for value in (min(milliseconds), max(milliseconds)))
    parts = (1, 2, 5) if last - first < 3 else (1,)
    values = [part * 10**power for power in range(first, last + 2) for part in parts]
    return {"tickvals": values, "ticktext": [_duration(value) for value in values]}


def _duration(milliseconds: float) -> str:
    for unit, name in ((1e3, "s"), (1, "ms"), (1e-3, "µs"), (1e-6, "ns")):
        if milliseconds >= unit * 0.999:
            return f"{milliseconds / unit:g} {name}"
    return ""


def _size(count: int) -> str:
    for unit, name in ((10**9, "GB"), (10**6, "MB"), (10**3, "kB")):
        if count >= unit:
            return f"{count / unit:g} {name}"
    return f"{count} B"
