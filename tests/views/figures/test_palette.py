"""The colours of figures are the page's."""

from __future__ import annotations

import re
from dataclasses import asdict
from pathlib import Path

import pytest

from inspector.views.figures.palette import PALETTES

TOKENS = Path(__file__).parent.parent.parent.parent / "web" / "static" / "css" / "theme.css"


@pytest.mark.parametrize(("theme", "place"), [("light", 0), ("dark", 1)])
def test_each_colour_is_the_token_of_its_name(theme: str, place: int) -> None:
    tokens = dict(re.findall(r"--([\w-]+): light-dark\(([^;]+)\);", TOKENS.read_text("utf-8")))
    for name, colour in asdict(PALETTES[theme]).items():
        assert tokens[name.replace("_", "-")].split(", ")[place] == colour
