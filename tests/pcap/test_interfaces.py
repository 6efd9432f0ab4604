from __future__ import annotations

import pytest

from inspector.pcap.interfaces import Interface


@pytest.mark.parametrize(("resolution", "words"), [(6, "10^-6 s"), (9, "10^-9 s"), (0x8A, "2^-10 s")])
def test_the_step_of_a_clock_can_be_read(resolution: int, words: str) -> None:
    assert Interface(1, resolution=resolution).tick == words


def test_a_clock_is_microseconds_when_the_file_does_not_say() -> None:
    assert Interface(1).clock() == (1000, 1, 0, 0)


@pytest.mark.parametrize(("resolution", "timed"), [(18, True), (19, False), (0xBF, True), (0xC0, False)])
def test_a_clock_whose_64_bits_reach_no_second_tells_no_time(resolution: int, timed: bool) -> None:
    interface = Interface(1, resolution=resolution)
    assert interface.is_timed is timed
    assert (interface.clock()[0] != 0) is timed


def test_an_offset_of_ages_is_held_within_64_bits() -> None:
    assert Interface(1, offset_s=2**63 - 1).clock() == Interface(1, offset_s=-(2**63)).clock() == (0, 1, 0, 0)
