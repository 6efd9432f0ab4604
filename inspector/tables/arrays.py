"""Type aliases for the arrays that modules which read tables pass to each other."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[np.intp]
"""Row numbers of a table."""

Integers = npt.NDArray[np.integer[Any]]

Ints = npt.NDArray[np.int64]

Mask = npt.NDArray[np.bool_]
"""A boolean mask over the rows of a table."""

Times = npt.NDArray[np.int64]
"""Nanoseconds: either a time since 1970 or a duration."""

Values = npt.NDArray[Any]
"""The values of a column."""
