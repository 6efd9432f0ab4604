"""What every figure has in common: a quiet frame, the page's fonts and colours, no title but the page's own."""

from __future__ import annotations

from typing import Any

from inspector.figures.palette import Palette

FONT = 'system-ui, -apple-system, "Segoe UI", "Noto Sans", sans-serif'

Figure = dict[str, Any]


def layout(palette: Palette, x_title: str, y_title: str, **more: Any) -> Figure:
    """A layout with one pair of axes; `more` is added, and goes before what is set here."""
    axis = {
        "gridcolor": palette.line,
        "linecolor": palette.line,
        "zerolinecolor": palette.line,
        "tickcolor": palette.line,
        "automargin": True,
        "fixedrange": False,
    }
    return {
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": FONT, "size": 12, "color": palette.ink_2},
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
        "showlegend": True,
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "font": {"color": palette.ink}},
        "hoverlabel": {"bgcolor": palette.ground, "bordercolor": palette.line, "font": {"color": palette.ink}},
        "dragmode": "zoom",
        "xaxis": axis | {"title": {"text": x_title, "standoff": 6}, "showgrid": False},
        "yaxis": axis | {"title": {"text": y_title, "standoff": 6}, "fixedrange": True},
        **more,
    }
