"""Rows cut short for lists: a feed must not carry megabytes because one captured header was long."""

from __future__ import annotations

from typing import Any

Row = dict[str, Any]

MAX_TEXT = 1024
"""Characters of a captured text that a list shows; the row asked for by itself has all of it."""

MAX_FIELDS = 32
"""Header fields of an HTTP message in a list."""


def brief(row: Row) -> Row:
    """`row` with long texts cut and marked with an ellipsis, and `is_cut` added when anything was."""
    cut = _Cutter()
    short = {key: cut(value) for key, value in row.items()}
    return {**short, "is_cut": True} if cut.has_cut else short


class _Cutter:
    def __init__(self) -> None:
        self.has_cut = False

    def __call__(self, value: Any) -> Any:
        if isinstance(value, str) and len(value) > MAX_TEXT:
            self.has_cut = True
            return value[:MAX_TEXT] + "…"
        if isinstance(value, list):
            self.has_cut |= len(value) > MAX_FIELDS
            return [self(item) for item in value[:MAX_FIELDS]]
        if isinstance(value, dict):
            return {key: self(item) for key, item in value.items()}
        return value
