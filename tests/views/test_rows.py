"""Rows as they leave the engine: the contract of docs/guide.md, on the recorded demo."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import inspector
from inspector.engine.capture import Capture
from inspector.views import rows, story

ROOT = Path(__file__).parent.parent.parent
CONTRACT = {
    "packets": "number time_ns captured length connection direction flags seq ack window payload analysis verdicts "
    "client_state server_state",
    "connections": "id client server start_ns end_ns protocol packets bytes missed_bytes conn_state history "
    "client_state server_state handshake_ns closed_by",
    "exchanges": "id connection request response informational timing_ns notes",
    "frames": "connection direction packet time_ns opcode fin rsv masked length message",
    "messages": "id connection direction kind first_packet last_packet frames compressed bytes text close_code",
    "anomalies": "code packet connection detail reference",
}


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Capture]:
    """UDP, ARP, and a TCP handshake over IPv6: what the demo does not have."""
    from scapy.layers.inet import IP, TCP, UDP
    from scapy.layers.inet6 import IPv6
    from scapy.layers.l2 import ARP, Ether
    from scapy.utils import wrpcap

    ip = IPv6(src="2001:db8::1", dst="2001:db8::2")
    packets = [
        Ether() / IP(src="192.0.2.1", dst="192.0.2.2") / UDP(sport=53, dport=5353) / b"?",
        Ether() / ARP(),
        Ether() / ip / TCP(sport=40000, dport=80, flags="S", seq=0xFFFF_FFFF),
        Ether() / IPv6(src="2001:db8::2", dst="2001:db8::1") / TCP(sport=80, dport=40000, flags="SA", seq=7, ack=0),
        Ether() / ip / TCP(sport=40000, dport=80, flags="A", seq=0, ack=8),
    ]
    for i, packet in enumerate(packets):
        packet.time = 1_700_000_000 + i
    path = tmp_path_factory.mktemp("rows") / "mixed.pcap"
    wrpcap(str(path), packets)
    with inspector.open(path) as capture:
        yield capture


@pytest.mark.parametrize("table", CONTRACT)
def test_rows_have_the_columns_of_the_contract_and_the_guide_names_all_of_them(demo: Capture, table: str) -> None:
    names = rows.COLUMNS[table](demo).keys()
    assert set(CONTRACT[table].split()) <= names
    assert not [name for name in names if f"`{name}`" not in guide_of(table)]


def guide_of(table: str) -> str:
    guide = (ROOT / "docs" / "guide.md").read_text("utf-8")
    section = re.search(rf"^\*\*{table}\*\*$(.*?)(?=^\*\*|^## )", guide, re.MULTILINE | re.DOTALL)
    assert section, f"docs/guide.md has no section on {table}"
    return section[1]


def test_events_have_the_columns_that_the_guide_names(demo: Capture) -> None:
    names = rows.event_columns(demo, story.events(demo)).keys()
    assert not [name for name in names if f"`{name}`" not in guide_of("events")]


@pytest.mark.parametrize("table", CONTRACT)
def test_rows_are_json_and_one_by_one_the_same_as_all_together(demo: Capture, table: str) -> None:
    build = rows.BUILDERS[table]
    together = build(demo)
    assert json.loads(json.dumps(together)) == together
    assert [build(demo, [i])[0] for i in range(len(together))] == together
    assert build(demo, slice(1, 3)) == together[1:3]
    assert build(demo, np.array([], int)) == []


def test_packets_are_numbered_from_one_and_sequence_numbers_are_relative_past_the_wrap(mixed: Capture) -> None:
    handshake = rows.packet_rows(mixed, slice(2, None))
    assert [row["number"] for row in handshake] == [3, 4, 5]
    assert [row["seq"] for row in handshake] == [0, 0, 1]
    assert [row["ack"] for row in handshake] == [None, 1, 1]
    assert [row["flags"] for row in handshake] == [["SYN"], ["SYN", "ACK"], ["ACK"]]
    assert [row["direction"] for row in handshake] == ["client", "server", "client"]
    assert [(row["client_state"], row["server_state"]) for row in handshake[::2]] == [
        ("SYN-SENT", "SYN-RECEIVED"),
        ("ESTABLISHED", "ESTABLISHED"),
    ]
    assert [row["at_ns"] for row in handshake] == [2_000_000_000, 3_000_000_000, 4_000_000_000]


@pytest.mark.parametrize(("row", "ip_protocol"), [(0, 17), (1, None)], ids=["UDP", "ARP"])
def test_a_packet_without_tcp_has_null_for_what_only_tcp_has(mixed: Capture, row: int, ip_protocol: int | None) -> None:
    packet = rows.packet_rows(mixed, [row])[0]
    only_tcp = ("connection", "direction", "seq", "ack", "window", "client_state", "server_state", "in_flight")
    assert [packet[name] for name in only_tcp] == [None] * len(only_tcp)
    assert (packet["flags"], packet["analysis"], packet["ip_protocol"]) == ([], [], ip_protocol)


def test_a_socket_of_ipv6_has_its_address_in_brackets(mixed: Capture) -> None:
    connection = rows.connection_rows(mixed)[0]
    assert (connection["client"], connection["server"]) == ("[2001:db8::1]:40000", "[2001:db8::2]:80")
    assert (connection["packets"], connection["handshake_ns"]) == ([2, 1], 2_000_000_000)


def test_a_capture_without_tcp_gives_packets_and_no_other_rows(tmp_path: Path) -> None:
    path = tmp_path / "empty.pcap"
    path.write_bytes(bytes.fromhex("d4c3b2a1020004000000000000000000ffff000001000000"))
    with inspector.open(path) as capture:
        assert {table: build(capture) for table, build in rows.BUILDERS.items()} == {
            table: [] for table in rows.BUILDERS
        }


def test_an_exchange_shows_request_and_response_as_they_were_sent(demo: Capture) -> None:
    get = next(e for e in rows.exchange_rows(demo) if e["request"]["target"] == "/" and e["response"]["status"] == 200)
    assert (get["request"]["method"], get["request"]["version"]) == ("GET", "HTTP/1.1")
    assert "host" in {name.lower() for name, _ in get["request"]["headers"]}
    assert get["response"]["complete"]
    assert get["response"]["packet"] > get["request"]["packet"]
    assert all(value >= 0 for value in get["timing_ns"].values())


def test_messages_show_what_was_said(demo: Capture) -> None:
    messages = rows.message_rows(demo)
    said = [m["text"] for m in messages if m["kind"] == "text"]
    assert any("Hi" in text for text in said)
    assert all(m["text"] is not None for m in messages if m["kind"] in ("text", "close"))
    assert {m["close_code"] for m in messages if m["kind"] != "close"} <= {None}


@pytest.mark.parametrize(
    ("kind", "content", "text", "hexadecimal"),
    [
        pytest.param("text", "grüß".encode(), "grüß", None, id="text is UTF-8"),
        pytest.param("text", b"a\xffb", "a�b", None, id="bad UTF-8 in a text is replaced"),
        pytest.param("binary", b"\x00\xff", None, "00ff", id="bytes are shown as hex"),
        pytest.param("ping", b"are you there", "are you there", None, id="a ping that is readable is text"),
        pytest.param("pong", b"\x1b[2J", None, "1b5b324a", id="a pong that would clear a terminal is hex"),
        pytest.param("binary", b"", "", None, id="nothing is an empty text"),
    ],
)
def test_content_is_text_where_it_is_readable(kind: str, content: bytes, text: Any, hexadecimal: Any) -> None:
    assert (rows._text(kind, content), rows._hex(kind, content)) == (text, hexadecimal)


@pytest.mark.parametrize(
    ("message", "line"),
    [
        pytest.param(("text", "<b>Hi</b>", 9, None), "“<b>Hi</b>”", id="what was said"),
        pytest.param(("binary", None, 1312, None), "binary, 1,312 bytes", id="binary content by its size"),
        pytest.param(("ping", "x", 1, None), "ping “x”", id="a readable ping"),
        pytest.param(("pong", "", 0, None), "pong, 0 bytes", id="an empty pong"),
        pytest.param(("close", "", 0, None), "close", id="a close without a code"),
        pytest.param(("close", "", 2, 1000), "close 1000, normal closure", id="a code in words"),
        pytest.param(("close", "bye", 5, 1001), "close 1001, going away: “bye”", id="and the reason"),
    ],
)
def test_a_message_on_one_line(message: tuple[str, str | None, int, int | None], line: str) -> None:
    assert rows._info(*message) == line


def test_a_character_that_has_not_come_whole_is_left_out() -> None:
    assert rows._text("text", "grü".encode()[:-1], True) == "gr"
    assert rows._text("text", "grü".encode()[:-1], False) == "gr\ufffd"
    assert rows._hex("binary", "grü".encode()[:-1], True) is None


def test_a_connection_counts_the_retransmissions_of_each_end() -> None:
    with inspector.open(ROOT / "captures" / "loss-fast.pcapng") as capture:
        again = [
            (row["connection"], row["direction"])
            for row in rows.packet_rows(capture)
            if any(name.endswith("retransmission") for name in row["verdicts"])
        ]
        counted = [
            [again.count((row["id"], side)) for side in ("client", "server")] for row in rows.connection_rows(capture)
        ]
        assert [row["retransmissions"] for row in rows.connection_rows(capture)] == counted
        assert again


def test_a_connection_names_the_first_descriptor_of_each_end(demo: Capture) -> None:
    named = 0
    tokens = rows.BUILDERS["tokens"](demo)
    for row in rows.connection_rows(demo):
        for side, process, fd in zip(("client", "server"), row["processes"], row["fds"], strict=True):
            of_end = [token for token in tokens if (token["connection"], token["direction"]) == (row["id"], side)]
            assert (process, fd) == ((of_end[0]["process"], of_end[0]["fd"]) if of_end else (None, None))
            named += len(of_end)
    assert named
