from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import inspector
from inspector.engine.capture import Capture
from inspector.pcap.reader import open_packets
from inspector.query.display_filter import DisplayFilter
from tests.web.traffic import Talk, Wire, chat, exchange, frame


@pytest.fixture(scope="module")
def display_filter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DisplayFilter]:
    """Connections 0 and 1 with exchanges 0 and 1; 2 a chat (exchange 2); 3 open, its exchanges 3 to 5 pipelined."""
    wire = Wire(tmp_path_factory.mktemp("display_filter") / "x.pcapng")
    exchange(wire, 40001, "/first/417", b"Hello")
    exchange(wire, 40002, "/second", b"room 80")
    talk = chat(wire, 40003, "Hi", "room 417 is free", "4170")
    talk.server(b"\x88\x02\x03\xe9")
    talk = Talk(wire, 40004)
    talk.client(b"GET /a HTTP/1.1\r\n\r\nGET /b HTTP/1.1\r\n\r\nGET /long")
    talk.client(b"er HTTP/1.1\r\n\r\n")
    talk.overtake(b"HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\ngone", b"HTTP/1.1 204 No Content\r\n\r\n")
    talk.arrive()
    wire.close()
    with inspector.open(wire.path) as capture:
        yield DisplayFilter(capture)


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        pytest.param("#1", [1], id="a connection's number"),
        pytest.param("#9", [], id="a number that no connection has"),
        pytest.param(":40001", [0], id="a port with its colon"),
        pytest.param("40002", [1], id="a port"),
        pytest.param("127.0.0.1:40002", [1], id="a socket"),
        pytest.param("127.0", [0, 1, 2, 3, 4, 5], id="part of an address"),
        pytest.param("websocket", [2], id="what the connection speaks"),
        pytest.param("404", [3], id="a status"),
        pytest.param("417", [0], id="a number in a target"),
        pytest.param("41", [], id="a part of a number"),
        pytest.param("80", [0, 1, 2, 3, 4, 5], id="a port that all have"),
        pytest.param(":80", [0, 1, 2, 3, 4, 5], id="the same with its colon"),
        pytest.param("HELLO", [0], id="a word of a body, whatever its case"),
        pytest.param("sec-websocket-key", [2], id="a field's name"),
        pytest.param("/a", [3], id="of several questions in one segment the right one"),
        pytest.param("/longer", [5], id="a head that two segments share"),
        pytest.param("free", [], id="a word of a message is not of its handshake"),
        pytest.param("room 40002", [1], id="words of different kinds"),
        pytest.param("room hello", [], id="words that no exchange has together"),
        pytest.param("lost_segment", [3, 4], id="a verdict on a packet of the exchange"),
        pytest.param("grüße", [], id="letters beyond ASCII"),
    ],
)
def test_exchanges(display_filter: DisplayFilter, text: str, rows: list[int]) -> None:
    found = display_filter.matching("exchanges", text)
    assert found is not None
    assert found.tolist() == rows


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        pytest.param("room", [1], id="a word of the text"),
        pytest.param("417", [1], id="a number, whole"),
        pytest.param("1001", [3], id="a close code"),
        pytest.param("close", [3], id="a kind"),
        pytest.param("server", [0, 1, 2, 3], id="who said it"),
        pytest.param("client", [], id="who said nothing"),
        pytest.param("#2", [0, 1, 2, 3], id="the conversation"),
        pytest.param("40003 hi", [0], id="a port and a word"),
        pytest.param("hello", [], id="a word of somebody else"),
    ],
)
def test_messages(display_filter: DisplayFilter, text: str, rows: list[int]) -> None:
    assert display_filter.matching("messages", text).tolist() == rows  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        pytest.param("40001", [0], id="a port"),
        pytest.param("hello", [0], id="a word of one of its packets"),
        pytest.param("first 417", [], id="a number is a port"),
        pytest.param("time-wait", [0, 1], id="a state that an end is in"),
        pytest.param("http", [0, 1, 3], id="what it speaks"),
        pytest.param("get /second", [1], id="words of the same packet or of several"),
    ],
)
def test_connections(display_filter: DisplayFilter, text: str, rows: list[int]) -> None:
    assert display_filter.matching("connections", text).tolist() == rows  # type: ignore[union-attr]


@pytest.mark.parametrize("name", ["packets", "connections", "exchanges", "messages"])
def test_no_word_is_no_filter(display_filter: DisplayFilter, name: str) -> None:
    assert display_filter.matching(name, " \t") is None


@pytest.mark.parametrize("name", ["packets", "connections", "exchanges", "messages"])
@pytest.mark.parametrize("text", ["x", "80", "#0", "rst", "127.0.0.1", "close", "established", "99999999999999999999"])
def test_an_empty_capture_holds_nothing(tmp_path: Path, name: str, text: str) -> None:
    Wire(tmp_path / "empty.pcapng").close()
    with inspector.open(tmp_path / "empty.pcapng") as capture:
        assert DisplayFilter(capture).matching(name, text).tolist() == []  # type: ignore[union-attr]


def test_what_came_since_is_found_too(tmp_path: Path) -> None:
    """A head that waits for its second half, and a message that is cut in two."""
    wire = Wire(tmp_path / "x.pcapng")
    talk = chat(wire, 40001)
    with Capture(open_packets(wire.path)) as capture:
        display_filter = DisplayFilter(capture)

        def rows(name: str, text: str) -> list[int]:
            capture.refresh()
            while capture.advance():
                pass
            return display_filter.matching(name, text).tolist()  # type: ignore[union-attr]

        assert rows("messages", "needle") == []
        talk.server(b"\x01\x03nee")
        assert rows("messages", "needle") == []
        talk.server(b"\x80\x03dle" + frame("pin"))
        assert rows("messages", "needle") == [0]
        assert rows("messages", "pin") == [1]
        talk = Talk(wire, 40002)
        talk.client(b"GET /need")
        assert rows("exchanges", "needle") == []
        talk.client(b"le HTTP/1.1\r\n\r\n")
        assert rows("exchanges", "needle") == [1]
        talk.server(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n")
        assert rows("exchanges", "pin") == []
        talk.server(b"pin 42")
        assert rows("exchanges", "pin") == [1]
    wire.close()
