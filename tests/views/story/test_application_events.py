"""Events above TCP: bytes of unknown protocols, HTTP bodies, WebSocket messages."""

from __future__ import annotations

from pathlib import Path

import inspector
from inspector.views.story import events, sentence
from tests.views.story.telling import opened, phase_names, told
from tests.web.traffic import ACK, FIN, Talk, Wire, chat


def test_bytes_of_an_unknown_protocol_are_told_in_turns_and_end_the_handshake() -> None:
    play = opened()
    play.client("PA", b"pear ", seq=100, ack=300)
    play.client("PA", b"apple", seq=105, ack=300)
    play.server("PA", b"\x00\xff", seq=300, ack=110)
    assert told(play)[-2:] == [
        "The client sends 10 bytes in 2 segments, beginning with “pear”.",
        "The server sends 2 bytes.",
    ]
    assert phase_names(play) == ["handshake", "data"]


def test_a_body_without_a_head_is_a_response(tmp_path: Path) -> None:
    wire = Wire(tmp_path / "old.pcapng")
    talk = Talk(wire, 40001)
    talk.client(b"GET /old\r\n")
    talk.server(b"<p>one</p>\n")
    talk.server(b"<p>two</p>\n")
    wire.put((80, 40001), 5023, 1011, FIN | ACK)
    wire.close()
    with inspector.open(wire.path) as capture:
        table = events(capture)
        sentences = [sentence(capture, table, i) for i in range(len(table))]
    assert any(said.startswith("The response is complete") for said in sentences)
    assert not any(said.startswith("The request is complete") for said in sentences)


def test_a_message_that_is_not_whole_is_said_to_be_none(tmp_path: Path) -> None:
    wire = Wire(tmp_path / "part.pcapng")
    chat(wire, 40001, "Hi").server(b"\x01\x05first")
    wire.close()
    with inspector.open(wire.path) as capture:
        table = events(capture)
        sentences = [sentence(capture, table, i) for i in range(len(table))]
    assert any(said.endswith("“Hi”.") for said in sentences)
    assert sentences[-1] == (
        "The server sends “first”, of a message whose end, or a part of it, is not in the capture."
    )
