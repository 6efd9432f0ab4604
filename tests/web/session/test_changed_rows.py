"""Finding the rows that changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from inspector.engine.capture import Capture
from inspector.pcap.reader import open_packets
from inspector.views import rows
from tests.web.traffic import Talk, Wire, chat, exchange, frame
from web.session.changed_rows import WATCHED, Watch

Look = Callable[[], dict[str, list[int]]]


@pytest.fixture
def wire(tmp_path: Path) -> Iterator[Wire]:
    wire = Wire(tmp_path / "spool.pcapng")
    yield wire
    wire.close()


@pytest.fixture
def capture(wire: Wire) -> Iterator[Capture]:
    with Capture(open_packets(wire.path)) as capture:
        yield capture


@pytest.fixture
def look(capture: Capture) -> Look:
    """Reads what has come and says which rows changed."""
    watch = Watch(capture)

    def changed() -> dict[str, list[int]]:
        capture.refresh()
        while capture.advance():
            pass
        return {name: found.tolist() for name, found in watch.changes().items()}

    return changed


def test_new_rows_are_changed_rows_once(wire: Wire, look: Look) -> None:
    assert look() == {"connections": [], "exchanges": [], "messages": []}
    exchange(wire, 40001)
    assert look() == {"connections": [0], "exchanges": [0], "messages": []}
    assert look() == {"connections": [], "exchanges": [], "messages": []}


def test_a_connection_changes_with_each_of_its_packets(wire: Wire, look: Look) -> None:
    first, second = Talk(wire, 40001), Talk(wire, 40002)
    assert look()["connections"] == [0, 1]
    second.client(b"x")
    assert look()["connections"] == [1]
    first.close()
    assert look()["connections"] == [0]


def test_an_exchange_changes_until_it_is_answered(wire: Wire, look: Look) -> None:
    talk = Talk(wire, 40001)
    talk.client(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert look()["exchanges"] == [0]
    talk.server(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345")
    assert look()["exchanges"] == [0]
    exchange(wire, 40002)
    assert look()["exchanges"] == [1]
    talk.server(b"67890")
    assert look()["exchanges"] == [0]
    talk.close()
    assert look()["exchanges"] == []


def test_messages_come_one_by_one_on_an_open_connection(wire: Wire, look: Look) -> None:
    talk = chat(wire, 40001, "Hi")
    assert look()["messages"] == [0]
    talk.server(frame("again"))
    assert look() == {"connections": [0], "exchanges": [], "messages": [1]}


def test_what_a_filled_hole_completes_is_noticed(wire: Wire, look: Look) -> None:
    talk = Talk(wire, 40001)
    talk.client(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    talk.server(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n")
    talk.overtake(b"12345", b"67890")
    look()  # the second half is there, and waits for the first
    talk.arrive()
    assert look()["exchanges"] == [0]


def test_following_the_changes_gives_the_rows_that_a_fresh_look_gives(wire: Wire, capture: Capture, look: Look) -> None:
    """Every row that differs between two looks is among the changed ones."""
    known: dict[str, dict[int, object]] = {name: {} for name in WATCHED}
    for _ in steps(wire):
        for name, changed in look().items():
            known[name] |= dict(zip(changed, rows.BUILDERS[name](capture, changed), strict=True))
        for name in WATCHED:
            assert [known[name][row] for row in sorted(known[name])] == rows.BUILDERS[name](capture), name


def steps(wire: Wire) -> Iterator[None]:
    """Several conversations at the same time, interrupted after every step."""
    first, second = Talk(wire, 40001), chat(wire, 40002)
    yield
    first.client(b"POST /say HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nab")
    yield
    second.server(bytes((0x01, 3)) + b"Hel")
    yield
    first.client(b"cd")
    first.server(b"HTTP/1.1 100 Continue\r\n\r\n")
    yield
    second.server(bytes((0x80, 2)) + b"lo")
    first.server(b"HTTP/1.1 200 OK\r\n\r\nuntil the end")
    yield
    exchange(wire, 40003)
    first.server(b" of the connection")
    yield
    first.overtake(b"one", b"two")
    yield
    first.arrive()
    yield
    first.close()
    second.server(frame("last"))
    yield
    second.close()
    yield
