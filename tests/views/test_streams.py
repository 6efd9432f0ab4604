"""The two streams by range: the pieces give the streams, the messages give the tables."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest

import inspector
from inspector.engine.capture import Capture
from inspector.lab.sample_captures import demo_recording
from inspector.views import streams
from tests.web.traffic import Talk, Wire, sample


@pytest.fixture(scope="module")
def demo() -> Iterator[Capture]:
    with inspector.open(demo_recording()) as capture:
        yield capture


def test_pieces_in_any_steps_give_both_streams(demo: Capture) -> None:
    for connection in range(len(demo.connections)):
        total = streams.pieces(demo, connection, 0, 0)["total"]
        for step in (1, 3, total or 1):
            read = {"client": b"", "server": b""}
            for start in range(0, total, step):
                answer = streams.pieces(demo, connection, start, start + step)
                for i, piece in enumerate(answer["rows"]):
                    assert piece["id"] == start + i
                    if piece["kind"] == "data":
                        assert piece["offset"] == len(read[piece["side"]])
                        read[piece["side"]] += base64.b64decode(piece["data"])
                    else:
                        assert piece["data"] is None
            assert read["client"] == demo.stream_bytes(connection, 0)
            assert read["server"] == demo.stream_bytes(connection, 1)


def test_messages_are_heads_with_bodies_and_websocket_messages_in_order(tmp_path: Path) -> None:
    with inspector.open(sample(tmp_path / "sample.pcapng")) as capture:
        http = streams.messages(capture, 0, 0, 10)
        assert [row["title"] for row in http["rows"]] == ["GET /first HTTP/1.1", "HTTP/1.1 200 OK"]
        assert ["Content-Length", "5"] in http["rows"][1]["headers"]
        assert base64.b64decode(http["rows"][1]["data"]) == b"Hello"
        chat = streams.messages(capture, 1, 0, 10)
        assert [(row["kind"], row["side"]) for row in chat["rows"]] == [
            ("http", "client"),
            ("http", "server"),
            ("websocket", "server"),
            ("websocket", "server"),
        ]
        assert [base64.b64decode(row["data"]) for row in chat["rows"][2:]] == [b"Hi", b"Bob"]
        assert [row["id"] for row in streams.messages(capture, 1, 1, 3)["rows"]] == [1, 2]
        assert chat["total"] == 4


def test_a_close_says_its_code_and_reason(demo: Capture) -> None:
    chat = int(demo.messages["connection"][0])
    total = streams.messages(demo, chat, 0, 0)["total"]
    titles = [row["title"] for row in streams.messages(demo, chat, 0, total)["rows"]]
    assert "close 1000" in titles


def test_a_packet_leads_to_what_it_carries(demo: Capture) -> None:
    for connection in range(len(demo.connections)):
        for what, find in (("pieces", streams.pieces), ("messages", streams.messages)):
            rows = find(demo, connection, 0, 1000)["rows"]
            for row in rows:
                at = streams.place_of(demo, connection, row["packet"] - 1, of_messages=what == "messages")
                assert rows[at]["packet"] >= row["packet"] or at == len(rows) - 1
                assert at <= row["id"]


def test_a_gap_is_a_piece_of_its_own(tmp_path: Path) -> None:
    wire = Wire(tmp_path / "gap.pcapng")
    talk = Talk(wire, 40001)
    talk.overtake(b"lost", b"seen")
    talk.client(b"thanks for both")
    talk.server(b"more")
    talk.close()
    wire.close()
    with inspector.open(wire.path) as capture:
        kinds = [
            (row["kind"], row["bytes"]) for row in streams.pieces(capture, 0, 0, 20)["rows"] if row["side"] == "server"
        ]
    assert kinds == [("gap", 4), ("data", 4), ("data", 4), ("end", 0)]


def test_long_pieces_are_cut_and_say_how_long_they_are(tmp_path: Path) -> None:
    wire = Wire(tmp_path / "long.pcapng")
    Talk(wire, 40001).client(b"x" * 5000)
    wire.close()
    with inspector.open(wire.path) as capture:
        (piece,) = streams.pieces(capture, 0, 0, 10)["rows"]
    assert (piece["bytes"], len(base64.b64decode(piece["data"]))) == (5000, streams.PIECE_BYTES)
