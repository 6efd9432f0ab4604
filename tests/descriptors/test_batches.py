"""However a recording is divided into batches, its tokens and kernel rows are the same."""

from __future__ import annotations

import random

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

import inspector.tables.table
from inspector.engine.capture import Capture
from inspector.pcap.reader import open_packets

SAME = {
    name: [column for column in getattr(inspector.tables.table, name.upper()) if column.name != "revision"]
    for name in ("tokens", "kernel")
}
"""Columns that must not differ; the revision depends on the batches."""


@settings(max_examples=15)
@given(seed=st.integers(0, 2**32 - 1), most=st.integers(1, 40))
def test_batches_do_not_matter(demo: Capture, seed: int, most: int) -> None:
    chance = random.Random(seed)
    with Capture(open_packets(demo.path)) as capture:
        while capture.advance(chance.randint(1, most)):
            pass
        capture.finish()
        assert len(capture.tokens) == len(demo.tokens) > 0
        for name, columns in SAME.items():
            for column in columns:
                left, right = getattr(capture, name)[column.name], getattr(demo, name)[column.name]
                np.testing.assert_array_equal(left, right, err_msg=f"{name}.{column.name}")
