"""Numbers formatted for sentences."""

from __future__ import annotations


def decimal(value: float) -> str:
    """A ratio with as many digits as are useful in a sentence: 0.04, 1.5, 2, 12.3, 1,204."""
    if value and abs(value) < 0.995:
        return f"{value:.2g}"
    text = f"{value:,.1f}" if abs(value) < 99.95 else f"{value:,.0f}"
    return text.removesuffix(".0")


def among(some: int, everything: int) -> str:
    """A share in words: `all 3`, `2 of 3` or `none`."""
    if not some:
        return "none"
    return f"all {everything:,}" if some == everything else f"{some:,} of {everything:,}"
