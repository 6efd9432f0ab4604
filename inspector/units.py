"""Numbers formatted for people: counts, sizes, durations."""

from __future__ import annotations


def count(number: int, noun: str, plural: str = "") -> str:
    """A number with its noun, singular or plural: `1 packet`, `1,204 packets`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def size(number_of_bytes: float) -> str:
    """A number of bytes with its unit: 812 B, 4.1 kB, 167 MB (powers of ten, as in network rates)."""
    if number_of_bytes < 1000:
        return f"{number_of_bytes:.0f} B"
    for unit in ("kB", "MB", "GB"):
        number_of_bytes /= 1000
        if number_of_bytes < 999.5 or unit == "GB":
            break
    return f"{number_of_bytes:.{0 if number_of_bytes >= 100 else 1}f} {unit}"


def duration(nanoseconds: float | None) -> str:
    """A duration with three significant digits: 84 µs, 1.42 ms, 4 min 05 s; a dash if it is unknown."""
    if nanoseconds is None:
        return "–"
    for unit, scale, limit in (("ns", 1, 999.5), ("µs", 1e3, 999.5), ("ms", 1e6, 999.5), ("s", 1e9, 119.5)):
        if abs(nanoseconds) < limit * scale:
            return f"{nanoseconds / scale:.3g} {unit}"
    seconds = round(nanoseconds / 1e9)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {seconds:02} s"


def seconds(nanoseconds: int) -> str:
    """Nanoseconds since the start of the capture, formatted as seconds with six decimals."""
    sign, rest = ("-", -nanoseconds) if nanoseconds < 0 else ("", nanoseconds)
    return f"{sign}{rest // 1_000_000_000}.{rest // 1000 % 1_000_000:06}"
