"""`wireglass frames FILE`: WebSocket frames."""

from __future__ import annotations

from inspector.cli.table_command import table_command

frames = table_command("frames", "WebSocket frames.", "frames trace.pcapng --connection 5")
