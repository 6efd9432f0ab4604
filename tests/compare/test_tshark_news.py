"""Every figure about packets, of all five ways, held against what tshark's packets say of the same news.

The news are followed by their text: tshark gives each packet's payload and time, and the rest is counted here.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections import defaultdict
from dataclasses import dataclass
from itertools import groupby, pairwise
from pathlib import Path
from statistics import median_low
from typing import Any

import pytest

import inspector
from inspector.compare import compare
from inspector.lab.sample_captures import recordings

TSHARK = shutil.which("tshark")
pytestmark = pytest.mark.skipif(TSHARK is None, reason="needs tshark (Debian: apt install tshark)")

NEWS = (
    b"The kettle is on.",
    b"There is fresh cake at the counter.",
    b"It has stopped raining.",
    b"We close in an hour.",
)  # fmt: skip
SERVER_PORT = "80"
FIELDS = ("tcp.stream", "frame.time_epoch", "frame.len", "tcp.flags", "tcp.srcport", "tcp.len", "tcp.payload")
FIN, SYN, RST = 1, 2, 4
AGENTS = {b"subscriber": "kept_alive", b"poller": "polling", b"listener": "server_sent_events"}
KINDS = ("closed", "kept_alive", "polling", "server_sent_events", "websocket")
CLOSE_FRAME = b"\x88"
"""What an unfragmented close frame begins with (RFC 6455 §5.2)."""

TICK_NS = 2000
"""Rounding error of a time in tshark's text."""


@dataclass(frozen=True)
class Packet:
    """One packet according to tshark."""

    stream: int
    time_ns: int
    length: int
    flags: int
    is_servers: bool
    payload: bytes

    @property
    def news(self) -> list[bytes]:
        """What it brings."""
        return [text for text in NEWS if text in self.payload]


@pytest.fixture(scope="module")
def path() -> Path:
    return recordings()["news"][0]


@pytest.fixture(scope="module")
def streams(path: Path) -> dict[str, list[list[Packet]]]:
    """tshark's packets, by kind and connection."""
    options = [word for field in FIELDS for word in ("-e", field)]
    assert TSHARK
    command = [TSHARK, "-n", "-r", str(path), "-Y", "tcp", "-T", "fields", *options]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    packets = sorted(map(packet, lines), key=lambda one: one.stream)
    found: dict[str, list[list[Packet]]] = defaultdict(list)
    for _, some in groupby(packets, key=lambda one: one.stream):
        own = list(some)
        found[kind_of(own)].append(own)
    return found


def packet(line: str) -> Packet:
    """A line of tshark's."""
    stream, epoch, length, flags, port, _, payload = line.split("\t")
    seconds, _, fraction = epoch.partition(".")
    time_ns = int(seconds) * 10**9 + int(fraction.ljust(9, "0"))
    return Packet(int(stream), time_ns, int(length), int(flags, 16), port == SERVER_PORT, bytes.fromhex(payload))


def kind_of(packets: list[Packet]) -> str:
    """By who asks: each reader of the scenario gives its own name; the one with a WebSocket upgrades."""
    all_messages = b"".join(one.payload for one in packets)
    if b"Upgrade: websocket" in all_messages:
        return "websocket"
    return next((kind for agent, kind in AGENTS.items() if b"User-Agent: " + agent in all_messages), "closed")


@pytest.fixture(scope="module")
def ours(path: Path) -> dict[tuple[str, str], dict[str, Any]]:
    """Our figures by question and kind."""
    with inspector.open(path) as capture:
        told = json.loads(json.dumps(compare(capture)))
    return {(fact["name"], kind): cell["values"] for fact in told["facts"] for kind, cell in fact["cells"].items()}


def test_all_five_are_there(streams: dict[str, list[list[Packet]]], ours: Any) -> None:
    assert set(streams) == set(KINDS) == {kind for _, kind in ours}


def questions(packets: list[Packet]) -> int:
    return sum(one.payload.startswith((b"GET ", b"POST ")) for one in packets)


@pytest.mark.parametrize("kind", KINDS)
def test_connections_questions_and_messages(kind: str, streams: dict[str, list[list[Packet]]], ours: Any) -> None:
    told, of_kind = ours["pipes", kind], streams[kind]
    everything = [one for stream in of_kind for one in stream]
    brought = sum(len(one.news) for one in everything)
    told_only = sum(not any(one.payload.startswith(b"GET ") for one in stream) for stream in of_kind)
    assert told == {
        "pipes": len(of_kind), "questions": questions(everything), "messages": brought, "only_told": told_only,
    }  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_who_spoke(kind: str, streams: dict[str, list[list[Packet]]], ours: Any) -> None:
    everything = [one for stream in streams[kind] for one in stream]
    pushed = sum(len(one.news) for one in everything if one.is_servers)
    answers = sum(one.payload.startswith(b"HTTP/1.1 ") for one in everything)
    expected = {
        "server_sent_events": {"client": questions(everything), "server": pushed, "pushes": pushed},
        "websocket": {"client": 0, "server": pushed, "pushes": pushed},
    }.get(kind, {"client": questions(everything), "server": answers, "pushes": 0})
    assert ours["did_speak", kind] == expected


@pytest.mark.parametrize("kind", KINDS)
def test_round_trips_to_the_first_useful_byte(kind: str, streams: dict[str, list[list[Packet]]], ours: Any) -> None:
    trips, took = [], []
    for stream in streams[kind]:
        first = next(i for i, one in enumerate(stream) if one.news)
        speaking = [one.is_servers for one in stream[: first + 1] if one.payload or one.flags & SYN]
        trips.append((1 + sum(a != b for a, b in pairwise(speaking))) / 2)
        took.append(stream[first].time_ns - stream[0].time_ns)
    told = ours["round_trips", kind]
    middle = len(trips) // 2
    assert (told["round_trips"], told["pipes"]) == (sorted(trips)[middle], len(trips))
    assert told["took_ns"] == pytest.approx(sorted(took)[middle], abs=TICK_NS)


@pytest.mark.parametrize("kind", KINDS)
def test_bytes_on_the_wire_and_useful_ones(kind: str, streams: dict[str, list[list[Packet]]], ours: Any) -> None:
    everything = [one for stream in streams[kind] for one in stream]
    wire, useful = sum(one.length for one in everything), sum(len(text) for one in everything for text in one.news)
    messages = sum(len(one.news) for one in everything)
    overhead, message = ours["overhead", kind], ours["message", kind]
    assert (overhead["wire_bytes"], overhead["packets"], overhead["useful_bytes"]) == (wire, len(everything), useful)
    assert overhead["wire_bytes_per_useful_byte"] == pytest.approx(wire / useful, abs=0.001)
    assert overhead["packets_per_useful_byte"] == pytest.approx(len(everything) / useful, abs=1e-6)
    assert message["wire_bytes_each"] == pytest.approx(wire / messages, abs=0.051)
    assert message["packets_each"] == pytest.approx(len(everything) / messages, abs=0.01)
    assert message["useful_bytes_each"] == pytest.approx(useful / messages, abs=0.051)


@pytest.mark.parametrize("kind", KINDS)
def test_building_talking_and_closing(kind: str, streams: dict[str, list[list[Packet]]], ours: Any) -> None:
    building = closing = 0
    for stream in streams[kind]:
        loads = [i for i, one in enumerate(stream) if one.payload]
        is_opened_by_answer = kind in ("server_sent_events", "websocket")
        begins = loads[1] + 1 if is_opened_by_answer else loads[0]
        ends = next(i for i, one in enumerate(stream) if one.flags & (FIN | RST) or one.payload[:1] == CLOSE_FRAME)
        building += sum(one.length for one in stream[:begins])
        closing += sum(one.length for one in stream[ends:])
    told = ours["message", kind]
    whole = sum(one.length for stream in streams[kind] for one in stream)
    assert (told["building_bytes"], told["closing_bytes"]) == (building, closing)
    assert told["talking_bytes"] == whole - building - closing


@pytest.mark.parametrize("kind", KINDS)
def test_from_news_to_delivery(kind: str, streams: dict[str, list[list[Packet]]], ours: Any) -> None:
    known_ns: dict[bytes, int] = {}
    for one in (one for stream in streams["closed"] for one in stream if not one.is_servers):
        known_ns |= dict.fromkeys(one.news, one.time_ns)
    took = [
        one.time_ns - known_ns[text]
        for stream in streams[kind] for one in stream if one.is_servers for text in one.news
    ]  # fmt: skip
    told = ours["delivery", kind]
    assert told["deliveries"] == len(took) == len(NEWS)
    assert told["median_ns"] == pytest.approx(median_low(took), abs=TICK_NS)
    assert told["longest_ns"] == pytest.approx(max(took), abs=TICK_NS)


def test_the_pace_of_the_poller(streams: dict[str, list[list[Packet]]], ours: Any) -> None:
    (poller,) = streams["polling"]
    asked = [one.time_ns for one in poller if one.payload.startswith(b"GET ")]
    pauses = [after - before for before, after in pairwise(asked)]
    assert ours["delivery", "polling"]["poll_every_ns"] == pytest.approx(median_low(pauses), rel=0.02)


@pytest.mark.parametrize("kind", KINDS)
def test_lives_and_connections_held_at_the_same_time(
    kind: str, streams: dict[str, list[list[Packet]]], ours: Any
) -> None:
    lives = [(stream[0].time_ns, stream[-1].time_ns) for stream in streams[kind]]
    lasted = sorted(end - start for start, end in lives)
    assert ours["life", kind]["median_ns"] == pytest.approx(median_low(lasted), abs=TICK_NS)
    assert ours["life", kind]["longest_ns"] == pytest.approx(lasted[-1], abs=TICK_NS)
    assert ours["life", kind]["open"] == 0
    most = max(sum(start <= at <= end for start, end in lives) for at, _ in lives)
    assert ours["held", kind]["most"] == most
    assert ours["held", kind]["held_ns"] == pytest.approx(sum(lasted), abs=TICK_NS * len(lives))
