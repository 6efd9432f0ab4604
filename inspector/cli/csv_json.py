"""Formats rows as csv, for programs."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from typing import Any

from inspector.query.wait_causes import CAUSES
from inspector.tables.table import SIDES
from inspector.views.rows import Columns

PAIRS = {"connections": frozenset({"packets", "bytes", "missed_bytes"})}
"""Columns that hold a pair of numbers, (client, server), by table."""

MESSAGE = ("packet", "time_ns", "at_ns", "version")
BODY = ("headers", "body_bytes", "complete")
PARTS: dict[str, tuple[str, ...]] = {
    "request": (*MESSAGE, "method", "target", *BODY),
    "response": (*MESSAGE, "status", "reason", *BODY),
    "timing_ns": ("connect", "send", "wait", "receive"),
    "shares_ns": tuple(CAUSES),
}
"""The columns of exchanges and waits that hold objects, with the keys of those objects."""

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""Prefixes that make a spreadsheet evaluate a cell as a formula. Captured text that starts with one of them gets an
apostrophe before it."""


def flattened(table: str, columns: Columns) -> Columns:
    """The columns with pairs and objects split into columns of their own: `bytes.client`, `request.target`."""
    flat: Columns = {}
    pairs = PAIRS.get(table, frozenset())
    for name, values in columns.items():
        if name in pairs:
            flat |= {f"{name}.{side}": [pair[i] for pair in values] for i, side in enumerate(SIDES)}
        elif name in PARTS:
            flat |= {f"{name}.{part}": [value and value[part] for value in values] for part in PARTS[name]}
        else:
            flat[name] = values
    return flat


def csv_cell(value: Any) -> Any:
    """One value as a csv cell: null is left empty, a list of strings is joined by spaces, other lists become JSON."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f"'{value}" if value.startswith(FORMULA) else value
    if isinstance(value, (list, tuple)):
        return " ".join(value) if all(isinstance(item, str) for item in value) else json.dumps(value)
    return value


def csv_lines(table: str, blocks: Iterable[Columns]) -> Iterator[str]:
    """A header line, then one line per row."""
    for i, columns in enumerate(blocks):
        flat = flattened(table, columns)
        if i == 0:
            yield _csv_line(flat)
        for values in zip(*flat.values(), strict=True):
            yield _csv_line(map(csv_cell, values))


def _csv_line(values: Iterable[Any]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(values)
    return line.getvalue()
