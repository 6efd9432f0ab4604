"""`wireglass exchanges FILE`: HTTP requests and responses."""

from __future__ import annotations

from inspector.cli.table_command import table_command

exchanges = table_command(
    "exchanges",
    "HTTP requests with their responses, sizes and times.",
    "exchanges trace.pcapng --order-by -took_ns --limit 10",
    "exchanges trace.pcapng --format json | jq 'select(.response.status >= 500)'",
)
