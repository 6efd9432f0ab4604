"""Every table of a capture as a Parquet file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from inspector.export.secrets import masked_fields, masked_text
from inspector.views import rows, story
from inspector.views.columns import Columns, Nested, Texts, flattened
from inspector.views.parquet import write_parquet

if TYPE_CHECKING:
    from inspector.engine.capture import Capture
    from inspector.tables.table import Table

GROUP_ROWS = 16384
"""The number of rows in a row group: the columns of a Parquet file are compressed group by group."""

WITH_URLS = ("request.target", "sentence")
"""Columns that may hold a URL or a part of one."""

WITH_FIELDS = ("request.headers", "response.headers")
"""Columns that hold header fields."""


def write_tables(capture: Capture, folder: Path, with_secrets: bool = False) -> None:
    """Write each table to `folder`, as `packets.parquet` and so on."""
    source = story.events(capture)
    builders = rows.COLUMNS | {"events": partial(_events, events=source)}
    for name, build in builders.items():
        count = len(source if name == "events" else getattr(capture, name))
        blocks = (build(capture, np.arange(first, min(first + GROUP_ROWS, count))) for first in _firsts(count))
        with (folder / f"{name}.parquet").open("xb") as out:
            write_parquet(blocks if with_secrets else map(_masked, blocks), out)


def _events(capture: Capture, chosen: rows.Chosen, events: Table) -> Columns:
    return rows.event_columns(capture, events, chosen)


def _firsts(count: int) -> Iterator[int]:
    """Where blocks of rows begin: at least one."""
    yield from range(0, max(count, 1), GROUP_ROWS)


def _masked(columns: Columns) -> Columns:
    flat = flattened(columns)
    for name in WITH_URLS:
        if name in flat:
            flat[name] = Texts([value and masked_text(value) for value in flat[name].tolist()])
    for name in WITH_FIELDS:
        if name in flat:
            flat[name] = Texts([fields and json.dumps(masked_fields(fields)) for fields in flat[name].tolist()])
    if "informational" in flat:
        messages = flat["informational"].tolist()
        flat["informational"] = Nested(
            [[one | {"headers": masked_fields(one["headers"])} for one in some] for some in messages]
        )
    return flat
