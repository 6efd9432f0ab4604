"""Streams found by their index: the same rows as by looking at every piece, however the table grows."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from inspector.tables.chunk_index import ChunkIndex
from inspector.tables.table import Table

PIECES = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 1)), max_size=40)


@given(st.lists(PIECES, min_size=1, max_size=5))
def test_the_index_finds_what_a_look_at_every_piece_finds(growths: list[list[tuple[int, int]]]) -> None:
    chunks = Table("chunks")
    index = ChunkIndex(chunks)
    for pieces in growths:
        chunks.reserve(len(pieces))
        first = chunks.rows
        chunks.rows += len(pieces)
        for row, (connection, direction) in enumerate(pieces, first):
            chunks["connection"][row], chunks["direction"][row] = connection, direction
        for connection in range(4):
            for direction in range(2):
                found = (chunks["connection"] == connection) & (chunks["direction"] == direction)
                assert index.rows(connection, direction).tolist() == np.flatnonzero(found).tolist()
