"""The strings in a JSON value: what a message may have in common with another."""

from __future__ import annotations

from typing import Any


def strings_in(value: Any, most: int) -> list[str]:
    """The strings in a JSON value, keys left out, at most so many; the last ones first, since lists grow at the end."""
    found: list[str] = []
    todo = [value]
    while todo and len(found) < most:
        part = todo.pop()
        if isinstance(part, str):
            found.append(part)
        elif isinstance(part, dict):
            todo += part.values()
        elif isinstance(part, list):
            todo += part
    return found
