"""The comparison as JSON: its shape, and that the recorded demo has what it is known to have."""

from __future__ import annotations

import json
from pathlib import Path

import inspector
from inspector.compare import compare
from inspector.compare.delivery_methods import NAMES
from inspector.compare.questions import FACTS
from inspector.engine.capture import Capture
from inspector.pcap.reader import open_packets
from tests.conftest import DEMO


def test_the_shape_is_the_documented_one(five_path: Path) -> None:
    with inspector.open(five_path) as capture:
        told = compare(capture)
    assert json.loads(json.dumps(told)) == told
    assert [kind["name"] for kind in told["kinds"]] == list(NAMES.values())
    assert [fact["name"] for fact in told["facts"]] == [fact.name for fact in FACTS]
    for fact in told["facts"]:
        assert set(fact) == {"name", "question", "how", "cells"}
        for cell in fact["cells"].values():
            assert set(cell) == {"text", "detail", "values", "proof", "proofs"}
    assert (told["missing"], told["left_out"]) == ([], {})


def test_lives_are_drawn_on_the_axis_of_the_capture(five_path: Path) -> None:
    with inspector.open(five_path) as capture:
        told = compare(capture)
    for kind in told["kinds"]:
        for life in kind["lives"]:
            assert 0 <= life["at_ns"] <= life["until_ns"] <= told["duration_ns"]


def test_the_recorded_demo_holds_three_kinds(demo: Capture) -> None:
    told = compare(demo)
    assert {kind["name"]: kind["connections"] for kind in told["kinds"]} == {
        "closed": [0, 1, 2, 3],
        "kept_alive": [4],
        "websocket": [5, 6],
    }
    assert [kind["name"] for kind in told["missing"]] == ["polling", "server_sent_events"]


def test_packets_are_numbered_from_one(demo: Capture) -> None:
    first = compare(demo)["facts"][0]["cells"]["closed"]["proof"][0]
    assert first == {"packet": 1, "connection": 0, "what": "the first packet of this connection"}


def test_a_comparison_in_mid_capture_is_right_so_far(five_path: Path) -> None:
    capture = Capture(open_packets(five_path))
    seen: list[int] = []
    while capture.advance(7):
        told = compare(capture)
        cells = next(fact["cells"] for fact in told["facts"] if fact["name"] == "overhead")
        seen.append(sum(cell["values"].get("packets", 0) for cell in cells.values()))
        assert seen[-1] <= len(capture.packets)
    assert seen[-1] == len(capture.packets)
    capture.close()


def test_the_recorded_news_come_in_five_ways() -> None:
    """Real programs and the kernel's own TCP: what is measured must be what the scenario sets out to show."""
    with inspector.open(DEMO.with_name("news.pcapng")) as capture:
        told = compare(capture)
    assert [kind["name"] for kind in told["kinds"]] == list(NAMES.values())
    values = {fact["name"]: {name: cell["values"] for name, cell in fact["cells"].items()} for fact in told["facts"]}
    assert {name: cell["messages"] for name, cell in values["message"].items()} == {
        "closed": 8, "kept_alive": 4, "polling": 4, "server_sent_events": 4, "websocket": 4,
    }  # fmt: skip
    took = {name: cell["median_ns"] for name, cell in values["delivery"].items()}
    assert all(cell["exact"] and cell["deliveries"] == 4 for cell in values["delivery"].values())
    assert max(took["server_sent_events"], took["websocket"]) < min(took["closed"], took["kept_alive"], took["polling"])
    assert values["did_speak"]["websocket"]["pushes"] == values["did_speak"]["server_sent_events"]["pushes"] == 4
    assert all(cell["tokens"] == 2 * values["pipes"][name]["pipes"] for name, cell in values["tokens"].items())
