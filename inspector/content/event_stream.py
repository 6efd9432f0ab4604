"""Server-Sent Events: parser of a `text/event-stream` body (WHATWG HTML, §9.2 Server-sent events)."""

from __future__ import annotations

import re
from dataclasses import dataclass

_LINE_END = re.compile("\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class ServerEvent:
    """One event as a page would get it; `id` is the last one that was set."""

    event: str
    data: str
    id: str


def server_sent_events(content: bytes, limit: int = 1000) -> list[ServerEvent]:
    """The events in a body, at most `limit`; an event that the body's end cuts off is left out, as browsers do."""
    events: list[ServerEvent] = []
    kind, last_id, data = "", "", list[str]()
    *lines, _ = _LINE_END.split(content.decode("utf-8", "replace").removeprefix("\ufeff"))
    for line in lines:
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if not line:
            if data:
                events.append(ServerEvent(kind or "message", "\n".join(data), last_id))
            kind, data = "", []
            if len(events) == limit:
                break
        elif name == "data":
            data.append(value)
        elif name == "event":
            kind = value
        elif name == "id" and "\0" not in value:
            last_id = value
    return events
