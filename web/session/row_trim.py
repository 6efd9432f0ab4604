"""Truncates rows for lists: a feed must not send megabytes because one captured header field was long."""

from __future__ import annotations

from typing import Any

Row = dict[str, Any]

MAX_TEXT = 1024
"""Maximum number of characters of a captured text in a list; a request for the single row returns all of it."""

MAX_FIELDS = 32
"""Maximum number of header fields of an HTTP message in a list."""


def brief(row: Row) -> Row:
    """Return `row` with long texts truncated and marked with an ellipsis, and long lists truncated; if anything was,
    `is_cut` is added.
    """
    return row if _is_brief(row) else {**_cut(row), "is_cut": True}


def _is_brief(value: Any) -> bool:
    """Whether nothing needs to be truncated, as in nearly every row. It is called hundreds of times per second, so it
    makes no copy.
    """
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
