from __future__ import annotations

import numpy as np
import pytest

from inspector.query.percentiles import median, percentiles


@pytest.mark.parametrize(
    ("values", "percents", "expected"),
    [
        pytest.param([7], [50, 99], [7, 7], id="of one value every percentile is that one"),
        pytest.param([9, 1], [50, 51], [1, 9], id="of two the median is the lower"),
        pytest.param(list(range(1, 101)), [50, 90, 95, 99], [50, 90, 95, 99], id="of a hundred, each its own"),
    ],
)
def test_percentiles_are_values_that_occurred(values: list[int], percents: list[int], expected: list[int]) -> None:
    assert percentiles(np.array(values), percents) == expected
    assert median(np.array(values)) in values
