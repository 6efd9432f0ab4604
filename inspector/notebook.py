"""The page's charts as plotly figures, for notebooks and reports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from inspector.query.time_range import extent
from inspector.views.figures import connection_figures, overview_figures
from inspector.views.figures.palette import PALETTES
from inspector.views.overview import Overview

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

    from inspector.engine.capture import Capture


def figure(
    capture: Capture, name: str, connection: int | None = None, *, theme: Literal["light", "dark"] = "light"
) -> Figure:
    """A chart of the page as a plotly figure: a notebook shows it, and its method `write_html` saves it.

    Args:
        name: for the capture "packets", "bytes" or "times"; for a connection "stevens", "tcptrace", "round-trips",
            "throughput" or "window".
        connection: the number of a connection; None for a chart of the whole capture.
    Raises:
        ValueError: there is no such chart, or the capture has no packets.
        IndexError: there is no such connection.
    """
    names = overview_figures.FIGURES if connection is None else connection_figures.FIGURES
    if name not in names:
        raise ValueError(f"There is no figure {name!r} here; there are {', '.join(names)}.")
    span = extent(capture)
    if span is None:
        raise ValueError("The capture has no packets with a timestamp.")
    from plotly.graph_objects import Figure  # takes longer to import than everything else together

    if connection is None:
        return Figure(overview_figures.FIGURES[name](Overview(capture, span), PALETTES[theme]))
    return Figure(connection_figures.connection_figure(capture, connection, name, theme=theme))
