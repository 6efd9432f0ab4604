from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import inspector
from inspector.engine.capture import Capture
from inspector.views import packet_info as module
from inspector.views import rows
from inspector.views.packet_info import cargo, within
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


def held(capture: Capture, packet: int) -> list[tuple[str, int]]:
    """What a packet, by its number, has bytes of: kind and row of each."""
    pieces, more = within(capture, packet - 1)
    assert more == 0
    return [(piece["kind"], piece["row"]) for piece in pieces]


def test_a_packet_in_the_middle_of_a_body_belongs_to_its_message(tmp_path: Path) -> None:
    wire = Wire(tmp_path / "x.pcapng")
    talk = Talk(wire, 40001)
    talk.client(b"GET / HTTP/1.1\r\nHost: demo\r\n\r\n")
    talk.server(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\na")
    talk.server(b"bcd")
    talk.server(b"efHTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n")
    talk.close()
    wire.close()
    with inspector.open(wire.path) as capture:
        found = [held(capture, number) for number in range(1, 11)]
    response, late = ("response", 0), ("response", 1)
    assert found == [[], [], [], [("request", 0)], [response], [response], [response, late], [], [], []]


def test_a_packet_belongs_to_each_message_whose_frames_it_holds_a_part_of(tmp_path: Path) -> None:
    wire = Wire(tmp_path / "x.pcapng")
    talk = chat(wire, 40001)
    talk.server(b"\x01\x02ab\x89\0\x80")  # a fragment, a ping, and the first byte of the last fragment's header
    talk.server(b"\x04cd")
    talk.server(b"ef" + frame("next"))
    talk.server(b"\x89\0")
    wire.close()
    with inspector.open(wire.path) as capture:
        found = [held(capture, number) for number in (6, 7, 8, 9)]
    text, ping, after, last = (("message", row) for row in range(4))
    assert found == [[text, ping], [text], [text, after], [last]]


def test_bytes_that_are_sent_again_belong_to_the_same_message(tmp_path: Path) -> None:
    wire = Wire(tmp_path / "x.pcapng")
    talk = Talk(wire, 40001)
    request = b"GET / HTTP/1.1\r\nHost: demo\r\n\r\n"
    talk.client(request)
    talk.client(request.replace(b"/ ", b"/b "))
    wire.put((40001, 80), 1001, 5001, 24, request)
    wire.put((40001, 80), 1000 + len(request) + len(request) + 1, 5001, 16, b"\n")  # a keep-alive repeats a byte
    wire.close()
    with inspector.open(wire.path) as capture:
        assert rows.packet_rows(capture, [6])[0]["verdicts"] == ["keep_alive"]
        assert [held(capture, number) for number in (4, 5, 6, 7)] == [
            [("request", 0)], [("request", 1)], [("request", 0)], [],
        ]  # fmt: skip


def test_numbers_that_wrap_and_streams_without_a_beginning_have_their_places(tmp_path: Path) -> None:
    wire = Wire(tmp_path / "x.pcapng")
    first, second = b"GET / HTTP/1.1\r\nHost: a\r\n", b"X: y\r\n\r\n"
    seq = 2**32 - len(first) - 3
    for at, data in ((seq, first), (seq + len(first), second), (seq, first), (seq + len(first), second)):
        wire.put((40001, 80), at % 2**32, 7, 24, data)
    wire.close()
    with inspector.open(wire.path) as capture:
        assert [held(capture, number) for number in (1, 2, 3, 4)] == [[("request", 0)]] * 4


def test_packets_that_carry_nothing_belong_to_no_message(tmp_path: Path) -> None:
    wire = Wire(tmp_path / "x.pcapng")
    wire.put((40001, 80), 1, 0, 2)
    wire.put((40001, 80), 2, 9, 24, b"unread")
    wire.close()
    with inspector.open(wire.path) as capture:
        assert [held(capture, number) for number in (1, 2)] == [[], []]


def test_a_packet_of_very_many_messages_lists_some_and_counts_the_rest(tmp_path: Path) -> None:
    wire = Wire(tmp_path / "x.pcapng")
    chat(wire, 40001).server(b"".join(frame(str(i)) for i in range(module.MAX_WITHIN + 5)))
    wire.close()
    with inspector.open(wire.path) as capture:
        pieces, more = within(capture, 5)
    assert (len(pieces), more) == (module.MAX_WITHIN, 5)
