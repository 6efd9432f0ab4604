"""`wireglass tokens FILE`: file descriptors of sockets."""

from __future__ import annotations

from inspector.cli.table_command import table_command

tokens = table_command("tokens", "File descriptors of sockets: process, opened, closed.", "tokens captures/demo.pcapng")
