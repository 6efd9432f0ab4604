"""What of a capture falls into a stretch of time."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

import inspector
from inspector.engine.capture import Capture
from inspector.query.time_range import Span, extent, within
from tests.web.traffic import SAMPLE_PACKETS, START_NS, STEP_NS, sample


@pytest.fixture(scope="module")
def capture(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Capture]:
    """Two exchanges (packets 1 to 8, and 19 to 26) and a chat (9 to 18) between, a packet every millisecond."""
    with inspector.open(sample(tmp_path_factory.mktemp("spans") / "sample.pcapng")) as capture:
        yield capture


def packets(first: int, last: int) -> Span:
    """From packet `first` to packet `last`, as they are numbered."""
    return Span(START_NS + (first - 1) * STEP_NS, START_NS + (last - 1) * STEP_NS)


@pytest.mark.parametrize(
    ("name", "span", "expected"),
    [
        pytest.param("packets", packets(3, 5), [2, 3, 4], id="packets, both ends included"),
        pytest.param("connections", packets(8, 9), [0, 1], id="connections of which a part lies in it"),
        pytest.param("connections", packets(10, 11), [1], id="a connection that lasts longer on both sides"),
        pytest.param("exchanges", packets(5, 5), [0], id="an exchange that ends in it"),
        pytest.param("exchanges", packets(6, 11), [], id="no exchange where there is none"),
        pytest.param("messages", packets(14, 14), [0], id="a message in its one packet"),
        pytest.param("frames", packets(14, 15), [0, 1], id="frames"),
        pytest.param("packets", Span(0, 1), [], id="nothing long before"),
    ],
)
def test_rows_are_in_the_span_that_they_share_a_moment_with(
    capture: Capture, name: str, span: Span, expected: list[int]
) -> None:
    assert np.flatnonzero(within(capture, name, span)).tolist() == expected


def test_the_extent_is_from_the_first_packet_to_the_last(capture: Capture) -> None:
    assert extent(capture) == packets(1, SAMPLE_PACKETS)


def test_everything_lies_in_the_extent(capture: Capture) -> None:
    whole = extent(capture)
    assert whole is not None
    for name in ("packets", "connections", "exchanges", "frames", "messages", "anomalies"):
        assert within(capture, name, whole).all()
