"""Parquet files hold the values that csv holds."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest

import inspector
from inspector.engine.capture import Capture
from inspector.views.columns import flattened
from inspector.views.parquet import write_parquet
from tests.views.test_columns import RECORDINGS, tables

parquet = pytest.importorskip("pyarrow.parquet")


@pytest.mark.parametrize("recording", RECORDINGS, ids=lambda path: path.stem)
def test_every_table_is_read_back(recording: Path) -> None:
    with inspector.open(recording) as capture:
        for name, columns in tables(capture).items():
            out = io.BytesIO()
            write_parquet([columns], out)
            read = parquet.read_table(out).to_pydict()
            for column, values in flattened(columns).items():
                expected = values.tolist()
                if column in ("request.headers", "response.headers", "informational"):
                    assert [value and json.loads(value) for value in read[column]] == expected, name
                else:
                    assert read[column] == expected, (name, column)


def test_blocks_become_row_groups_of_the_same_types(demo: Capture) -> None:
    from inspector.views.rows import COLUMNS

    for name, build in COLUMNS.items():
        rows = len(getattr(demo, name))
        blocks = [build(demo, np.arange(first, min(first + 5, rows))) for first in range(0, max(rows, 1), 5)]
        out = io.BytesIO()
        write_parquet(blocks, out)
        assert parquet.ParquetFile(out).num_row_groups == len(blocks)
        assert parquet.read_table(out).num_rows == rows
