"""`wireglass packets FILE`: the packets of a capture."""

from __future__ import annotations

from inspector.cli.table_command import table_command

packets = table_command(
    "packets",
    "Packets with TCP flags, analysis flags and both TCP states.",
    "packets trace.pcapng --connection 3",
    "packets trace.pcapng retransmission --columns number,time_ns,seq --format csv",
)
