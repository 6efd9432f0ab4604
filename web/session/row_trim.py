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
    return row if _is_brief(row) else {**_cut(row), "is_cut": True}


def _is_brief(value: Any) -> bool:
    """Whether there is nothing to cut, as in nearly every row: asked hundreds of times a second, so without a copy."""
    if isinstance(value, str):
        return len(value) <= MAX_TEXT
    if isinstance(value, dict):
        return all(map(_is_brief, value.values()))
    if isinstance(value, list):
        return len(value) <= MAX_FIELDS and all(map(_is_brief, value))
    return True


def _cut(value: Any) -> Any:
    if isinstance(value, str) and len(value) > MAX_TEXT:
        return value[:MAX_TEXT] + "…"
    if isinstance(value, list):
        return [_cut(item) for item in value[:MAX_FIELDS]]
    if isinstance(value, dict):
        return {key: _cut(item) for key, item in value.items()}
    return value
