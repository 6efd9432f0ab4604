"""Names for the arrays that everything which reads tables passes around."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[np.intp]
"""Rows of a table."""

Integers = npt.NDArray[np.integer[Any]]

Ints = npt.NDArray[np.int64]

Mask = npt.NDArray[np.bool_]
"""A mask of rows of a table."""

Times = npt.NDArray[np.int64]
"""Nanoseconds: since 1970, or how long something took."""

Values = npt.NDArray[Any]
"""Values of a column."""
