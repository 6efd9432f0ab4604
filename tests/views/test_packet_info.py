from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import inspector
from inspector.views import packet_info as module
from inspector.views import rows
from inspector.views.packet_info import cargo
from tests.web.traffic import Talk, Wire, chat, exchange, frame


def told(path: Path) -> dict[int, list[str]]:
    """What each packet carries, by its number."""
    with inspector.open(path) as capture:
        pieces = cargo(capture, np.arange(len(capture.packets)))
        return {i: [piece["text"] for piece in found] for i, (found, _) in enumerate(pieces, 1) if found}


def test_requests_responses_and_messages_stand_at_the_packet_in_which_they_begin(tmp_path: Path) -> None:
    wire = Wire(tmp_path / "x.pcapng")
    exchange(wire, 40001, "/first")
    chat(wire, 40002, "Hi").server(b"\x89\0\x82\x01\xff\x88\x05\x03\xe8bye")
    wire.close()
    assert told(wire.path) == {
        4: ["GET /first"],
        5: ["200 OK"],
        12: ["GET /chat"],
        13: ["101 Switching Protocols"],
        14: ["“Hi”"],
        15: ["ping, 0 bytes", "binary, 1 byte", "close 1000, normal closure: “bye”"],
    }


def test_any_rows_may_be_asked_for(tmp_path: Path) -> None:
    wire = Wire(tmp_path / "x.pcapng")
    for port in (40001, 40002):
        exchange(wire, port, f"/{port}")
    wire.close()
    with inspector.open(wire.path) as capture:
        assert [len(pieces) for pieces, _ in cargo(capture, np.array([0, 3, 11]))] == [0, 1, 1]
        assert cargo(capture, np.array([], np.intp)) == []


def test_a_packet_of_many_messages_tells_some_and_counts_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "MAX_INFO", 5)
    wire = Wire(tmp_path / "x.pcapng")
    talk: Talk = chat(wire, 40001)
    talk.server(b"".join(frame(f"number {i}") for i in range(10)))
    wire.close()
    with inspector.open(wire.path) as capture:
        ((pieces, more),) = cargo(capture, np.array([5]))
    assert ([piece["text"] for piece in pieces], more) == (["“numb"] * module.MAX_PIECES, 6)
