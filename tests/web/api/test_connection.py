"""One connection's routes: its ladder by range, to scale, and why a packet got its verdicts."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.web.traffic import ACK, PSH, Wire
from tests.web.visitor import Visitor, opened
from web.api import connection as connection_module


def test_a_ladder_comes_by_range_with_its_neighbours(ours: Visitor) -> None:
    piece = ours.get("/api/connections/1/ladder?start=3&stop=5")
    assert [row["number"] for row in piece["packets"]] == [12, 13]
    assert (piece["before"]["number"], piece["after"]["number"]) == (11, 14)
    assert (piece["start"], piece["total"]) == (3, 10)


def test_a_ladder_is_found_by_a_packet(ours: Visitor) -> None:
    piece = ours.get("/api/connections/1/ladder?packet=16&page=4&stop=8")
    assert (piece["start"], [row["number"] for row in piece["packets"]]) == (4, [13, 14, 15, 16])


@pytest.mark.parametrize("packet", [0, 1, 26, 10_000])
def test_a_packet_of_another_connection_leads_to_the_beginning(ours: Visitor, packet: int) -> None:
    assert ours.get(f"/api/connections/1/ladder?packet={packet}")["start"] == 0


def test_one_request_gets_so_many_packets_at_most(ours: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection_module, "MAX_STRETCH", 3)
    assert len(ours.get("/api/connections/1/ladder?start=0&stop=9")["packets"]) == 3
    assert len(ours.get("/api/connections/1/ladder?start=2")["packets"]) == 3


def test_gaps_and_strip(ours: Visitor) -> None:
    gaps = ours.get("/api/connections/1/gaps")["gaps_ns"]
    assert (len(gaps), gaps[-1]) == (10, 0)
    strip = ours.get("/api/connections/1/strip?buckets=5")
    assert (strip["total"], len(strip["client"])) == (10, 5)


def test_too_many_packets_are_not_drawn_to_scale(ours: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection_module, "MAX_GAPS", 3)
    answer = ours.ask("/api/connections/1/gaps")
    assert answer.status == 413
    assert "graphs" in answer.json()["error"]["what_to_do"]


def test_a_verdict_is_explained_with_the_numbers(tmp_path: Path) -> None:
    wire = Wire(tmp_path / "repeat.pcapng")
    wire.put((40000, 80), 100, 300, PSH | ACK, b"hello")
    wire.put((80, 40000), 300, 105, ACK)
    wire.put((40000, 80), 100, 300, PSH | ACK, b"hello")
    wire.close()
    with opened(wire.path) as ours:
        (verdict,) = ours.get("/api/packets/3/why")["verdicts"]
        assert verdict["verdict"] == "spurious_retransmission"
        assert "the peer's last ACK is 6 (packet 2)" in verdict["why"]
        assert {"text": "ends at 6; the peer's last ACK is 6", "packet": 2} in verdict["compared"]
        assert verdict["instead"]
        assert ours.get("/api/packets/1/why")["verdicts"] == []


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ("/api/connections/3/ladder", 404),
        ("/api/connections/3/gaps", 404),
        ("/api/connections/3/strip", 404),
        ("/api/connections/1/ladder?start=x", 400),
        ("/api/connections/1/strip?buckets=x", 400),
        ("/api/packets/0/why", 404),
        ("/api/packets/1000/why", 404),
    ],
)
def test_what_cannot_be_answered_is_said(ours: Visitor, asked: str, status: int) -> None:
    assert ours.ask(asked).refusal() == status


def test_facts_figures_and_what_was_said(ours: Visitor) -> None:
    assert ours.get("/api/connections/1/facts")["connection"]["id"] == 1
    figure = ours.get("/api/connections/1/figures/tcptrace?theme=dark&side=0")
    assert figure["data"]
    assert ours.get("/api/connections/1/messages?start=2&stop=3")["rows"][0]["kind"] == "websocket"
    assert [piece["packet"] for piece in ours.get("/api/connections/1/pieces?start=1&stop=3")["rows"]] == [13, 14]
    assert ours.get("/api/connections/1/pieces?packet=14")["start"] == 2


@pytest.mark.parametrize(
    "asked",
    [
        "/api/connections/3/facts",
        "/api/connections/3/pieces",
        "/api/connections/3/messages",
        "/api/connections/3/figures/stevens",
        "/api/connections/1/figures/pie",
        "/api/connections/1/figures/stevens?theme=pink",
        "/api/connections/1/figures/stevens?side=7",
    ],
)
def test_what_is_not_there_is_said(ours: Visitor, asked: str) -> None:
    assert ours.ask(asked).refusal() == 404


def test_a_strip_has_so_many_buckets_at_most(ours: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection_module, "MAX_BUCKETS", 5)
    assert len(ours.get("/api/connections/1/strip?buckets=5")["client"]) == 5
    assert len(ours.get("/api/connections/1/strip?buckets=6")["client"]) == 5
    assert len(ours.get("/api/connections/1/strip?buckets=0")["client"]) == 1


def test_one_request_gets_so_many_pieces_at_most(ours: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection_module, "MAX_CONTENT", 2)
    for query in ("start=0", "start=0&stop=2", "start=0&stop=3"):
        assert len(ours.get(f"/api/connections/1/pieces?{query}")["rows"]) == 2
