"""Client and server of a connection whose beginning was not captured, decided by its content."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

import inspector
from inspector.engine.capture import Capture
from inspector.pcap.reader import open_packets
from inspector.views.rows import connection_rows, exchange_rows, message_rows, packet_rows
from tests.http.plays import answer, get
from tests.pcap.craft import Pcap
from tests.websocket.wires import Deflater, agree, close, frame, masked, upgrade

from .test_capture import assert_same, in_batches

ASKS, SERVES = 5000, 8080
"""Ports that do not show which end is the server."""

Line = tuple[int, bytes]


def talk(path: Path, lines: list[Line], *, opened_by: int | None = None) -> Path:
    """A pcap of one connection between 10.0.0.1 and 10.0.0.2, one packet every 10 ms, each acknowledging all before.
    The capture begins with the SYN of the end `opened_by`, or mid-stream.
    """
    file = Pcap(link_type=101)
    sent = {ASKS: 1000, SERVES: 900_000}
    number = 0

    def put(port: int, flags: int, payload: bytes = b"") -> None:
        nonlocal number
        peer = ASKS + SERVES - port
        ack = sent[peer] if flags & 16 else 0
        tcp = struct.pack("!HHIIBBHHH", port, peer, sent[port], ack, 5 << 4, flags, 8000, 0, 0) + payload
        ends = [b"\x0a\0\0\x01", b"\x0a\0\0\x02"]
        source, destination = ends if port == ASKS else ends[::-1]
        ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(tcp), number, 0, 64, 6, 0, source, destination)
        sent[port] += len(payload) + (flags & 2 > 0)
        file.packet(number // 100, number % 100 * 10_000, ip + tcp)
        number += 1

    if opened_by is not None:
        put(opened_by, 2)
        put(ASKS + SERVES - opened_by, 18)
        put(opened_by, 16)
    for port, payload in lines:
        put(port, 24, payload)
    path.write_bytes(file.data)
    return path


def server_first(*said: bytes) -> list[Line]:
    """Server and client send in turn."""
    return [(SERVES if i % 2 == 0 else ASKS, what) for i, what in enumerate(said)]


HELLO, HI = frame(b"hello"), masked(b"hi")
deflate = Deflater()

HTTP_TALKS = {
    "a response first": server_first(answer(b"0"), get("/1"), answer(b"1"), get("/2"), answer(b"2", 201)),
    "the tail of a response first": server_first(b"tail of it", get("/1"), answer(b"1"), get("/2"), answer(b"2", 201)),
    "the tail of a chunked body first": [
        (SERVES, b"6\r\nchunk \r\n"),
        (SERVES, b"4\r\ntail\r\n0\r\n\r\n"),
        (ASKS, get("/1")),
        (SERVES, answer(b"1")),
        (ASKS, get("/2")),
        (SERVES, answer(b"2", 201)),
    ],
    "pipelined": [
        (SERVES, b"tail of it"),
        (ASKS, get("/1") + get("/2")),
        (SERVES, answer(b"1") + answer(b"2", 201)),
    ],
}

WEBSOCKET_TALKS = {
    "in turn": server_first(HELLO, HI, HELLO, HI, HELLO, HI, HELLO, HI),
    "only the server at first": [*[(SERVES, HELLO)] * 100, (ASKS, HI), (SERVES, HELLO)],
    "in the midst of a fragmented message": [
        (SERVES, frame(b"rest", opcode=0, fin=0)),
        (SERVES, frame(b" of it", opcode=0)),
        (ASKS, HI),
        (SERVES, frame(b"new", fin=0)),
        (SERVES, frame(b" one", opcode=0)),
    ],
    "compressed": server_first(
        *[side(deflate(b"the same again, compressed"), rsv=4) for side in (frame, masked, frame, masked, frame, masked)]
    ),
    "control frames only": server_first(
        frame(b"", opcode=9), masked(b"", opcode=10), frame(b"", opcode=9), masked(b"", opcode=10)
    ),
}


def sides(capture: Capture) -> tuple[str, str, str]:
    (row,) = connection_rows(capture)
    return row["client"], row["server"], row["protocol"]


@pytest.mark.parametrize("lines", HTTP_TALKS.values(), ids=HTTP_TALKS)
def test_requests_come_from_the_client(lines: list[Line], tmp_path: Path) -> None:
    with inspector.open(talk(tmp_path / "x.pcap", lines)) as capture:
        assert sides(capture) == ("10.0.0.1:5000", "10.0.0.2:8080", "http")
        pairs = [
            (row["request"]["target"], row["response"]["status"]) for row in exchange_rows(capture) if row["request"]
        ]
        assert pairs == [("/1", 200), ("/2", 201)]
        assert [row["direction"] for row in packet_rows(capture)] == [
            "client" if port == ASKS else "server" for port, _ in lines
        ]


@pytest.mark.parametrize("lines", WEBSOCKET_TALKS.values(), ids=WEBSOCKET_TALKS)
def test_masked_frames_come_from_the_client(lines: list[Line], tmp_path: Path) -> None:
    with inspector.open(talk(tmp_path / "x.pcap", lines)) as capture:
        assert sides(capture) == ("10.0.0.1:5000", "10.0.0.2:8080", "websocket")
        assert len(capture.frames) == len(lines)
        assert (capture.frames["masked"] == (capture.frames["direction"] == 0)).all()
        assert not {row["direction"] for row in message_rows(capture)} - {"client", "server"}


@pytest.mark.parametrize("lines", [*HTTP_TALKS.values(), *WEBSOCKET_TALKS.values()])
def test_when_roles_change_does_not_depend_on_batches(lines: list[Line], tmp_path: Path) -> None:
    path = talk(tmp_path / "x.pcap", lines)
    with inspector.open(path) as whole:
        for size in (1, 2, 3):
            with in_batches(path, iter(lambda size=size: size, 0)) as capture:  # type: ignore[misc]
                assert_same(capture, whole)


def test_a_turned_connection_is_as_if_its_roles_had_been_known_from_the_beginning(tmp_path: Path) -> None:
    lines = HTTP_TALKS["a response first"]
    client_first = [(ASKS, b""), *lines]  # the first to speak is the client
    with (
        inspector.open(talk(tmp_path / "a.pcap", [(SERVES, b""), *lines])) as turned,
        inspector.open(talk(tmp_path / "b.pcap", client_first)) as known,
    ):
        for name in ("direction", "client_state", "server_state"):
            assert turned.packets[name].tolist()[1:] == known.packets[name].tolist()[1:], name
        for name in ("client_lo", "client_port", "bytes", "client_state", "server_state", "protocol", "conn_state"):
            assert turned.connections[name].tolist() == known.connections[name].tolist(), name
        assert turned.stream_bytes(0, 0) == known.stream_bytes(0, 0)


def test_where_the_opening_was_captured_who_opened_stays_the_client_whoever_asks(tmp_path: Path) -> None:
    lines = [(ASKS, get("/1")), (SERVES, answer(b"1")), (ASKS, get("/2")), (SERVES, answer(b"2", 201))]
    with inspector.open(talk(tmp_path / "x.pcap", lines, opened_by=SERVES)) as capture:
        assert sides(capture) == ("10.0.0.2:8080", "10.0.0.1:5000", "http")
        rows = exchange_rows(capture)
        assert [(row["request"]["target"], row["response"]["status"]) for row in rows] == [("/1", 200), ("/2", 201)]
        assert not len(capture.anomalies)


def test_the_server_may_ask_for_websocket(tmp_path: Path) -> None:
    lines = [(ASKS, upgrade()), (SERVES, agree()), (ASKS, HI), (SERVES, HELLO), (ASKS, close(1000))]
    with inspector.open(talk(tmp_path / "x.pcap", lines, opened_by=SERVES)) as capture:
        assert sides(capture) == ("10.0.0.2:8080", "10.0.0.1:5000", "websocket")
        assert [(row["direction"], row["text"]) for row in message_rows(capture)][:2] == [
            ("server", "hi"),
            ("client", "hello"),
        ]
        assert not len(capture.anomalies)


def test_a_growing_capture_tells_streams_right_after_roles_have_changed(tmp_path: Path) -> None:
    path = talk(tmp_path / "x.pcap", HTTP_TALKS["a response first"])
    with Capture(open_packets(path)) as capture:
        while capture.advance(1):
            capture.stream_bytes(0, 0)
        assert capture.stream_bytes(0, 0) == get("/1") + get("/2")
