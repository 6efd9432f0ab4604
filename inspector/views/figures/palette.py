"""The colours of the figures: the values from css/theme.css, repeated here because a figure cannot read that file."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of one theme. Each has one meaning, the same in the figures and on the page."""

    client: str
    server: str
    http: str
    ws: str
    trouble: str
    ink: str
    ink_2: str
    ground: str
    line: str


LIGHT = Palette("#0072b2", "#a35f00", "#00735a", "#a3467f", "#c2410c", "#16181d", "#5b6270", "#ffffff", "#e3e6eb")
DARK = Palette("#56b4e9", "#e69f00", "#2fbf9b", "#d98cb8", "#ff7a45", "#e8eaed", "#9aa3b2", "#111317", "#2a2f38")

PALETTES = {"light": LIGHT, "dark": DARK}
