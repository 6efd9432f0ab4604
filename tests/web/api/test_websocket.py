"""WebSocket beside the rows: frames, pushes, one message, one conversation."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.query.test_push_causes import masked
from tests.web.traffic import Wire, chat, exchange, frame
from tests.web.visitor import Visitor, opened
from web.api import websocket


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitor]:
    """Alice (connection 0) sends Hi, Bob (1) receives it; a text in three frames; a close with a reason; HTTP (2)."""
    wire = Wire(tmp_path_factory.mktemp("messages") / "x.pcapng")
    alice, bob = chat(wire, 40001), chat(wire, 40002)
    alice.client(masked('{"say": "Hi"}'))
    bob.server(frame('{"from": "Alice", "say": "Hi"}'))
    bob.server(b"\x01\x02ab" + b"\x00\x01c" + b"\x80\x01d")
    bob.server(b"\x89\0")
    bob.server(b"\x88\x05\x03\xe8bye")
    exchange(wire, 40003)
    wire.close()
    with opened(wire.path) as visitor:
        yield visitor


def test_beside_the_rows_stand_pushes_and_fragments(ours: Visitor) -> None:
    beside = ours.get("/api/messages/beside?start=0&stop=10")
    assert beside["pushes"] == [{"push": 1, "message": 0, "after_ns": 1_000_000, "from": 0, "to": 1}]
    assert [(row["opcode"], row["fin"], row["length"]) for row in beside["frames"]["2"]] == [
        (1, False, 2),
        (0, False, 1),
        (0, True, 1),
    ]
    assert set(beside["frames"]) == {"2"}
    assert (beside["start"], beside["stop"]) == (0, 5)


def test_a_message_comes_with_its_frames_bytes_and_what_it_caused(ours: Visitor) -> None:
    opened = ours.get("/api/messages/0")
    assert opened["message"] == ours.get("/api/messages?start=0&stop=1")["rows"][0]
    assert bytes.fromhex(opened["hex"]) == b'{"say": "Hi"}'
    assert [push["push"] for push in opened["pushes"]] == [1]
    assert len(opened["frames"]) == 1
    assert opened["previous"] is None
    assert [push["message"] for push in ours.get("/api/messages/1")["pushes"]] == [0]


def test_a_conversation_is_told_in_numbers(ours: Visitor) -> None:
    told = ours.get("/api/conversations/1")
    assert told["sides"]["server"] == {"messages": 2, "control": 2, "bytes": 34, "wire_bytes": 34, "compressed": 0}
    assert [(close["direction"], close["close_code"], close["text"]) for close in told["closes"]] == [
        ("server", 1000, "bye")
    ]
    assert (told["target"], told["subprotocol"], told["extensions"]) == ("/chat", None, None)
    assert told["connection"]["id"] == 1


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        pytest.param("/api/messages/5", 404, id="a message behind the last"),
        pytest.param("/api/messages/x", 404, id="a message of no number"),
        pytest.param("/api/conversations/2", 404, id="a connection that is no WebSocket"),
        pytest.param("/api/conversations/9", 404, id="a connection behind the last"),
        pytest.param("/api/messages/beside?start=x", 400, id="a start that is no number"),
    ],
)
def test_what_cannot_be_answered_is_said(ours: Visitor, asked: str, status: int) -> None:
    assert ours.ask(asked).refusal() == status


def test_frames_and_bytes_of_a_message_are_bounded(ours: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websocket, "MAX_FRAMES", 3)
    assert len(ours.get("/api/messages/2")["frames"]) == 3
    monkeypatch.setattr(websocket, "MAX_FRAMES", 2)
    assert len(ours.get("/api/messages/2")["frames"]) == 2
    whole = len(b'{"say": "Hi"}')
    for limit, shown in ((whole, whole), (whole - 1, whole - 1)):
        monkeypatch.setattr(websocket, "HEX_LIMIT", limit)
        found = ours.get("/api/messages/0")
        assert (len(found["hex"]) // 2, found["kept"]) == (shown, whole)
    monkeypatch.setattr(websocket, "EVERYTHING", whole - 1)
    assert ours.get("/api/messages/0")["kept"] == whole - 1
