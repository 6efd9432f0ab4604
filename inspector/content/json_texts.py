"""The strings in a JSON value, by which messages can be compared."""

from __future__ import annotations

from typing import Any


def strings_in(value: Any, most: int) -> list[str]:
    """Return at most `most` strings in a JSON value, without keys; the last ones come first, since lists grow at the
    end.
    """
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
