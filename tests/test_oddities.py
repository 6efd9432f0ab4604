"""Anomaly rows are written once each, and floods of one kind are thinned out."""

from __future__ import annotations

from inspector.anomalies import index_of
from inspector.oddities import EVERY, FIRST, Oddities
from inspector.tables import Table


def test_a_row_holds_where_and_the_numbers() -> None:
    table = Table("anomalies")
    Oddities(table).note(index_of("ws-lost"), 7, 3, 1, 40, 1000)
    assert {name: int(table[name][0]) for name in table.columns} == {
        "code": index_of("ws-lost"),
        "packet": 7,
        "connection": 3,
        "direction": 1,
        "a": 40,
        "b": 1000,
        "c": 0,
    }


def test_a_flood_on_one_connection_does_not_hide_another() -> None:
    table = Table("anomalies")
    oddities = Oddities(table)
    for _ in range(2 * EVERY + 1):
        oddities.note(1, 0, connection=0)
    oddities.note(1, 0, connection=1)
    oddities.note(2, 0, connection=0)
    assert table["connection"].tolist() == [0] * (FIRST + 2) + [1, 0]
