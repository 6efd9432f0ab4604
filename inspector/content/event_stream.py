"""Server-Sent Events: a parser for `text/event-stream` bodies (WHATWG HTML, §9.2 Server-sent events)."""

from __future__ import annotations

import re
from dataclasses import dataclass

_LINE_END = re.compile("\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class ServerEvent:
    """One event as a browser would dispatch it; `id` is the last event ID that was set."""

    event: str
    data: str
    id: str


def server_sent_events(content: bytes, limit: int = 1000) -> list[ServerEvent]:
    """Return the events in a body, at most `limit`; an event truncated by the end of the body is left out, as in
    browsers.
    """
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
