"""How soon the kernel is asked again: at once where that is cheap, later where it is dear."""

from __future__ import annotations

from inspector.sockets.watcher import Pace


def test_a_cheap_look_is_followed_by_a_short_rest() -> None:
    assert Pace().rest(0.0001) == Pace().shortest_seconds


def test_looking_takes_a_share_of_a_processors_time_and_no_more() -> None:
    took = 0.1
    assert took / Pace(busy_share=4).rest(took) == 1 / 4
