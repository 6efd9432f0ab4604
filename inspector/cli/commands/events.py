"""`wireglass events FILE`: the story of a capture."""

from __future__ import annotations

from inspector.cli.table_command import table_command

events = table_command(
    "events", "The story of the capture: what happened, one sentence per event.", "events trace.pcapng --connection 0"
)
