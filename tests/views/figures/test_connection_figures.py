"""Figures of a connection: true to the tables, bounded, and leading to their packets."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

import inspector
from inspector.engine.capture import Capture
from inspector.lab.sample_captures import demo_recording
from inspector.query.connection_packets import packets_of
from inspector.views.figures import connection_figures as figures
from inspector.views.figures.connection_figures import FIGURES, connection_figure
from tests.web.traffic import ACK, PSH, SYN, Wire


@pytest.fixture(scope="module")
def demo() -> Iterator[Capture]:
    with inspector.open(demo_recording()) as capture:
        yield capture


@pytest.fixture(scope="module")
def rough(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Capture]:
    """A server sends 3000 segments of 100 bytes, some of them twice; its client acknowledges each fourth."""
    wire = Wire(tmp_path_factory.mktemp("rough") / "rough.pcapng")
    wire.put((4000, 80), 99, 0, SYN)
    wire.put((80, 4000), 299, 100, SYN | ACK)
    wire.put((4000, 80), 100, 300, ACK)
    for i in range(3000):
        wire.put((80, 4000), 300 + 100 * i, 100, PSH | ACK, bytes(100))
        if i % 50 == 49:
            wire.put((80, 4000), 300 + 100 * i, 100, PSH | ACK, bytes(100))
        if i % 4 == 3:
            wire.put((4000, 80), 100, 400 + 100 * i, ACK)
    wire.close()
    with inspector.open(wire.path) as capture:
        yield capture


def traces(figure: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {trace["name"]: trace for trace in figure["data"]}


@pytest.mark.parametrize("name", FIGURES)
@pytest.mark.parametrize("side", [None, 0, 1])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_figure_is_one_to_plotly_and_to_json(demo: Capture, name: str, side: int | None, theme: str) -> None:
    for connection in range(len(demo.connections)):
        figure = connection_figure(demo, connection, name, side, theme)
        go.Figure(figure)
        json.dumps(figure, allow_nan=False)
        numbers = {row + 1 for row in packets_of(demo, connection).tolist()}
        for trace in figure["data"]:
            assert trace["type"] == "scatter", "WebGL is out of the page's bounds"
            assert len(trace["x"]) == len(trace["y"]) == len(trace["customdata"])
            assert {number for number in trace["customdata"] if number is not None} <= numbers


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_has_so_many_points_at_most(rough: Capture, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(figures, "MOST_POINTS", 400)
    figure = connection_figure(rough, 0, name)
    # A bar takes three points; marks and throughput have bounds of their own.
    drawn = sum(len(t["x"]) for t in figure["data"] if t["name"] not in ("retransmitted", "throughput", "goodput"))
    assert drawn <= 3 * 400


def test_the_bytes_of_the_side_that_sent_more_are_looked_at(rough: Capture) -> None:
    line = traces(connection_figure(rough, 0, "stevens"))["sequence number"]
    assert max(line["y"]) == 1 + 300_000
    assert max(traces(connection_figure(rough, 0, "stevens", side=0))["sequence number"]["y"]) <= 1


def test_repeats_are_marked_at_their_packets(rough: Capture) -> None:
    marks = traces(connection_figure(rough, 0, "stevens"))["retransmitted"]
    verdicts = rough.packets["analysis"][np.array(marks["customdata"]) - 1]
    assert len(marks["x"]) == 60
    assert (verdicts & figures.REPEATED != 0).all()


def test_acknowledged_lies_between_segments_and_window(rough: Capture) -> None:
    drawn = traces(connection_figure(rough, 0, "tcptrace"))
    assert max(drawn["acknowledged"]["y"]) == 1 + 300_000
    edge, acked = drawn["window’s edge"], drawn["acknowledged"]
    assert all(high >= low for high, low in zip(sorted(edge["y"]), sorted(acked["y"]), strict=True))
    bars = drawn["segments"]
    assert bars["y"][1] - bars["y"][0] == 100
    assert bars["x"][2] is None


def test_throughput_counts_every_byte_once(rough: Capture) -> None:
    figure = traces(connection_figure(rough, 0, "throughput"))
    width = figure["throughput"]["x"][1] - figure["throughput"]["x"][0]
    server = rough.packets["direction"] == 1
    assert sum(figure["throughput"]["y"]) * width / 8 == pytest.approx(rough.packets["length"][server].sum())
    assert sum(figure["goodput"]["y"]) * width / 8 == pytest.approx(300_000)


def test_round_trips_are_the_tables(rough: Capture) -> None:
    drawn = traces(connection_figure(rough, 0, "round-trips"))["what the server sent"]
    rows = np.array(drawn["customdata"]) - 1
    assert drawn["y"] == (rough.packets["ack_rtt_ns"][rows] / 1e6).tolist()


def test_an_end_that_never_spoke_has_an_empty_figure(tmp_path: Path) -> None:
    wire = Wire(tmp_path / "syn.pcapng")
    wire.put((4000, 80), 99, 0, SYN)
    wire.close()
    with inspector.open(wire.path) as capture:
        for name in FIGURES:
            go.Figure(connection_figure(capture, 0, name, side=1))
