"""Capture interfaces as a file describes them."""

from __future__ import annotations

from dataclasses import dataclass

MICROSECONDS = 6
"""Default if_tsresol (pcapng §4.2): 10**-6 s."""

TIME_LIMIT_NS = 1 << 62
"""Times end in the year 2116: room for an offset on top without leaving 64 signed bits."""

FRACTION_BITS = 34
"""A binary fraction of a second is cut to this many bits, so that times 10**9 it still fits 64 bits."""


@dataclass(slots=True)
class Interface:
    """One interface of one section of a capture file.

    `resolution` is the raw if_tsresol: n for steps of 10**-n s, 0x80 + n for steps of 2**-n s. `offset_s` is added to
    every time. `filter` is the capture filter as text, empty where the file names none. `received` and `dropped` are
    the capture's own counters as last stated in the file, None when it states none.
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
        """The step of its clock, for people: "10^-9 s"."""
        return f"2^-{self.resolution & 0x7F} s" if self.resolution & 0x80 else f"10^-{self.resolution} s"

    @property
    def is_timed(self) -> bool:
        """Whether 64-bit time stamps of this resolution can hold a present-day time, also converted to ns."""
        is_coarse = self.resolution & 0x7F < 64 if self.resolution & 0x80 else self.resolution <= 18
        return is_coarse and abs(self.offset_s) * 1_000_000_000 < TIME_LIMIT_NS

    def clock(self) -> tuple[int, int, int, int]:
        """How the walker turns this interface's ticks into ns: (multiply, divide, bits, offset_ns).

        With `bits` the ticks are binary fractions of a second; otherwise ns = ticks // divide * multiply. multiply 0
        means that its ticks are too fine to tell a time.
        """
        if not self.is_timed:
            return 0, 1, 0, 0
        offset_ns = self.offset_s * 1_000_000_000
        steps = self.resolution & 0x7F
        if self.resolution & 0x80 and steps:
            return 1, 1, steps, offset_ns
        return 10 ** max(0, 9 - steps), 10 ** max(0, steps - 9), 0, offset_ns
