"""Packets a second."""

from __future__ import annotations

from web.session.packet_rate import Meter


def test_a_steady_stream_is_measured() -> None:
    meter = Meter()
    rates = [meter.rate(tick / 10, tick * 50) for tick in range(50)]
    assert rates[-1] == 500


def test_a_burst_fades_away() -> None:
    meter = Meter()
    assert meter.rate(0.0, 0) == 0
    assert meter.rate(0.1, 1000) == 1000  # never extrapolated from less than a second
    assert meter.rate(1.0, 1000) == 1000
    assert meter.rate(2.2, 1000) == 0


def test_many_looks_keep_little() -> None:
    meter = Meter()
    for tick in range(100_000):
        meter.rate(tick / 1000, 7)
    assert len(meter._seen) < 20
