"""The overview over the API."""

from __future__ import annotations

from pathlib import Path

import pytest

from inspector.views.figures.palette import DARK, LIGHT
from tests.web.traffic import SAMPLE_PACKETS, STEP_NS, Wire
from tests.web.visitor import Visitor, program, served
from web.session.session import Session


def test_numbers_and_figures_come_together(ours: Visitor) -> None:
    answer = ours.get("/api/overview")
    assert answer["counters"]["packets"] == SAMPLE_PACKETS
    assert answer["servers"][0]["server"] == "127.0.0.1:80"
    assert set(answer["figures"]) == {"packets", "bytes", "times"}


def test_a_time_range_is_overviewed_alone(ours: Visitor) -> None:
    assert ours.get(f"/api/overview?from=0&to={3 * STEP_NS}")["counters"]["packets"] == 4
    assert ours.ask("/api/overview?from=3&to=1").status == 400


@pytest.mark.parametrize(("theme", "palette"), [("light", LIGHT), ("dark", DARK), ("pink", LIGHT)])
def test_figures_come_in_the_colours_of_the_page(ours: Visitor, theme: str, palette: object) -> None:
    figures = ours.get(f"/api/overview?theme={theme}")["figures"]
    assert figures["bytes"]["data"][0]["marker"]["color"] == palette.client  # type: ignore[attr-defined]


def test_a_capture_without_packets_has_nothing_to_show(tmp_path: Path) -> None:
    wire = Wire(tmp_path / "empty.pcapng")
    wire.close()
    with served(Session.of_file(wire.path)) as dashboard:
        assert program(dashboard).get("/api/overview")["counters"] is None
