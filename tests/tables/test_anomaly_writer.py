"""Anomaly rows are written once each, and floods of one kind are thinned out."""

from __future__ import annotations

from inspector.anomalies import index_of
from inspector.tables.anomaly_writer import AnomalyWriter
from inspector.tables.table import Table


def test_a_row_holds_where_and_the_numbers() -> None:
    table = Table("anomalies")
    AnomalyWriter(table).note(index_of("ws-lost"), 7, 3, 1, 40, 1000)
    assert {name: int(table[name][0]) for name in table.columns} == {
        "code": index_of("ws-lost"),
        "packet": 7,
        "connection": 3,
        "direction": 1,
        "a": 40,
        "b": 1000,
        "c": 0,
    }


def test_a_flood_is_told_25_times_then_once_in_1000_and_hides_no_other() -> None:
    table = Table("anomalies")
    anomaly_writer = AnomalyWriter(table)
    for _ in range(2001):
        anomaly_writer.note(1, 0, connection=0)
    anomaly_writer.note(1, 0, connection=1)
    anomaly_writer.note(2, 0, connection=0)
    assert table["connection"].tolist() == [0] * (25 + 2) + [1, 0]
