"""Our figures compared with an independent count from tshark's view of the same packets."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import inspector
from inspector.compare import compare
from tests.conftest import DEMO

TSHARK = shutil.which("tshark")
pytestmark = pytest.mark.skipif(TSHARK is None, reason="needs tshark (Debian: apt install tshark)")

FIELDS = (
    "tcp.stream", "frame.time_epoch", "frame.len", "tcp.flags", "http.request.method", "http.request.uri",
    "http.response.code", "http.content_length", "http.content_type", "websocket.opcode", "websocket.payload_length",
    "tcp.srcport", "tcp.len",
)  # fmt: skip

FIN_OR_RST = 5

RECORDINGS = ("demo", "short-lived", "keep-alive", "pipelining", "polling-and-push", "server-sent-events", "news")


class Stream:
    """One connection according to tshark, packet by packet."""

    def __init__(self) -> None:
        self.packets: list[dict[str, str]] = []

    def values(self, field: str) -> list[str]:
        return [value for packet in self.packets for value in packet[field].split(",") if value]

    @property
    def life_ns(self) -> int:
        times = [round(float(p["frame.time_epoch"]) * 10**6) for p in (self.packets[0], self.packets[-1])]
        return (times[1] - times[0]) * 1000

    @property
    def kind(self) -> str:
        if self.values("websocket.opcode"):
            return "websocket"
        if any("event-stream" in value for value in self.values("http.content_type")):
            return "server_sent_events"
        if any(value.startswith("/news?after") for value in self.values("http.request.uri")):
            return "polling"
        return "closed" if len(self.values("http.request.method")) < 2 else "kept_alive"

    def messages(self) -> list[int]:
        """Useful bytes of each message that tshark shows; of WebSocket text and binary frames, else of bodies."""
        lengths = zip(self.values("websocket.opcode"), self.values("websocket.payload_length"), strict=True)
        if self.kind == "websocket":
            return [int(length) for opcode, length in lengths if opcode in ("1", "2")]
        return [int(length) for length in self.values("http.content_length") if int(length)]


def streams(path: Path) -> dict[str, list[Stream]]:
    """What tshark finds in a file, by kind."""
    options = [word for field in FIELDS for word in ("-e", field)]
    assert TSHARK
    command = [TSHARK, "-n", "-r", str(path), "-d", "tcp.port==8000-9000,http", "-Y", "tcp", "-T", "fields", *options]
    found: dict[str, Stream] = defaultdict(Stream)
    for line in subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines():
        packet = dict(zip(FIELDS, line.split("\t"), strict=True))
        found[packet["tcp.stream"]].packets.append(packet)
    kinds: dict[str, list[Stream]] = defaultdict(list)
    for stream in found.values():
        kinds[stream.kind].append(stream)
    return kinds


def values(path: Path) -> dict[tuple[str, str], dict[str, Any]]:
    """Our figures by question and kind, as in JSON."""
    with inspector.open(path) as capture:
        told = json.loads(json.dumps(compare(capture)))
    return {(fact["name"], kind): cell["values"] for fact in told["facts"] for kind, cell in fact["cells"].items()}


@pytest.fixture(params=["five ways", *RECORDINGS])
def path(request: pytest.FixtureRequest, five_path: Path) -> Path:
    """Paths of the five-way test and of named recordings."""
    return five_path if request.param == "five ways" else DEMO.with_name(f"{request.param}.pcapng")


def middle(numbers: Iterator[int]) -> int:
    ordered = sorted(numbers)
    return ordered[(len(ordered) - 1) // 2]


def test_connections_packets_bytes_and_lives_are_those_that_tshark_counts(path: Path) -> None:
    ours, theirs = values(path), streams(path)
    assert {kind for _, kind in ours} == set(theirs)
    for kind, some in theirs.items():
        packets = [packet for stream in some for packet in stream.packets]
        assert ours["pipes", kind]["pipes"] == len(some)
        assert ours["overhead", kind]["packets"] == len(packets)
        assert ours["overhead", kind]["wire_bytes"] == sum(int(packet["frame.len"]) for packet in packets)
        assert ours["life", kind]["median_ns"] == pytest.approx(middle(s.life_ns for s in some), abs=2000)
        assert ours["life", kind]["longest_ns"] == pytest.approx(max(s.life_ns for s in some), abs=2000)


def test_questions_and_answers_are_those_that_tshark_counts(path: Path) -> None:
    ours, theirs = values(path), streams(path)
    for kind in {"closed", "kept_alive", "polling"} & set(theirs):
        asked = sum(len(stream.values("http.request.method")) for stream in theirs[kind])
        answered = sum(len(stream.values("http.response.code")) for stream in theirs[kind])
        assert (ours["did_speak", kind]["client"], ours["did_speak", kind]["server"]) == (asked, answered)


def test_messages_and_useful_bytes_are_those_that_tshark_counts(path: Path) -> None:
    ours, theirs = values(path), streams(path)
    for kind in {"closed", "kept_alive", "websocket"} & set(theirs):
        lengths = [length for stream in theirs[kind] for length in stream.messages()]
        assert ours["message", kind]["messages"] == len(lengths)
        assert ours["overhead", kind]["useful_bytes"] == sum(lengths)
        assert ours["overhead", kind]["wire_bytes_per_useful_byte"] == pytest.approx(
            sum(int(p["frame.len"]) for s in theirs[kind] for p in s.packets) / sum(lengths), abs=0.001
        )


def test_the_price_of_building_and_closing_is_what_tshark_counts(path: Path) -> None:
    ours, theirs = values(path), streams(path)
    for kind in {"closed", "kept_alive", "polling"} & set(theirs):
        building = closing = 0
        for stream in theirs[kind]:
            loads = [int(packet["tcp.len"]) > 0 for packet in stream.packets]
            ends = [int(packet["tcp.flags"], 16) & FIN_OR_RST > 0 for packet in stream.packets]
            lengths = [int(packet["frame.len"]) for packet in stream.packets]
            building += sum(lengths[: loads.index(True)])
            closing += sum(lengths[ends.index(True) :])
        assert ours["message", kind]["building_bytes"] == building
        assert ours["message", kind]["closing_bytes"] == closing


def test_the_first_useful_byte_came_when_tshark_says(five_path: Path) -> None:
    ours, theirs = values(five_path), streams(five_path)
    for kind in ("kept_alive", "polling"):
        (stream,) = theirs[kind]
        answer = next(p for p in stream.packets if p["http.response.code"])
        took = float(answer["frame.time_epoch"]) - float(stream.packets[0]["frame.time_epoch"])
        assert ours["round_trips", kind]["took_ns"] == pytest.approx(took * 1e9, abs=2000)
