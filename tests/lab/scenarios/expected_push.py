"""Expectations for the scenarios about news, WebSocket and many connections, and for the claims in their texts."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

from inspector.lab.scenarios.catalogue.many_connections import FLOOD
from inspector.lab.scenarios.catalogue.polling_and_push import NEWS
from tests.lab.scenarios.witness import Row, Witness, expects


@expects
def server_sent_events(seen: Witness) -> None:
    seen.says("The client sends one request", seen.asked == ["GET /stream 200"])
    seen.says("One request brought 4 news items", len(seen.exchanges) == 1 and len(NEWS) == 4)
    response = seen.exchanges[0]["response"]
    fields = dict(response["headers"])
    assert fields["Content-Type"] == "text/event-stream"
    seen.says("plain HTTP with a chunked body", fields["Transfer-Encoding"] == "chunked" and response["complete"])
    pushed = seen.with_payload("server")
    pauses = [seen.seconds(*pair) for pair in pairwise(pushed[1:])]
    seen.says("each news item is an event in it, sent when it happens", min(pauses) > 0.05)
    # The head, how soon to come again, the news, a comment, the end.
    seen.says("each in its own packet", len(pushed) == len(NEWS) + 4)
    seen.says("A comment now and then", len(seen.with_payload("client")) == 1)


def heard(seen: Witness) -> list[str]:
    """The messages that the server sent over WebSocket."""
    return [row["text"] for row in seen.messages if row["kind"] == "text" and row["direction"] == "server"]


def polls(seen: Witness) -> list[Row]:
    """The exchanges of the reader who polls."""
    return [row for row in seen.exchanges if (row["request"]["target"]).startswith("/news?")]


@expects
def polling_and_push(seen: Witness) -> None:
    asked = polls(seen)
    statuses = Counter(row["response"]["status"] for row in asked)
    pauses = [(later["request"]["time_ns"] - row["response"]["time_ns"]) / 1e9 for row, later in pairwise(asked)]
    pause = sorted(pauses)[len(pauses) // 2]
    seen.says("a tenth of a second after each response it sends the next request", 0.09 < pause < 0.2)
    seen.says("most responses are 204", statuses[204] > statuses[200] > 0)
    news_ns = {row["text"]: row["time_ns"] for row in seen.messages if row["kind"] == "text"}
    seen.says("sends no message", {row["direction"] for row in seen.messages if row["kind"] == "text"} == {"server"})
    told_ns = [row["request"]["time_ns"] for row in seen.exchanges if row["request"]["method"] == "POST"]
    late = [at - told for at, told in zip(news_ns.values(), told_ns, strict=True)]
    seen.says("gets each news item as soon as the server has it", sorted(late)[len(late) // 2] < 50_000_000)
    seen.says("Two readers want the same news", len({row["connection"] for row in asked}) == 1)
    seen.says("Both readers got 4 news items", heard(seen) == list(NEWS) and statuses[200] <= len(NEWS))
    seen.says("most requests of the first reader brought none", statuses[204] > len(asked) / 2)


@expects
def news(seen: Witness) -> None:
    ways = ["closed", "kept_alive", "polling", "server_sent_events", "websocket"]
    seen.says("five readers get them, each by a different method", seen.ways == ways)
    seen.says("what the five methods cost", len(seen.ways) == 5)
    seen.says("4 news items reached five readers", heard(seen) == list(NEWS))
    posts = [row for row in seen.exchanges if row["request"]["method"] == "POST"]
    seen.says("sends a server four news items", [row["response"]["status"] for row in posts] == [204] * 4)
    seen.says("with a POST on a new connection each", len({row["connection"] for row in posts}) == 4)
    looked = Counter(asked for asked in seen.asked if asked.startswith("GET /news/"))
    assert looked == {f"GET /news/{number} 200": 2 for number in range(len(NEWS))}, "kept, and a new one each time"
    assert {row["conn_state"] for row in seen.connections} == {"SF"}


@expects
def chat(seen: Witness) -> None:
    assert seen.lives == ["websocket SF"] * 4
    seen.says("each hold a connection to the server", len(seen.connections) == 4)
    said = Counter((row["direction"], row["text"]) for row in seen.messages)
    assert said["client", '{"say": "Hi", "to": "Bob"}'] == said["server", '{"from": "Alice", "say": "Hi"}'] == 1
    hi = [row["connection"] for row in seen.messages if '"Hi"' in (row["text"] or "")]
    seen.says("comes in on her connection and goes out on his", hi == [0, 1])
    cake = said["server", '{"from": "Carol", "say": "Who would like cake?"}']
    seen.says("what is said to all goes out on the other three", cake == 3)
    seen.says("Four connections carried the chat", len(seen.connections) == 4)
    seen.says("a message to one client was sent once, a message to all three times", cake == 3)
    assert said["server", '{"news": "The kettle is on."}'] == 4
    seen.says("upgraded with a single request", seen.asked == ["GET /chat 101"] * 4)
    first_end = min(row["number"] for row in seen.packets if "FIN" in row["flags"])
    opened = [row for row in seen.flagged("SYN") if row["number"] < first_end]
    seen.says("no further connection is opened until they leave", len(opened) == 4)
    assert {row["compressed"] for row in seen.messages if row["kind"] == "text"} == {True, False}


@expects
def fragments(seen: Witness) -> None:
    first = seen.messages[0]
    assert (first["kind"], first["compressed"], first["complete"]) == ("text", True, True)
    assert first["text"].endswith("And then it stopped.")
    order = [row["opcode"] for row in seen.frames][:5]
    seen.says("a ping is sent after the first of three frames of a text", order[:2] == [1, 9] and first["frames"] == 3)
    seen.says("the pong arrives before the last", order == [1, 9, 0, 10, 0])
    seen.says("in three frames, a ping and its pong between them", first["frames"] == 3)
    seen.says("Both ends have agreed on compression", first["compressed"])
    seen.says("a tenth of its bytes", 0.08 < first["wire_bytes"] / first["bytes"] < 0.12)
    seen.knows("A message may be cut into frames")
    assert next(row["bytes"] for row in seen.messages if row["kind"] == "binary") == 256


@expects
def close_handshake(seen: Witness) -> None:
    def closes(connection: int) -> list[tuple[str, int]]:
        rows = [row for row in seen.messages if row["kind"] == "close" and row["connection"] == connection]
        return [(row["direction"], row["close_code"]) for row in rows]

    def first_end(connection: int) -> Row:
        return next(row for row in seen.packets if row["connection"] == connection and "FIN" in row["flags"])

    seen.says("Four conversations end in four ways", seen.lives == ["websocket SF"] * 3 + ["websocket RSTO"])
    seen.says("the client sends a close frame with code 1000", closes(0) == [("client", 1000), ("server", 1000)])
    answered = max(row["last_packet"] for row in seen.messages if row["connection"] == 0)
    end = first_end(0)
    seen.says("only then does the server close", end["direction"] == "server" and end["number"] >= answered)
    seen.says("the server closes, code 1001 (going away)", closes(1) == [("server", 1001), ("client", 1001)])
    seen.says("FIN, no close frame", not closes(2) and first_end(2)["direction"] == "client")
    seen.says("1006, a code that is never sent", not any(code == 1006 for i in range(4) for _, code in closes(i)))
    seen.says("The fourth resets the connection", not closes(3) and seen.connections[3]["conn_state"] == "RSTO")
    seen.says("Two ended with close frames in both directions", len(closes(0)) == len(closes(1)) == 2)


@expects
def crowd(seen: Witness) -> None:
    count = len(seen.connections)
    seen.says("A thousand clients", count == 1000)
    assert {row["protocol"] for row in seen.connections} == {"http"}
    assert all({"F", "f"} <= set(row["history"]) for row in seen.connections), "both ends sent FIN"
    # On a busy machine a delayed ACK is overtaken by the FIN after it; TIME-WAIT answers it, and gets RST: no socket is
    # left.
    late = [row["conn_state"] for row in seen.connections if row["conn_state"] != "SF"]
    assert len(late) < count / 4
    assert set(late) <= {"RSTO"}
    seen.says("1,000 of 1,000 requests were answered", seen.asked == ["GET / 200"] * count)
    first_answer = min(row["response"]["packet"] for row in seen.exchanges)
    opened = [row for row in seen.flagged("SYN") if row["number"] < first_answer]
    seen.says("All their connections are open before the first is answered", len(opened) == count)
    seen.says("a thousand ports on the clients' side", len({row["client"] for row in seen.connections}) == 1000)
    seen.says("a thousand file descriptors (tokens) in the server's process", seen.tokens_at_once("server") >= 1000)
    seen.says("A body of 25 bytes", {row["response"]["body_bytes"] for row in seen.exchanges} == {25})
    sizes = Counter(sum(row["packets"]) for row in seen.connections)
    seen.says("takes ten packets, or eleven", sizes[10] + sizes[11] > 0.9 * count)


@expects
def syn_flood(seen: Witness) -> None:
    lives = Counter(row["conn_state"] for row in seen.connections)
    seen.says("40 SYNs arrive from addresses without a host", len(seen.connections) - lives["SF"] == FLOOD == 40)
    (guest,) = [row for row in seen.connections if row["conn_state"] == "SF"]
    answered = {row["connection"] for row in seen.flagged("SYN", "ACK")} - {guest["id"]}
    seen.says(f"{len(answered)} of 40 SYNs", True)
    # Linux counts the backlog and one more (8 on kernels from before 2024).
    seen.says("a backlog of 8, so the rest of the SYNs get no answer", len(answered) in (8, 9))
    seen.says("a backlog of 8)", len(answered) in (8, 9))
    third = [row for row in seen.packets if row["connection"] in answered and row["payload"]]
    seen.says("and the third packet of the handshake never comes", not third)
    syns = [row for row in seen.flagged("SYN") if row["connection"] == guest["id"]]
    seen.says("its SYN finds no free place either", len(syns) >= 2)
    reply = next(row for row in seen.flagged("SYN", "ACK") if row["connection"] == guest["id"])
    seen.says("the client's next SYN is answered", reply["number"] > syns[1]["number"])
    seen.says("the client was served anyway", seen.asked == ["GET / 200"])
    seen.knows("The server turns on SYN cookies", "The flood consists of crafted packets")
