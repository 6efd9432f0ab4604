"""/api/compare: the engine's comparison, made anew when there are new packets and not once a page."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import inspector
from inspector.compare import compare
from inspector.engine.capture import Capture
from inspector.pcap.reader import open_packets
from tests.compare.traffic import chat_on_another_interface, five_ways
from tests.web.visitor import opened, plain
from web.api import compare as module


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return five_ways(tmp_path_factory.mktemp("compare") / "five.pcapng")


def test_the_answer_is_the_comparison_of_the_engine(path: Path) -> None:
    with opened(path) as ours, inspector.open(path) as capture:
        answer = ours.get("/api/compare")
        assert answer.pop("rev") >= 0
        assert answer == {**plain(compare(capture)), "has_run": False}


def test_a_run_beside_other_traffic_is_compared_by_itself_and_the_whole_on_request(path: Path, tmp_path: Path) -> None:
    beside = tmp_path / "beside.pcapng"
    shutil.copy(path, beside)
    chat_on_another_interface(beside)
    with opened(beside) as ours, inspector.open(path) as alone:
        run, whole = ours.get("/api/compare"), ours.get("/api/compare?of=capture")
        expected = plain(compare(alone))
    assert run["has_run"] is whole["has_run"] is True
    assert run["facts"] == expected["facts"]
    assert run["kinds"] == expected["kinds"]
    assert (run["interface"], whole["interface"]) == (0, None)
    assert whole["facts"] != run["facts"]


def test_it_is_made_anew_for_new_packets_only_and_not_too_soon(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]
    monkeypatch.setattr(module, "runs", lambda _: [])
    made: list[int] = []

    def slow(capture: Capture, interface: int | None) -> dict[str, int]:
        clock[0] += 0.5
        made.append(len(capture.packets))
        return {"packets": made[-1]}

    monkeypatch.setattr(module, "compare", slow)
    monkeypatch.setattr("web.api.compare.time.monotonic", lambda: clock[0])
    measured, capture = module.Measured(), Capture(open_packets(path))
    capture.advance(10)
    for _ in range(3):
        assert measured.now(capture)["packets"] == 10
    capture.advance(10)
    assert measured.now(capture)["packets"] == 10  # a moment old: measuring took half a second
    clock[0] += module.SHARE * 0.5
    assert measured.now(capture)["packets"] == 20
    while capture.advance():
        pass
    capture.finish()
    assert measured.now(capture)["packets"] == len(capture.packets)  # a capture that is complete is not kept waiting
    assert made == [10, 20, len(capture.packets)]
    capture.close()
