"""However somebody asks what went wrong with connections, the answer is the same: on every recording of the lab."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

import inspector
from inspector.query.outcomes import ABNORMAL, WORDS
from inspector.query.packet_display_filter import PacketDisplayFilter
from inspector.query.time_range import extent
from inspector.views.capture_summary import summarise
from inspector.views.overview import Overview
from inspector.views.rows import connection_rows
from inspector.views.timeline.lane_rows import lane_rows
from inspector.views.timeline.marks import Drawing

RECORDINGS = sorted((Path(__file__).parents[2] / "captures").glob("*.pcapng"))
CODES = [outcome.name.lower() for outcome in ABNORMAL]


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.stem)
def test_abnormal_ends_are_the_same_in_summary_overview_list_timeline_and_filter(path: Path) -> None:
    with inspector.open(path) as capture:
        span, rows = extent(capture), np.arange(len(capture.connections))
        assert span is not None
        found = summarise(capture)
        listed = Counter(row["outcome"] for row in connection_rows(capture, rows))
        lanes = Counter(row["outcome"] for row in lane_rows(Drawing(capture, rows, span, 800)))
        overview = {trouble["code"]: trouble["count"] for trouble in Overview(capture, span).troubles()}
        summary = {trouble.code: trouble.count for trouble in found.troubles}
        for code, outcome in zip(CODES, ABNORMAL, strict=True):
            packets = PacketDisplayFilter(capture).matching(f"is:{code}")
            assert packets is not None
            filtered = len(np.unique(capture.packets["connection"][packets]))
            answers = [found.endings.get(outcome, 0), listed[code], lanes[code]]
            assert [*answers, overview.get(code, 0), summary.get(code, 0), filtered] == [answers[0]] * 6


def test_a_notable_connection_is_said_to_have_ended_as_the_list_says() -> None:
    path = next(path for path in RECORDINGS if path.stem == "refused")
    with inspector.open(path) as capture:
        (notable,) = summarise(capture).notable
        (row,) = connection_rows(capture, np.arange(1))
        assert WORDS[ABNORMAL[CODES.index(row["outcome"])]].one in notable.reasons
