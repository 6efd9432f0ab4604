"""Gives `Capture` its method `filter`; importing this module is enough."""

from __future__ import annotations

import numpy as np

from inspector.engine.capture import Capture
from inspector.query.display_filter import DisplayFilter
from inspector.tables.arrays import Rows


def find(capture: Capture, text: str, table: str) -> Rows:
    """Rows of a table that a display filter selects. Raises FilterError."""
    display_filter = vars(capture).setdefault("_display_filter", DisplayFilter(capture))
    found = display_filter.matching(table, text)
    return np.arange(len(getattr(capture, table))) if found is None else found


Capture._find = staticmethod(find)
