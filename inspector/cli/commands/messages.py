"""`wireglass messages FILE`: WebSocket messages."""

from __future__ import annotations

from inspector.cli.table_command import table_command

messages = table_command(
    "messages", "WebSocket messages, unmasked and decompressed.", "messages trace.pcapng --find Alice"
)
