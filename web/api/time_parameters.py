"""The time range of a request: `from` and `to`, in ns since the capture's first packet, like `at_ns`.

Without `to`, the range ends with the newest packet.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from flask import request

from inspector.query.time_range import Span, extent
from web.errors import Refused

if TYPE_CHECKING:
    from inspector.engine.capture import Capture


def asked_span(capture: Capture, whole: Span | None = None) -> Span | None:
    """The time range in the request; None if it contains none. Raises Refused if the range is invalid.

    A range without an end ends with that of `whole`, by default the time range of the packets.
    """
    texts = request.args.get("from"), request.args.get("to")
    if texts == (None, None):
        return None
    start = _nanoseconds(texts[0])
    origin = capture.start_ns or 0
    if texts[1] is None:
        whole = whole or extent(capture)
        return Span(origin + start, max(origin + start + 1, whole.to_ns if whole else 0))
    stop = _nanoseconds(texts[1])
    if start > stop:
        raise Refused(400, "The time range ends before it begins.", "Send from before to.")
    return Span(origin + start, origin + stop)


def _nanoseconds(text: str | None) -> int:
    if text is None or not re.fullmatch(r"-?[0-9]{1,18}", text):
        raise Refused(
            400, "The time range is not a pair of numbers.", "Send from and to, in ns since the first packet."
        )
    return int(text)
