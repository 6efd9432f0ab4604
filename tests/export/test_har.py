"""HAR: complete by its specification, with times that add up and bodies that can be read."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import inspector
from inspector.engine.capture import Capture
from inspector.export.har import write_har
from inspector.export.secrets import MASK

CAPTURES = Path(__file__).parents[2] / "captures"
NAMES = (
    "demo",
    "chat",
    "chunked",
    "expect-continue",
    "keep-alive",
    "polling-and-push",
    "server-crash",
    "slow-response",
)

NUMBER, TEXT, LIST, OBJECT = (int, float), (str,), (list,), (dict,)

SCHEMA: dict[str, dict[str, tuple[type, ...]]] = {
    "entry": {
        "startedDateTime": TEXT, "time": NUMBER, "request": OBJECT, "response": OBJECT, "cache": OBJECT,
        "timings": OBJECT,
    },
    "request": {
        "method": TEXT, "url": TEXT, "httpVersion": TEXT, "cookies": LIST, "headers": LIST, "queryString": LIST,
        "headersSize": NUMBER, "bodySize": NUMBER,
    },
    "response": {
        "status": NUMBER, "statusText": TEXT, "httpVersion": TEXT, "cookies": LIST, "headers": LIST,
        "content": OBJECT, "redirectURL": TEXT, "headersSize": NUMBER, "bodySize": NUMBER,
    },
    "content": {"size": NUMBER, "mimeType": TEXT},
    "postData": {"mimeType": TEXT, "text": TEXT, "params": LIST},
    "timings": {"send": NUMBER, "wait": NUMBER, "receive": NUMBER},
}  # fmt: skip
"""The keys that HAR 1.2 demands of each object, and their types."""


def valid(kind: str, found: dict[str, Any]) -> None:
    for key, types in SCHEMA[kind].items():
        assert isinstance(found[key], types), (kind, key)
        if key in SCHEMA:
            valid(key, found[key])
    for pairs in ("cookies", "headers", "queryString", "params"):
        for pair in found.get(pairs, ()):
            assert isinstance(pair["name"], str)
            assert isinstance(pair["value"], str)


def har(capture: Capture, with_secrets: bool = False) -> dict[str, Any]:
    out = io.BytesIO()
    write_har(capture, np.arange(len(capture.exchanges)), out, with_secrets)
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


@pytest.mark.parametrize("name", NAMES)
def test_it_is_har_and_its_times_add_up(name: str) -> None:
    with inspector.open(CAPTURES / f"{name}.pcapng") as capture:
        log = har(capture)["log"]
        assert (log["version"], log["creator"]["name"]) == ("1.2", "Wireglass")
        assert len(log["entries"]) == np.count_nonzero(capture.exchanges["request"] >= 0)
        for entry in log["entries"]:
            valid("entry", entry)
            if "postData" in entry["request"]:
                valid("postData", entry["request"]["postData"])
            times = [value for value in entry["timings"].values() if value >= 0]
            assert entry["time"] == pytest.approx(sum(times))
            assert all(entry["timings"][part] >= 0 for part in ("send", "wait", "receive"))
            assert datetime.fromisoformat(entry["startedDateTime"]).year == 2026


def test_websocket_messages_are_those_of_the_connection_with_sender_time_and_content(demo: Capture) -> None:
    entries = [entry for entry in har(demo)["log"]["entries"] if "_webSocketMessages" in entry]
    assert entries
    table = demo.messages
    told = sum(len(entry["_webSocketMessages"]) for entry in entries)
    assert told == np.count_nonzero(np.isin(table["kind"], (1, 2)))
    for entry in entries:
        assert entry["response"]["status"] == 101
        assert entry["request"]["url"].startswith("ws://")
        for message in entry["_webSocketMessages"]:
            assert message["type"] in ("send", "receive")
            assert message["opcode"] == 1
            json.loads(message["data"])
    first = entries[0]["_webSocketMessages"][0]
    assert first["time"] * 1e9 == pytest.approx(int(table["time_ns"][np.isin(table["kind"], (1, 2))][0]), abs=1000)


Serve = Callable[[bytes, bytes], Capture]


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Serve]:
    """A capture of one request and its response."""
    captures: list[Capture] = []

    def serve(request: bytes, response: bytes) -> Capture:
        path = tmp_path / f"{len(captures)}.pcap"
        path.write_bytes(conversation(request, response))
        captures.append(inspector.open(path))
        return captures[-1]

    yield serve
    for capture in captures:
        capture.close()


def conversation(request: bytes, response: bytes) -> bytes:
    from scapy.layers.inet import IP, TCP
    from scapy.layers.l2 import Ether
    from scapy.utils import PcapWriter

    out = io.BytesIO()
    writer = PcapWriter(out, sync=True)
    client = Ether() / IP(src="192.0.2.1", dst="192.0.2.2")
    server = Ether() / IP(src="192.0.2.2", dst="192.0.2.1")
    up, down = {"sport": 40000, "dport": 80}, {"sport": 80, "dport": 40000}
    packets = [
        client / TCP(**up, flags="S", seq=99),
        server / TCP(**down, flags="SA", seq=499, ack=100),
        client / TCP(**up, flags="A", seq=100, ack=500),
        client / TCP(**up, flags="PA", seq=100, ack=500) / request,
        server / TCP(**down, flags="PA", seq=500, ack=100 + len(request)) / response,
    ]
    for i, packet in enumerate(packets):
        packet.time = 1_700_000_000 + i / 1000
        writer.write(packet)
    return out.getvalue()


REQUEST = (
    b"POST /login?token=abc&a=1 HTTP/1.1\r\nHost: example.org\r\nCookie: session=4f0c\r\nAuthorization: Bearer xyz\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 7\r\n\r\nq=r%C3%A9"
)


def test_a_body_is_decoded_and_one_that_is_no_text_is_base64(served: Serve) -> None:
    import gzip

    page = "grün\n".encode() * 50
    packed = gzip.compress(page)
    head = b"HTTP/1.1 200 OK\r\nContent-Type: %b\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n"
    (entry,) = har(served(REQUEST, head % (b"text/plain; charset=utf-8", len(packed)) + packed))["log"]["entries"]
    content = entry["response"]["content"]
    assert (content["text"], content["size"]) == (page.decode(), len(page))
    assert content["compression"] == len(page) - len(packed) == len(page) - entry["response"]["bodySize"]
    raw = b"\x89PNG\0\xff"
    head = b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: %d\r\n\r\n"
    (entry,) = har(served(REQUEST, head % len(raw) + raw))["log"]["entries"]
    assert entry["response"]["content"]["encoding"] == "base64"


def test_secrets_are_masked_unless_asked_for(served: Serve) -> None:
    response = b"HTTP/1.1 200 OK\r\nSet-Cookie: id=a3f; Path=/\r\nContent-Length: 0\r\n\r\n"
    capture = served(REQUEST, response)
    text = json.dumps(har(capture))
    assert not [secret for secret in ("abc", "4f0c", "xyz", "a3f") if secret in text]
    assert MASK in text
    text = json.dumps(har(capture, with_secrets=True))
    assert MASK not in text
    (entry,) = har(capture, with_secrets=True)["log"]["entries"]
    assert entry["request"]["url"] == "http://example.org/login?token=abc&a=1"
    assert entry["request"]["cookies"] == [{"name": "session", "value": "4f0c"}]
    assert entry["response"]["cookies"] == [{"name": "id", "value": "a3f"}]


def test_a_request_without_a_response_is_an_entry_and_a_response_without_a_request_is_counted(served: Serve) -> None:
    out = io.BytesIO()
    capture = served(b"", b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    left_out = write_har(capture, np.arange(len(capture.exchanges)), out)
    assert left_out == len(capture.exchanges)
    assert json.loads(out.getvalue())["log"]["entries"] == []
    (entry,) = har(served(REQUEST, b""))["log"]["entries"]
    valid("entry", entry)
    assert entry["response"]["status"] == 0
    assert entry["response"]["_error"]
