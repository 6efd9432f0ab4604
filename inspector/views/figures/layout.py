"""The layout that all figures share: an unobtrusive frame, the page's fonts and colours, and no title, since the page
has its own.
"""

from __future__ import annotations

from typing import Any

from inspector.views.figures.palette import Palette

FONT = '-apple-system, "Segoe UI", "Inter", "Noto Sans", "Liberation Sans", system-ui, sans-serif'
"""The page's fonts (web/static/css/theme.css)."""

LEFT = 52
"""Left margin in pixels, the same for all figures, so that their time axes line up."""

Figure = dict[str, Any]


def layout(palette: Palette, x: Figure | None = None, y: Figure | None = None, **more: Any) -> Figure:
    """A layout with one pair of axes. `x` and `y` override or add attributes of the axes, and `more` of the layout."""
    axis = {
        "gridcolor": palette.line,
        "linecolor": palette.line,
        "zerolinecolor": palette.line,
        "tickcolor": palette.line,
    }
    return {
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": FONT, "size": 11, "color": palette.ink_2},
        "margin": {"l": LEFT, "r": 8, "t": 26, "b": 24},
        "showlegend": True,
        "legend": {
            "orientation": "h",
            "x": 0,
            "y": 1.02,
            "yanchor": "bottom",
            "traceorder": "normal",
            "font": {"size": 12, "color": palette.ink},
        },
        "hoverlabel": {"bgcolor": palette.ground, "bordercolor": palette.line, "font": {"color": palette.ink}},
        "dragmode": "zoom",
        "xaxis": axis | {"showgrid": False} | (x or {}),
        "yaxis": axis | {"fixedrange": True} | (y or {}),
        **more,
    }
