"""Rows as a Parquet file; needs pyarrow, which is not installed with Wireglass alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import IO, Any

from inspector.errors import InspectorError
from inspector.views.columns import Columns, flattened

COMPRESSION = "zstd"


class NoArrow(InspectorError):
    """pyarrow is not installed."""


def pyarrow_parquet() -> Any:
    """The module `pyarrow.parquet`.

    Raises:
        NoArrow: it is not installed.
    """
    try:
        import pyarrow.parquet
    except ImportError as error:
        raise NoArrow("Parquet needs pyarrow. Install it: pip install 'wireglass[parquet]'") from error
    return pyarrow.parquet


def write_parquet(blocks: Iterable[Columns], out: IO[bytes]) -> None:
    """Write blocks of rows, at least one, as a row group each; columns have the names of csv.

    Numbers, booleans and lists of words keep their types; fields of HTTP messages and informational responses are JSON.
    """
    parquet = pyarrow_parquet()
    import pyarrow

    writer = None
    for columns in blocks:
        flat = flattened(columns)
        table = pyarrow.table({name: column.arrow() for name, column in flat.items()})
        if writer is None:
            writer = parquet.ParquetWriter(out, table.schema, compression=COMPRESSION)
        writer.write_table(table)
    if writer is not None:
        writer.close()
