"""`wireglass anomalies FILE`: protocol anomalies."""

from __future__ import annotations

from inspector.cli.table_command import table_command

anomalies = table_command(
    "anomalies",
    "Protocol anomalies with the RFC rule and values.",
    "anomalies trace.pcapng --format csv > anomalies.csv",
)
