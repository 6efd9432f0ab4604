"""Words beside the marks of the timeline."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import inspector
from inspector.engine.capture import Capture
from inspector.lab.sample_captures import demo_recording
from inspector.query.time_range import extent
from inspector.views.timeline import mark_labels
from inspector.views.timeline.marks import Drawing, Tick
from tests.web.traffic import Wire, exchange


@pytest.fixture(scope="module")
def demo() -> Iterator[Capture]:
    with inspector.open(demo_recording()) as capture:
        yield capture


def drawing(capture: Capture, width: int = 4000) -> Drawing:
    whole = extent(capture)
    assert whole
    return Drawing(capture, np.arange(len(capture.connections)), whole, width)


def test_an_exchange_says_what_was_asked_and_the_status(demo: Capture) -> None:
    words = mark_labels.exchanges(demo, drawing(demo).blocks())
    assert {"GET / 200", "POST /orders 201", "GET /chat 101"} <= set(words)


def test_a_block_of_several_exchanges_says_how_many_where_there_are_few(
    demo: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocks = drawing(demo, width=1).blocks()
    assert "3 exchanges" in mark_labels.exchanges(demo, blocks)
    monkeypatch.setattr(mark_labels, "FEW", 1)
    assert "3 exchanges" not in mark_labels.exchanges(demo, blocks)


def test_a_message_says_how_it_begins_and_a_close_its_code(demo: Capture) -> None:
    words = mark_labels.messages(demo, drawing(demo).arrows())
    assert '{"join": "Alice"}' in words
    assert "close 1000" in words
    assert max(len(text) for text in words if text) <= mark_labels.LONGEST


def test_a_mark_that_stands_for_several_says_nothing(demo: Capture) -> None:
    arrows = drawing(demo, width=1).arrows()
    pairs = list(zip(arrows["count"], mark_labels.messages(demo, arrows), strict=True))
    assert max(count for count, _ in pairs) > 1
    assert all(text is None for count, text in pairs if count > 1)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        pytest.param("loss-fast", {"fast_retransmission"}, id="lost bytes, sent again"),
        pytest.param("zero-window", {"window_full", "zero_window"}, id="a window that closes"),
        pytest.param("server-crash", {"Message truncated"}, id="a rule of HTTP that is broken"),
        pytest.param("demo", set(), id="nothing"),
    ],
)
def test_troubled_packets_say_what_went_wrong(name: str, said: set[str]) -> None:
    with inspector.open(demo_recording().with_name(f"{name}.pcapng")) as capture:
        ticks = drawing(capture).ticks()
        words = mark_labels.troubles(capture, ticks)
    assert set(words["text"]) == said
    assert all(ticks["bits"][tick] & Tick.TROUBLE for tick in words["tick"])


def test_only_so_many_marks_have_words(demo: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mark_labels, "MAX_MARKS", 2)
    assert [text is None for text in mark_labels.exchanges(demo, drawing(demo).blocks())][:3] == [False, False, True]


def test_a_long_target_is_cut(tmp_path: Path) -> None:
    wire = Wire(tmp_path / "x.pcapng")
    exchange(wire, 40001, "/" + "long" * 100)
    wire.close()
    with inspector.open(wire.path) as capture:
        (text,) = mark_labels.exchanges(capture, drawing(capture).blocks())
        assert text is not None
        assert len(text) == mark_labels.LONGEST
        assert text.endswith("…")
