"""The engine as a whole: the same tables however the capture arrives."""

from __future__ import annotations

import mmap
import random
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import inspector
from inspector.engine.capture import Capture
from inspector.errors import NotACapture
from inspector.pcap import file_window
from inspector.pcap.reader import open_packets
from inspector.tables.table import Table
from inspector.views import rows
from inspector.views.rows import connection_rows, exchange_rows, message_rows
from tests.pcap.craft import SECOND, Pcap
from tests.reorder import displaced, write_in_order

DEMO = Path(__file__).parent.parent.parent / "captures" / "demo.pcapng"

TABLES = (
    "packets",
    "connections",
    "chunks",
    "http_messages",
    "exchanges",
    "frames",
    "messages",
    "anomalies",
)


def assert_same(a: Capture, b: Capture) -> None:
    for name in TABLES:
        left, right = getattr(a, name), getattr(b, name)
        assert isinstance(left, Table)
        assert len(left) == len(right), name
        for column in left.columns:
            np.testing.assert_array_equal(left[column], right[column], err_msg=f"{name}.{column}")


def in_batches(path: Path, sizes: Iterator[int]) -> Capture:
    capture = Capture(open_packets(path))
    while capture.advance(next(sizes)):
        pass
    capture.finish()
    return capture


@settings(max_examples=25)
@given(seed=st.integers(0, 2**32 - 1), most=st.integers(1, 40))
def test_batches_do_not_matter(demo: Capture, seed: int, most: int) -> None:
    chance = random.Random(seed)
    with in_batches(DEMO, iter(lambda: chance.randint(1, most), 0)) as capture:
        assert_same(capture, demo)


@pytest.mark.parametrize("path", sorted(DEMO.parent.glob("*.pcapng")), ids=lambda path: path.stem)
def test_what_was_given_back_is_read_again_when_it_is_needed(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with inspector.open(path) as whole:
        monkeypatch.setattr(file_window, "AHEAD", mmap.PAGESIZE)
        monkeypatch.setattr(file_window, "STEP", mmap.PAGESIZE)
        monkeypatch.setattr(file_window, "BEHIND", 0)
        with in_batches(path, iter(lambda: 50, 0)) as capture:
            assert_same(capture, whole)
            for name in ("exchanges", "messages"):
                assert rows.BUILDERS[name](capture) == rows.BUILDERS[name](whole)


def test_packet_by_packet_is_the_same_as_whole(demo: Capture) -> None:
    with in_batches(DEMO, iter(lambda: 1, 0)) as capture:
        assert_same(capture, demo)


def test_a_file_that_grows_byte_by_byte_ends_the_same(demo: Capture, tmp_path: Path) -> None:
    whole = DEMO.read_bytes()
    growing = tmp_path / "growing.pcapng"
    growing.write_bytes(whole[:400])
    with Capture(open_packets(growing)) as capture, growing.open("ab", buffering=0) as file:
        for at in range(400, len(whole), 37):
            file.write(whole[at : at + 37])
            capture.refresh()
            while capture.advance():
                pass
        capture.finish()
        assert_same(capture, demo)


@pytest.mark.parametrize("cut", [0.2, 0.5, 0.9], ids=lambda cut: f"cut at {cut:.0%}")
def test_a_cut_file_keeps_its_whole_packets_and_says_so(demo: Capture, tmp_path: Path, cut: float) -> None:
    path = tmp_path / "cut.pcapng"
    whole = DEMO.read_bytes()
    path.write_bytes(whole[: int(len(whole) * cut)])
    with inspector.open(path) as capture:
        n = len(capture.packets)
        assert 0 < n < len(demo.packets)
        np.testing.assert_array_equal(capture.packets["time_ns"], demo.packets["time_ns"][:n])
        assert capture.notes


@settings(max_examples=15)
@given(random=st.randoms(use_true_random=False))
def test_sorted_by_time_any_order_of_the_file_is_the_same_capture(
    demo: Capture, tmp_path_factory: pytest.TempPathFactory, random: Random
) -> None:
    times = demo.packets["time_ns"].tolist()
    assert len(set(times)) == len(times)
    order = random.sample(range(len(times)), len(times))
    file = Pcap(magic=0xA1B23C4D, link_type=demo.interfaces[0].link_type)
    for row in order:
        file.packet(*divmod(times[row], SECOND), demo.packet_bytes(row), int(demo.packets["length"][row]))
    path = tmp_path_factory.mktemp("shuffled") / "x.pcap"
    path.write_bytes(file.data)
    with inspector.open(path, sort=True) as capture:
        assert not capture.notes
        assert capture.numbers(np.arange(len(times))).tolist() == [order.index(row) + 1 for row in range(len(times))]
        for name, column in IN_ORDER:
            np.testing.assert_array_equal(getattr(capture, name)[column], getattr(demo, name)[column], err_msg=column)


IN_ORDER = [
    *(("packets", name) for name in ("time_ns", "connection", "direction", "analysis", "client_state", "server_state")),
    *(("connections", name) for name in ("client_port", "bytes", "missed_bytes", "conn_state", "handshake_ns")),
    *(("exchanges", name) for name in ("connection", "request", "response")),
    *(("frames", name) for name in ("opcode", "length", "message")),
    *(("messages", name) for name in ("kind", "bytes", "first_packet", "last_packet")),
    ("anomalies", "code"),
]
"""What does not depend on where the bytes are in the file."""


def test_a_file_that_is_no_capture_says_what_it_is_not(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("Dear diary,")
    with pytest.raises(NotACapture, match=r"notes\.txt"):
        inspector.open(path)


def conversations(capture: Capture) -> list[object]:
    """The content of each connection and its senders, without times and packets, in order of the clients' sockets."""

    def said(side: Any) -> Any:
        return side and [side.get(name) for name in ("method", "target", "status", "headers", "body_bytes", "complete")]

    exchanges = [
        [(said(row["request"]), said(row["response"])) for row in exchange_rows(capture) if row["connection"] == i]
        for i in range(len(capture.connections))
    ]
    messages = [
        [tuple(row[name] for name in SAID) for row in message_rows(capture) if row["connection"] == i]
        for i in range(len(capture.connections))
    ]
    rows = connection_rows(capture)
    roles = [tuple(row[name] for name in ("client", "server", "protocol", "bytes", "missed_bytes")) for row in rows]
    return sorted(zip(roles, exchanges, messages, strict=True), key=lambda one: one[0][:2])


SAID = ("direction", "kind", "frames", "compressed", "bytes", "text", "close_code", "complete")


@pytest.mark.parametrize("name", ["demo", "chat", "news", "pipelining", "expect-continue"])
@pytest.mark.parametrize("most", [2, 4], ids=lambda most: f"displaced by {most - 1} at most")
def test_a_shuffled_capture_tells_the_same_exchanges_and_messages(name: str, most: int, tmp_path: Path) -> None:
    with inspector.open(DEMO.with_name(f"{name}.pcapng")) as capture:
        expected = conversations(capture)
        for seed in range(10):
            path = write_in_order(capture, displaced(capture, Random(seed), most), tmp_path / f"{seed}.pcap")
            with inspector.open(path) as shuffled:
                assert conversations(shuffled) == expected, seed


def test_streams_are_read_back_from_the_file(demo: Capture) -> None:
    assert demo.stream_bytes(0, 0).startswith(b"GET / HTTP/1.1\r\n")
    assert demo.stream_bytes(0, 1).startswith(b"HTTP/1.1 200 OK\r\n")
    assert demo.stream_bytes(0, 0, 4, 14) == b"/ HTTP/1.1"
    assert demo.stream_bytes(0, 0, 0, None, 3) == b"GET"


def test_a_closed_capture_keeps_its_tables(tmp_path: Path) -> None:
    with inspector.open(DEMO) as capture:
        pass
    assert len(capture.packets) > 0


def test_tables_go_to_pandas_or_any_other_frame(demo: Capture) -> None:
    columns = demo.connections.to_dict()
    assert set(columns) >= {"client_port", "packets_0", "packets_1"}
    assert all(len(values) == len(demo.connections) for values in columns.values())
