"""Helpers: the story of a play."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from inspector.tables.table import Table
from inspector.views.story import EventKind, events, phases, sentence
from tests.tcp.play import Play


def capture_of(play: Play) -> Any:
    """The parts of a Capture that a story needs: the TCP tables of a finished play."""
    script = bytes(play.bytes)
    return SimpleNamespace(
        packets=play.packets,
        connections=play.connections,
        chunks=play.chunks,
        anomalies=play.anomalies,
        **{name: Table(name) for name in ("http_messages", "exchanges", "messages")},
        chunks_of=None,
        bytes_at=lambda address, length: script[max(address, 0) : max(address, 0) + length],
    )


def told(play: Play) -> list[str]:
    """The sentences of a play's story."""
    capture = capture_of(play.run())
    table = events(capture)
    return [sentence(capture, table, i) for i in range(len(table))]


def kinds(play: Play) -> list[str]:
    """The kinds of its events."""
    return [EventKind(kind).name for kind in events(capture_of(play.run()))["kind"].tolist()]


def phase_names(play: Play) -> list[str]:
    """The phases of its connection."""
    return [phase.name for phase in phases(capture_of(play.run()), 0)]


def opened(rtt_ms: float = 0.02) -> Play:
    """A connection whose SYN is answered after so long."""
    play = Play()
    play.client("S", seq=99, scale=0)
    play.server("SA", seq=299, ack=100, scale=0, after_ms=rtt_ms)
    play.client("A", seq=100, ack=300, after_ms=0.01)
    return play
