"""Writers number their rows, and find room for more of them than the table had."""

from __future__ import annotations

import pytest

from inspector.http.exchanges import Exchanges
from inspector.tables.row_writer import Writer
from inspector.tables.table import FIRST_CAPACITY, Table


def test_rows_go_on_where_the_table_has_to_grow() -> None:
    table = Table("exchanges")
    writer = Exchanges(table)
    asked = range(3 * FIRST_CAPACITY)
    assert [writer.ask(connection, 7 + connection, 0, 0) >> 2 for connection in asked] == list(asked)
    writer.settle()
    assert table["connection"].tolist() == list(asked)
    assert table["request"].tolist() == [7 + connection for connection in asked]


def test_rows_are_there_once_they_are_settled() -> None:
    table = Table("exchanges")
    writer = Exchanges(table)
    writer.ask(3, 0, 0, 0)
    assert len(table) == 0
    writer.settle()
    assert len(table) == 1


def test_a_writer_goes_on_behind_the_rows_that_are_there() -> None:
    table = Table("exchanges")
    first = Exchanges(table)
    first.ask(3, 0, 0, 0)
    first.settle()
    second = Exchanges(table)
    assert second.ask(4, 0, 0, 0) >> 2 == 1
    second.settle()
    assert table["connection"].tolist() == [3, 4]


def test_what_a_row_consists_of_is_for_each_kind_to_say() -> None:
    with pytest.raises(NotImplementedError):
        Writer(Table("exchanges"))
