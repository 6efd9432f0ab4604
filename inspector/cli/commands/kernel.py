"""`wireglass kernel FILE`: kernel socket states beside those of the packets."""

from __future__ import annotations

from inspector.cli.table_command import table_command

kernel = table_command(
    "kernel",
    "Kernel socket state compared with the state seen in packets.",
    "kernel captures/demo.pcapng --connection 0",
)
