"""What must be seen of the scenarios about news, WebSocket and crowds."""

from __future__ import annotations

from collections import Counter

from inspector.lab.scenarios.pushes import NEWS
from tests.lab.scenarios.witness import Witness, expects


@expects
def server_sent_events(seen: Witness) -> None:
    assert seen.asked == ["GET /stream 200"]
    response = seen.exchanges[0]["response"]
    assert dict(response["headers"])["Content-Type"] == "text/event-stream"
    assert response["complete"]
    pushed = [row for row in seen.packets if row["direction"] == "server" and row["payload"]]
    assert len(pushed) >= len(NEWS) + 2, "each piece of news is a packet of its own"


def heard(seen: Witness) -> list[str]:
    """What the server said over WebSocket."""
    return [row["text"] for row in seen.messages if row["kind"] == "text" and row["direction"] == "server"]


@expects
def polling_and_push(seen: Witness) -> None:
    assert heard(seen) == list(NEWS)
    polls = Counter(asked.rpartition(" ")[2] for asked in seen.asked if asked.startswith("GET /news"))
    assert polls["200"] <= len(NEWS)
    assert polls["204"] > polls["200"] > 0


@expects
def news(seen: Witness) -> None:
    assert seen.ways == ["closed", "kept_alive", "polling", "server_sent_events", "websocket"]
    assert heard(seen) == list(NEWS)
    assert [asked for asked in seen.asked if asked.startswith("POST")] == ["POST /news 204"] * len(NEWS)
    looked = Counter(asked for asked in seen.asked if asked.startswith("GET /news/"))
    assert looked == {f"GET /news/{number} 200": 2 for number in range(len(NEWS))}, (
        "a kept pipe, and a new one each time"
    )
    assert {row["conn_state"] for row in seen.connections} == {"SF"}


@expects
def chat(seen: Witness) -> None:
    assert seen.lives == ["websocket SF"] * 4
    said = Counter((row["direction"], row["text"]) for row in seen.messages)
    assert said["client", '{"say": "Hi", "to": "Bob"}'] == said["server", '{"from": "Alice", "say": "Hi"}'] == 1
    assert said["server", '{"from": "Carol", "say": "Who would like cake?"}'] == 3
    assert said["server", '{"news": "The kettle is on."}'] == 4
    assert {row["compressed"] for row in seen.messages if row["kind"] == "text"} == {True, False}


@expects
def fragments(seen: Witness) -> None:
    first = seen.messages[0]
    assert (first["kind"], first["frames"], first["compressed"], first["complete"]) == ("text", 3, True, True)
    assert first["text"].endswith("And then it stopped.")
    assert [row["opcode"] for row in seen.frames if row["direction"] == "client"][:4] == [1, 9, 0, 0]
    assert [row["kind"] for row in seen.messages].count("pong") == 2
    assert next(row["bytes"] for row in seen.messages if row["kind"] == "binary") == 256


@expects
def close_handshake(seen: Witness) -> None:
    assert seen.lives == ["websocket SF"] * 3 + ["websocket RSTO"]
    codes = [
        [row["close_code"] for row in seen.messages if row["kind"] == "close" and row["connection"] == number]
        for number in range(4)
    ]
    assert codes == [[1000, 1000], [1001, 1001], [], []]


@expects
def crowd(seen: Witness) -> None:
    count = len(seen.connections)
    assert count == 1000
    assert {row["protocol"] for row in seen.connections} == {"http"}
    assert all({"F", "f"} <= set(row["history"]) for row in seen.connections), "both ends said goodbye"
    # On a busy machine a delayed ACK is overtaken by the FIN after it; TIME-WAIT answers it, and gets RST: no socket is
    # left.
    late = [row["conn_state"] for row in seen.connections if row["conn_state"] != "SF"]
    assert len(late) < count / 4
    assert set(late) <= {"RSTO"}
    assert seen.asked == ["GET / 200"] * count
    first_answer = min(row["response"]["packet"] for row in seen.exchanges)
    opened = [row for row in seen.flagged("SYN") if row["number"] < first_answer]
    assert len(opened) > count / 2, "most were open before the first was answered"


@expects
def syn_flood(seen: Witness) -> None:
    lives = Counter(row["conn_state"] for row in seen.connections)
    assert lives["SF"] == 1
    assert lives["S0"] > 2 * (len(seen.connections) - lives["S0"]), "most found no place, and were not answered"
    assert seen.asked == ["GET / 200"]
    (guest,) = [row for row in seen.connections if row["conn_state"] == "SF"]
    syns = [row for row in seen.flagged("SYN") if row["connection"] == guest["id"]]
    assert len(syns) >= 2, "the first SYN found the queue full"
