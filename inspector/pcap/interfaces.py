"""The interfaces that a capture file describes."""

from __future__ import annotations

from dataclasses import dataclass

MICROSECONDS = 6
"""Default if_tsresol (pcapng §4.2): 10**-6 s."""

TIME_LIMIT_NS = 1 << 62
"""The limit of valid times, in the year 2116: an offset can be added without overflowing a signed 64-bit integer."""

FRACTION_BITS = 34
"""A binary fraction of a second is truncated to this many bits, so that its product with 10**9 fits in 64 bits."""


@dataclass(slots=True)
class Interface:
    """One interface of one section of a capture file.

    `resolution` is the raw if_tsresol: n for steps of 10**-n s, 0x80 + n for steps of 2**-n s. `offset_s` is added to
    every timestamp. `filter` is the capture filter as text, empty if the file gives none. `received` and `dropped` are
    the capture's own packet counters as last given in the file, None if it gives none.
    """

    link_type: int
    snaplen: int = 0
    name: str = ""
    description: str = ""
    filter: str = ""
    resolution: int = MICROSECONDS
    offset_s: int = 0
    received: int | None = None
    dropped: int | None = None

    @property
    def tick(self) -> str:
        """The resolution of the interface's timestamps as readable text, such as "10^-9 s"."""
        return f"2^-{self.resolution & 0x7F} s" if self.resolution & 0x80 else f"10^-{self.resolution} s"

    @property
    def is_timed(self) -> bool:
        """Whether a present-day time fits in 64 bits, both at this resolution and when converted to nanoseconds."""
        is_coarse = self.resolution & 0x7F < 64 if self.resolution & 0x80 else self.resolution <= 18
        return is_coarse and abs(self.offset_s) * 1_000_000_000 < TIME_LIMIT_NS

    def clock(self) -> tuple[int, int, int, int]:
        """The numbers by which the walker converts this interface's ticks into ns: (multiply, divide, bits, offset_ns).

        If `bits` is not 0, a tick is 2**-bits s; otherwise ns = ticks // divide * multiply. A `multiply` of 0 means
        that the interface's timestamps cannot be used (see `is_timed`).
        """
        if not self.is_timed:
            return 0, 1, 0, 0
        offset_ns = self.offset_s * 1_000_000_000
        steps = self.resolution & 0x7F
        if self.resolution & 0x80 and steps:
            return 1, 1, steps, offset_ns
        return 10 ** max(0, 9 - steps), 10 ** max(0, steps - 9), 0, offset_ns
