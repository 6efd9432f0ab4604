"""`wireglass connections FILE`: the TCP connections of a capture."""

from __future__ import annotations

from inspector.cli.table_command import table_command

connections = table_command(
    "connections",
    "TCP connections: endpoints, protocol, bytes, duration, how they ended.",
    "connections trace.pcapng --find 192.0.2.7",
)
