"""The API of one exchange: both messages, their content, the timing, and anomalies."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.web.traffic import Talk, Wire
from tests.web.visitor import Visitor, opened

POST = b"POST /a?q=1 HTTP/1.1\r\nHost: x\r\nCookie: id=7\r\nContent-Length: 7\r\n\r\n" + b'{"a":1}'
CREATED = b"HTTP/1.1 201 Created\r\nContent-Type: image/png\r\nContent-Length: 8\r\n\r\n<script>"
SMUGGLED = b"POST /b HTTP/1.1\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitor]:
    """Exchanges 0 and 1 on one connection; 2 ambiguous and unanswered; 3 a response without a request."""
    wire = Wire(tmp_path_factory.mktemp("exchanges") / "x.pcapng")
    talk = Talk(wire, 40001)
    talk.client(POST)
    talk.server(CREATED)
    talk.client(b"GET /again HTTP/1.1\r\n\r\n")
    talk.server(b"HTTP/1.1 204 No Content\r\n\r\n")
    talk.close()
    Talk(wire, 40002).client(SMUGGLED)
    Talk(wire, 40003).server(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    wire.close()
    with opened(wire.path) as visitor:
        yield visitor


def test_an_exchange_comes_with_everything_about_it(ours: Visitor) -> None:
    opened = ours.get("/api/exchanges/0")
    assert opened["exchange"] == ours.get("/api/exchanges")["rows"][0]
    assert opened["request"]["query"] == [["q", "1"]]
    assert opened["request"]["cookies"] == [["id", "7"]]
    assert opened["connection"]["client"] == "127.0.0.1:40001"
    assert opened["anomalies"] == []
    assert (opened["packets"], opened["trouble"]) == (
        {"request": [4, 4], "response": [5, 5]},
        {"packets": [], "total": 0},
    )
    assert opened["curl"].startswith("curl ")
    assert "'{\"a\":1}'" in opened["curl"]


def test_only_the_first_question_waits_for_the_connection(ours: Visitor) -> None:
    timing = [row["timing_ns"] for row in ours.get("/api/exchanges")["rows"]]
    assert [each["connect"] for each in timing[:2]] == [2_000_000, None]
    assert timing[0] | {"connect": None} == {"connect": None, "send": 0, "wait": 1_000_000, "receive": 0}


def test_the_packets_of_an_exchange_and_its_trouble_are_named(tmp_path: Path) -> None:
    wire = Wire(tmp_path / "again.pcapng")
    talk = Talk(wire, 40001)
    talk.client(GET := b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    wire.put((40001, 80), 1001, 5001, 24, GET)
    talk.server(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n")
    talk.server(b"ab")
    wire.put((80, 40001), 5001 + 38, 1001 + len(GET), 24, b"ab")  # behind the last packet of the exchange
    Talk(wire, 40002).client(GET)
    wire.close()
    with opened(wire.path) as again:
        answer, open_one = again.get("/api/exchanges/0"), again.get("/api/exchanges/1")
    assert answer["packets"] == {"request": [4, 4], "response": [6, 7]}
    assert [packet["packet"] for packet in answer["trouble"]["packets"]] == [5]
    assert answer["trouble"]["total"] == 1
    assert open_one["packets"]["response"] is None


def test_bodies_are_what_their_bytes_say(ours: Visitor) -> None:
    asked = ours.get("/api/exchanges/0/body/request")
    assert (asked["kind"], asked["text"]) == ("json", '{"a":1}')
    answered = ours.get("/api/exchanges/0/body/response")
    assert (answered["kind"], answered["text"], answered["picture"]) == ("text", "<script>", None)


def test_ambiguities_and_orphans_are_said(ours: Visitor) -> None:
    odd = ours.get("/api/exchanges/2")
    assert "http-length-and-chunked" in [row["code"] for row in odd["anomalies"]]
    assert odd["response"] is None
    orphan = ours.get("/api/exchanges/3")
    assert orphan["request"] is orphan["curl"] is None
    assert "http-orphan-response" in [row["code"] for row in orphan["anomalies"]]


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        pytest.param("/api/exchanges/4", 404, id="an exchange behind the last"),
        pytest.param("/api/exchanges/x", 404, id="an exchange of no number"),
        pytest.param("/api/exchanges/2/body/response", 404, id="the body of an answer that is not there"),
        pytest.param("/api/exchanges/0/body/both", 404, id="a side that is none"),
    ],
)
def test_what_cannot_be_answered_is_said(ours: Visitor, asked: str, status: int) -> None:
    assert ours.ask(asked).refusal() == status


@pytest.mark.parametrize(("limit", "has_command"), [(7, True), (6, False)], ids=["as long as may be", "a byte longer"])
def test_a_body_fits_into_a_curl_command(
    ours: Visitor, monkeypatch: pytest.MonkeyPatch, limit: int, has_command: bool
) -> None:
    monkeypatch.setattr("web.api.exchanges.CURL_BODY", limit)
    assert (ours.get("/api/exchanges/0")["curl"] is not None) is has_command
