"""The paths of messages are those of the pushes that the WebSocket view shows."""

from __future__ import annotations

from pathlib import Path

import pytest

import inspector
from inspector.query.push_causes import pushes
from inspector.tables.table import Direction
from inspector.views.sockets.message_paths import ways
from tests.query.test_push_causes import masked
from tests.web.traffic import Wire, chat, frame

CAPTURES = Path(__file__).parents[3] / "captures"


@pytest.mark.parametrize("name", ["chat", "demo"])
def test_every_way_is_a_push_to_another_connection(name: str) -> None:
    with inspector.open(CAPTURES / f"{name}.pcapng") as capture:
        found = ways(capture)
        caused = {(push.cause, push.row) for push in pushes(capture, 0, len(capture.messages))}
        assert found
        assert {(way.message, way.push) for way in found} <= caused
        assert all(
            capture.tokens["direction"][[way.entry, way.exit]].tolist() == [Direction.SERVER] * 2 for way in found
        )


def test_without_descriptors_there_is_no_way(tmp_path: Path) -> None:
    wire = Wire(tmp_path / "x.pcapng")
    alice, bob = chat(wire, 40001), chat(wire, 40002)
    alice.client(masked("hello there"))
    bob.server(frame("hello there"))
    wire.close()
    with inspector.open(wire.path) as capture:
        assert len(pushes(capture, 0, 2)) == 1
        assert ways(capture) == []
