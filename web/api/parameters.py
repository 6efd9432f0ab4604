"""Numbers in the query parameters of a request."""

from __future__ import annotations

from flask import request

from web.errors import Refused

MAX_ROWS = 1000
"""Maximum number of rows in one response."""

MAX_DIGITS = 12


def asked_number(name: str, default: int) -> int:
    """The number in the query parameter `name`. Raises Refused if it is not a number."""
    text = request.args.get(name)
    if text is None:
        return default
    try:
        if len(text) > MAX_DIGITS:
            raise ValueError
        return int(text)
    except ValueError:
        raise Refused(400, f"{name} is not a number.", f"Send {name} as a decimal number.") from None


def asked_range(total: int) -> slice:
    """The range from `start` (default 0) to `stop` (default: the end), at most MAX_ROWS long. Negative numbers count
    from the end.
    """
    start, stop, _ = slice(asked_number("start", 0), asked_number("stop", total)).indices(total)
    return slice(start, max(start, min(stop, start + MAX_ROWS)))
