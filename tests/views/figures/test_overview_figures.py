"""The figures of a whole capture."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import plotly.graph_objects as go
import pytest

import inspector
from inspector.engine.capture import Capture
from inspector.query.time_range import Span
from inspector.views.figures import overview_figures
from inspector.views.figures.layout import Figure
from inspector.views.figures.palette import DARK
from tests.web.traffic import SAMPLE_PACKETS, START_NS, STEP_NS, Wire, sample

NONE = np.empty(0, np.int64)


@pytest.fixture(scope="module")
def capture(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Capture]:
    with inspector.open(sample(tmp_path_factory.mktemp("figures") / "sample.pcapng")) as capture:
        yield capture


def series(figure: Figure) -> dict[str, list[float]]:
    return {trace["name"]: trace["y"] for trace in figure["data"]}


def test_every_packet_stands_in_a_bar_of_what_it_speaks(capture: Capture) -> None:
    found = series(overview_figures.packets_over_time(capture))
    assert {name: sum(bars) for name, bars in found.items()} == {"HTTP": 16, "WebSocket": 10}


def test_only_packets_of_the_span_are_counted(capture: Capture) -> None:
    span = Span(START_NS, START_NS + 3 * STEP_NS)
    figure = overview_figures.packets_over_time(capture, span)
    assert {name: sum(bars) for name, bars in series(figure).items()} == {"HTTP": 4}
    assert figure["data"][0]["x"][0] >= 0
    assert figure["data"][0]["x"][-1] <= 3 * STEP_NS / 1e9


def test_a_time_axis_goes_from_the_first_packet_to_the_last(capture: Capture) -> None:
    for draw in (overview_figures.packets_over_time, overview_figures.bytes_over_time):
        assert draw(capture)["layout"]["xaxis"]["range"] == [0, (SAMPLE_PACKETS - 1) * STEP_NS / 1e9]
        at_once = draw(capture, Span(START_NS, START_NS))["layout"]["xaxis"]["range"]
        assert at_once[0] < at_once[1]


def test_clients_send_upwards_and_servers_downwards(capture: Capture) -> None:
    found = series(overview_figures.bytes_over_time(capture))
    assert sum(found["from clients"]) - sum(found["from servers"]) == int(capture.packets["length"].sum())
    assert min(found["from clients"]) == 0
    assert max(found["from servers"]) == 0


def test_an_axis_of_bytes_counts_both_ways(capture: Capture) -> None:
    axis = overview_figures.bytes_over_time(capture)["layout"]["yaxis"]
    assert [-value for value in axis["tickvals"]] == axis["tickvals"][::-1]
    assert not [text for text in axis["ticktext"] if "-" in text]


def test_a_curve_says_how_many_took_no_longer() -> None:
    figure = overview_figures.times(np.array([3, 1, 2, 4]) * 1_000_000, NONE)
    assert [trace["name"] for trace in figure["data"]] == ["handshake"]
    assert (figure["data"][0]["x"], figure["data"][0]["y"]) == ([1, 2, 3, 4], [25, 50, 75, 100])
    assert "1 ms" in figure["layout"]["xaxis"]["ticktext"]


@pytest.mark.parametrize(("durations", "mode"), [(1, "lines+markers"), (12, "lines+markers"), (13, "lines")])
def test_few_durations_are_marked_each(durations: int, mode: str) -> None:
    assert overview_figures.times(np.arange(1, durations + 1), NONE)["data"][0]["mode"] == mode


def test_a_long_curve_is_thinned_and_keeps_its_ends() -> None:
    curve = overview_figures.times(NONE, np.arange(1, 1_000_001))["data"][0]
    assert len(curve["x"]) <= overview_figures.QUANTILES
    assert (curve["x"][0], curve["x"][-1], curve["y"][-1]) == (1e-6, 1.0, 100)


@pytest.mark.parametrize("make", [overview_figures.packets_over_time, overview_figures.bytes_over_time])
def test_a_capture_without_packets_has_an_empty_figure(tmp_path: Path, make: object) -> None:
    wire = Wire(tmp_path / "empty.pcapng")
    wire.close()
    with inspector.open(wire.path) as capture:
        assert make(capture)["data"] == []  # type: ignore[operator]
    assert overview_figures.times(NONE, NONE)["data"] == []


def test_plotly_takes_them_and_none_needs_webgl(capture: Capture) -> None:
    handshakes = capture.connections["handshake_ns"]
    for figure in (
        overview_figures.packets_over_time(capture, palette=DARK),
        overview_figures.bytes_over_time(capture, palette=DARK),
        overview_figures.times(handshakes, handshakes, DARK),
    ):
        assert go.Figure(figure).data
        assert {trace["type"] for trace in figure["data"]} <= {"bar", "scatter"}
        assert sum(len(trace["x"]) for trace in figure["data"]) <= 10_000 > SAMPLE_PACKETS


@pytest.mark.parametrize(
    ("milliseconds", "labels"),
    [
        ([], None),
        ([1.5, 900], "1 ms, 2 ms, 5 ms, 10 ms, 20 ms, 50 ms, 100 ms, 200 ms, 500 ms, 1 s, 2 s, 5 s"),
        ([1.5, 9999], "1 ms, 10 ms, 100 ms, 1 s, 10 s"),
        ([0.0004, 0.9], "100 ns, 1 µs, 10 µs, 100 µs, 1 ms"),
    ],
    ids=["nothing", "three powers of ten", "four", "below a millisecond"],
)
def test_ticks_of_durations_are_few_and_round(milliseconds: list[float], labels: str | None) -> None:
    axis = overview_figures._decades(milliseconds)
    assert axis == {} if labels is None else ", ".join(axis["ticktext"]) == labels


@pytest.mark.parametrize(
    ("most", "above"),
    [
        (0, []),
        (1, [1]),
        (4, [1, 2, 3, 4]),
        (5, [2, 4]),
        (10, [5, 10]),
        (49, [10, 20, 30, 40]),
        (50, [20, 40]),
        (100, [50, 100]),
        (999, [200, 400, 600, 800]),
    ],
)
def test_ticks_of_sizes_are_few_and_round(most: int, above: list[int]) -> None:
    assert overview_figures._both_ways(most)["tickvals"] == [*(-value for value in reversed(above)), 0, *above]


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 B"), (999, "999 B"), (1000, "1 kB"), (999_500, "999.5 kB"), (10**6, "1 MB"), (10**9, "1 GB")],
)
def test_sizes_at_ticks_have_units(count: int, text: str) -> None:
    assert overview_figures._size(count) == text
