"""Numbers formatted for people: counts, and sizes and durations as in web/static/text/format.js."""

from __future__ import annotations

import math
from collections.abc import Sequence


def count(number: int, noun: str, plural: str = "") -> str:
    """A number with its noun, singular or plural: `1 packet`, `1,204 packets`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def size(number_of_bytes: float) -> str:
    """A number of bytes with its unit, exact below 10 000: 812 B, 12.4 kB, 167 MB (powers of ten, as network rates)."""
    if number_of_bytes < 10_000:
        return f"{math.floor(number_of_bytes + 0.5)} B"
    unit, name = _unit(number_of_bytes, ((1e3, "kB"), (1e6, "MB"), (1e9, "GB")))
    return f"{_three(number_of_bytes / unit)} {name}"


def duration(nanoseconds: float | None) -> str:
    """A duration with three significant digits: 84 µs, 1.42 ms, 4 min 05 s; a dash if it is unknown."""
    if nanoseconds is None:
        return "–"
    if nanoseconds < 0:
        return f"−{duration(-nanoseconds)}"
    if 0 < nanoseconds < 59.95e9:
        unit, name = _unit(nanoseconds, ((1, "ns"), (1e3, "µs"), (1e6, "ms"), (1e9, "s")))
        return f"{_three(nanoseconds / unit)} {name}"
    minutes, seconds = divmod(math.floor(nanoseconds / 1e9 + 0.5), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02} min"
    return f"{minutes} min {seconds:02} s" if minutes else "0 s"


def _unit(value: float, units: Sequence[tuple[float, str]]) -> tuple[float, str]:
    """The first unit in which the value has at most three digits before the point; else the last."""
    return next((unit for unit in units if value < 999.5 * unit[0]), units[-1])


def _three(value: float) -> str:
    """A number with three significant digits, none of them a zero behind the point."""
    parts = 1 if value >= 99.95 else 10 if value >= 9.995 else 100
    return f"{math.floor(value * parts + 0.5) / parts:.15g}"


def seconds(nanoseconds: int) -> str:
    """Nanoseconds since the start of the capture, formatted as seconds with six decimals."""
    sign, rest = ("-", -nanoseconds) if nanoseconds < 0 else ("", nanoseconds)
    return f"{sign}{rest // 1_000_000_000}.{rest // 1000 % 1_000_000:06}"
