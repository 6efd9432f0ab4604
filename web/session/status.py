"""The summary of a session: what the header of the page shows, and what the demo offers."""

from __future__ import annotations

import time
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inspector.live.packet_source import Counters
from web.session.packet_rate import Meter

if TYPE_CHECKING:
    from inspector.engine.capture import Capture
    from inspector.lab.demo.controller import Lab

TABLES = ("packets", "connections", "exchanges", "frames", "messages", "anomalies", "tokens", "kernel")


class Source(StrEnum):
    """The source of a session's packets."""

    LIVE = "live"
    DEMO = "demo"
    FILE = "file"
    REPLAY = "replay"


class State(StrEnum):
    """What the engine is doing."""

    LOADING = "loading"
    RUNNING = "running"
    PAUSED = "paused"
    ENDED = "ended"


Statistics = Callable[[], Counters]
"""A function that returns the kernel's packet counts of a live capture so far."""


class CaptureStatus:
    """Summarises one capture; it keeps sums and rates from call to call."""

    def __init__(
        self,
        capture: Capture,
        source: Source,
        interface: str | None = None,
        statistics: Statistics | None = None,
        name: str | None = None,
    ) -> None:
        self._capture = capture
        self._source = source
        self._interface = interface
        self._name = name or Path(capture.path).name
        self._statistics = statistics
        self._meter = Meter()
        self._bytes = 0
        self._counted = 0

    def describe(self, state: State, notes: list[str], troubles: list[str]) -> dict[str, Any]:
        """The state of the capture. It contains only the name of the file, not its folder."""
        capture = self._capture
        packets = len(capture.packets)
        self._bytes += int(capture.packets["length"][self._counted :].sum())
        self._counted = packets
        rate = self._meter.rate(time.monotonic(), packets)
        counters = self._statistics() if self._statistics else None
        return {
            "name": self._interface or self._name,
            "source": self._source,
            "state": state,
            "interface": self._interface,
            "filter": self._filter(),
            "start_ns": capture.start_ns if packets else None,
            "packets": packets,
            "bytes": self._bytes,
            "tokens": capture.descriptor_history.revision,
            "rate": rate if state in (State.RUNNING, State.LOADING) else 0,
            "received": counters.received if counters else None,
            "dropped": counters.dropped if counters else None,
            "notes": [*capture.notes, *notes, *troubles],
            "troubles": troubles,
            "recording": self._name if self._interface else None,
        }

    def _filter(self) -> str | None:
        """The capture filters recorded in the file; None if no filter excludes any TCP socket."""
        named = dict.fromkeys(interface.filter for interface in self._capture.interfaces)
        return " | ".join(filter for filter in named if filter not in ("", "tcp")) or None

    def lengths(self) -> dict[str, int]:
        """The number of rows in each table."""
        return {name: len(getattr(self._capture, name)) for name in TABLES}


def describe_demo(lab: Lab | None) -> dict[str, Any] | None:
    """What the page needs to offer the demo, such as its addresses and actions; None without a demo."""
    if lab is None:
        return None
    actions = [
        {"name": action.name, "label": action.label, "explanation": action.explanation} for action in lab.actions
    ]
    return {"mode": lab.mode, "remark": lab.remark, "addresses": lab.addresses, "actions": actions}
