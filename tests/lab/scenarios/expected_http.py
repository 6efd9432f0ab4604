"""What must be seen of the scenarios about HTTP."""

from __future__ import annotations

from tests.lab.scenarios.witness import Witness, expects

THREE = ["GET / 200", "GET /menu 200", "GET /news 200"]


@expects
def short_lived(seen: Witness) -> None:
    assert seen.lives == ["http SF"] * 3
    assert seen.asked == THREE
    assert [row["connection"] for row in seen.exchanges] == [0, 1, 2]
    assert {row["closed_by"] for row in seen.connections} == {"server"}
    assert len({row["client"] for row in seen.connections}) == 3


@expects
def keep_alive(seen: Witness) -> None:
    assert seen.lives == ["http SF"]
    assert seen.asked == THREE
    assert seen.connections[0]["closed_by"] == "client"


@expects
def pipelining(seen: Witness) -> None:
    assert seen.lives == ["http SF"]
    assert seen.asked == THREE
    assert len({row["request"]["packet"] for row in seen.exchanges}) == 1
    assert [row["response"]["body_bytes"] for row in seen.exchanges] == [75, 50, 25]


@expects
def chunked(seen: Witness) -> None:
    assert seen.asked == ["GET /weather 200"]
    response = seen.exchanges[0]["response"]
    assert (response["body_bytes"], response["complete"]) == (23, True)


@expects
def expect_continue(seen: Witness) -> None:
    assert seen.asked == ["POST /orders 201", "POST /orders 413"]
    first, second = seen.exchanges
    assert [row["status"] for row in first["informational"]] == [100]
    assert first["request"]["body_bytes"] == 40
    assert not second["informational"]
    assert second["request"]["body_bytes"] == 0


@expects
def big_download(seen: Witness) -> None:
    assert seen.asked == ["GET /book 200"]
    assert seen.exchanges[0]["response"]["body_bytes"] == 150_000
    assert seen.exchanges[0]["response"]["complete"]
    trip_ns = 40_000_000
    sent = [row for row in seen.packets if row["direction"] == "server" and row["payload"] > 1000]
    bursts = [sum(first <= row["at_ns"] - sent[0]["at_ns"] < first + trip_ns for row in sent) for first in (0, trip_ns)]
    assert bursts[1] > bursts[0], "slow start: more each round trip"


@expects
def slow_response(seen: Witness) -> None:
    assert seen.asked == ["GET /report 200"]
    assert seen.exchanges[0]["timing_ns"]["wait"] > 700_000_000
