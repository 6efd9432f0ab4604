from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import inspector
from inspector.engine.capture import Capture
from inspector.query.display_filter import DisplayFilter, check, reading
from inspector.query.language.errors import FilterError
from inspector.query.language.field_list import FIELDS
from inspector.query.language.values import Kind

CAPTURES = Path(__file__).parent.parent.parent.parent / "captures"


@pytest.fixture(scope="module")
def kept() -> Iterator[Capture]:
    """One connection with three exchanges: the handshake, requests in packets 4, 8 and 10, FIN in 12 and 13."""
    with inspector.open(CAPTURES / "keep-alive.pcapng") as capture:
        yield capture


@pytest.fixture(scope="module")
def chat() -> Iterator[Capture]:
    with inspector.open(CAPTURES / "chat.pcapng") as capture:
        yield capture


ALL = list(range(1, 15))


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        pytest.param("tcp.port == 80", ALL, id="one of both ports"),
        pytest.param("tcp.port != 80", [], id="neither of both"),
        pytest.param("tcp.port !== 80", ALL, id="one of both is another"),
        pytest.param("tcp.port === 80", [], id="both"),
        pytest.param("all tcp.port > 79", ALL, id="all"),
        pytest.param("udp.port != 80", [], id="what is not there is not different"),
        pytest.param("not udp.port == 80", ALL, id="but it is not equal either"),
        pytest.param("tcp.flags.syn == 1", [1, 2], id="a flag"),
        pytest.param("tcp.flags.syn == Set", [1, 2], id="a flag by its name"),
        pytest.param("tcp.flags == 0x12", [2], id="flags as a number"),
        pytest.param("tcp.len + 1 > 3", [4, 6, 8, 9, 10, 11], id="arithmetic"),
        pytest.param("tcp.len & 1", [6, 9, 11], id="a bit"),
        pytest.param("-tcp.len == -38", [4], id="a minus"),
        pytest.param("tcp.seq < tcp.ack < 40", [2, 5, 6], id="a chain of fields"),
        pytest.param('tcp.payload[0:3] == "GET" or tcp.payload[0:3] == 47:45:54', [4, 8, 10], id="a slice"),
        pytest.param("tcp.option_kind#1 == 2", [1, 2], id="the first option"),
        pytest.param("count(tcp.option_kind) > 4", [1, 2], id="how many"),
        pytest.param("ip.src == 127.0.0.0/8 && ip.ttl == 64", ALL, id="addresses with a prefix"),
        pytest.param("http", [4, 6, 8, 9, 10, 11], id="packets in which messages end"),
        pytest.param('http.request.method matches "^g"', [4, 8, 10], id="a pattern has no case"),
        pytest.param('http.request.uri contains "men"', [8], id="a text"),
        pytest.param("frame.time_relative > 10ms && tcp.len", [9, 10, 11, 12, 13, 14], id="a duration with its unit"),
        pytest.param("frame.number in {1..3, 7}", [1, 2, 3, 7], id="a set"),
        pytest.param("max(tcp.srcport, 60000) == 60000", ALL, id="a maximum"),
        pytest.param('string(tcp.srcport) matches r"^80$"', [2, 5, 6, 9, 11, 13], id="a number as text"),
        pytest.param("len(tcp.payload) > 80", [6, 9, 11], id="a length"),
        pytest.param('frame contains "/menu" and server', [], id="bytes and a word"),
        pytest.param("/menu client", [8], id="words"),
        pytest.param("server.state == close-wait", [12], id="a state after a packet"),
        pytest.param("http.response.code == 200 xor tcp.flags.fin", [1, 2, 3, 4, 5, 7, 8, 10, 12, 13, 14], id="xor"),
        pytest.param("exchange.id == 1 && tcp.len", [8, 9], id="a field of the exchange that the packet is part of"),
    ],
)
def test_packets(kept: Capture, text: str, numbers: list[int]) -> None:
    assert (kept.filter(text) + 1).tolist() == numbers


@pytest.mark.parametrize(
    ("table", "text", "rows"),
    [
        pytest.param("exchanges", 'exchange.target == "/menu"', [1], id="its own field"),
        pytest.param("exchanges", "frame.number == 8", [1], id="a field of one of its packets"),
        pytest.param("exchanges", 'http.request.uri == "/menu" && frame.number == 9', [1], id="both"),
        pytest.param("exchanges", "frame.number == 8 && frame.number == 9", [], id="no packet has two numbers"),
        pytest.param("exchanges", "frame.number == 8 or exchange.id == 2", [1, 2], id="one or the other"),
        pytest.param("connections", "tcp.flags.fin == 1", [0], id="a packet of the connection"),
        pytest.param("connections", "tcp.flags.reset == 1", [], id="no packet of it"),
        pytest.param("connections", "connection.state == sf", [0], id="Zeek's state"),
        pytest.param("connections", "exchange.status == 200", [0], id="an exchange of the connection"),
        pytest.param("exchanges", "connection.id == 0", [0, 1, 2], id="the connection of an exchange"),
    ],
)
def test_other_tables(kept: Capture, table: str, text: str, rows: list[int]) -> None:
    assert kept.filter(text, table).tolist() == rows


def test_a_message_its_frames_and_its_packets(chat: Capture) -> None:
    said = 'message.text contains "Hi Alice"'
    messages = chat.filter(said, "messages")
    assert len(messages)
    assert set(chat.frames["message"][chat.filter(said, "frames")].tolist()) == set(messages.tolist())
    packets = set(chat.filter(f"{said} && tcp.len", "packets").tolist())
    assert packets == set(chat.messages["first_packet"][messages].tolist())
    assert len(chat.filter("websocket.opcode == close", "messages")) == len(
        chat.filter("message.kind == close", "messages")
    )


@pytest.fixture(scope="module")
def demo() -> Iterator[Capture]:
    with inspector.open(CAPTURES / "demo.pcapng") as capture:
        yield capture


TABLES = ("packets", "connections", "exchanges", "frames", "messages", "anomalies", "tokens", "kernel")


@pytest.mark.parametrize("name", FIELDS)
def test_every_field_can_be_asked_for_in_every_table(demo: Capture, name: str) -> None:
    for table in TABLES:
        present = demo.filter(name, table).tolist()
        if FIELDS[name].kind in (Kind.NUMBER, Kind.BOOLEAN, Kind.DURATION):
            assert demo.filter(f"{name} >= 0 or {name} < 0", table).tolist() == present


@pytest.mark.parametrize(
    ("text", "position", "words"),
    [
        ("tcp.port == abc", 12, "number"),
        ("tcp.port == 70000", 12, "at most 65535"),
        ("ip.addr == 10.0.0.300", 11, "IPv4 address"),
        ("ipv6.addr == ::/129", 13, "IPv6 address"),
        ("eth.src == 00:11", 11, "Ethernet address"),
        ("frame.time > 2026", 13, "time"),
        ("exchange.wait > 3 parsecs", 18, ""),
        ("exchange.wait > 3parsecs", 16, "duration"),
        ("connection.outcome == rest", 22, "reset"),
        ("tcp.analysis.retransmission == 1", 28, "alone"),
        ("tcp.port contains 80", 18, "contains"),
        ('tcp.port matches "80"', 17, "string(tcp.port)"),
        ('http.host matches "(?=x)"', 18, "RE2"),
        ("tcp.port[0] == 1", 0, "sliced"),
        ("frame contains GET", 15, "bytes"),
        ("lower(tcp.port) == 1", 0, "text"),
        ("http.host + 1 > 2", 10, "computed"),
        ("tcp.port == http.host", 9, "compared"),
    ],
)
def test_a_value_that_is_none_is_refused_at_its_character(text: str, position: int, words: str) -> None:
    if not words:
        check("exchanges", text)  # "parsecs" is a word
        return
    with pytest.raises(FilterError) as error:
        check("packets", text)
    assert error.value.position == position
    assert words in error.value.sentence


@pytest.mark.parametrize(
    ("table", "text", "said"),
    [
        ("packets", "tcp.port == 80", None),
        ("packets", "80", "“80” is a port"),
        ("exchanges", "404", "“404” is a port, a status or that number in the content"),
        ("exchanges", "status-code:404", "read as http.response.code == 404"),
        ("packets", "hello", "“hello” is a text"),
        ("connections", "is:reset", "“is:reset” is a kind of problem"),
    ],
)
def test_how_words_are_read(table: str, text: str, said: str | None) -> None:
    assert reading(table, text) == said


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|aa)+$", "(.*a){20}", "a{1,500}b"])
def test_no_pattern_takes_more_than_linear_time(kept: Capture, pattern: str) -> None:
    """With a backtracking engine, the first of these would run for years on this text."""
    from inspector.query.language.syntax import Literal
    from inspector.query.language.values import pattern_of

    assert pattern_of(Literal(pattern, True))(b"a" * 100_000 + b"!") in (True, False)


def test_a_filter_of_a_growing_capture(chat: Capture) -> None:
    display_filter = DisplayFilter(chat)
    assert display_filter.matching("packets", " ") is None
    first = display_filter.matching("packets", "tcp.len > 0")
    again = display_filter.matching("packets", "tcp.len > 0")
    assert first is not None
    assert again is not None
    assert first.tolist() == again.tolist()
