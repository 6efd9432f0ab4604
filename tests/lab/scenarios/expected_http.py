"""Expectations for the HTTP scenarios, and for the claims in their texts."""

from __future__ import annotations

from itertools import pairwise

from tests.lab.scenarios.witness import Row, Witness, expects

THREE = ["GET / 200", "GET /menu 200", "GET /news 200"]


@expects
def short_lived(seen: Witness) -> None:
    assert seen.lives == ["http SF"] * 3
    assert seen.asked == THREE
    assert [row["connection"] for row in seen.exchanges] == [0, 1, 2]
    seen.says("for each of three requests the client opens a connection", len(seen.connections) == 3)
    seen.says("the server closes", {row["closed_by"] for row in seen.connections} == {"server"})
    seen.says("Three handshakes", len(seen.flagged("SYN", "ACK")) == 3)
    seen.says("three client ports", len({row["client"] for row in seen.connections}) == 3)
    fins = [(row["connection"], row["direction"]) for row in seen.packets if "FIN" in row["flags"]]
    seen.says("a FIN from either end each time", len(set(fins)) == 6)
    empty = [row for row in seen.packets if not row["payload"]]
    seen.says("most packets carry no payload", len(empty) > len(seen.packets) / 2)
    seen.says("Three requests took three connections", len(seen.exchanges) == len(seen.connections) == 3)


@expects
def keep_alive(seen: Witness) -> None:
    assert seen.lives == ["http SF"]
    assert seen.asked == THREE
    seen.says("three requests and three responses follow each other", in_turn(seen))
    seen.says("a single handshake before the first", len(seen.flagged("SYN")) == 1)
    seen.says("The client closes when it is done", seen.connections[0]["closed_by"] == "client")
    seen.says("Three requests went over a single connection", len(seen.connections) == 1)


def in_turn(seen: Witness) -> bool:
    """Whether each request comes after the response to the one before."""
    packets = [row[part]["packet"] for row in seen.exchanges for part in ("request", "response")]
    return packets == sorted(set(packets))


@expects
def pipelining(seen: Witness) -> None:
    assert seen.lives == ["http SF"]
    seen.says(
        "three requests leave in a single segment", len({row["request"]["packet"] for row in seen.exchanges}) == 1
    )
    seen.says("The server must answer in the same order", seen.asked == THREE)
    bodies = [row["response"]["body_bytes"] for row in seen.exchanges]
    seen.says("three responses came back in the same order", bodies == [75, 50, 25])
    seen.says("Three requests left in a single packet", len(seen.exchanges) == 3)
    seen.knows("That is one reason why browsers abandoned pipelining")


@expects
def chunked(seen: Witness) -> None:
    assert seen.asked == ["GET /weather 200"]
    response = seen.exchanges[0]["response"]
    fields = dict(response["headers"])
    seen.says("23 bytes came", (response["body_bytes"], response["complete"]) == (23, True))
    seen.says("without a Content-Length", "Content-Length" not in fields)
    chunks = seen.with_payload("server")[1:]
    seen.says("each chunk states its own length", [row["payload"] for row in chunks] == [14, 31, 22])
    seen.says("a chunk of length 0 ends the body", fields["Transfer-Encoding"] == "chunked")
    seen.says("in two chunks", len(chunks) == 3)
    seen.says("a trailer field", fields["Trailer"] == "Checked")


@expects
def expect_continue(seen: Witness) -> None:
    assert seen.asked == ["POST /orders 201", "POST /orders 413"]
    first, second = seen.exchanges
    seen.says("Two requests announce a body", {announced(first), announced(second)} == {40, 10**9})
    seen.says("The first gets “100 Continue”", [row["status"] for row in first["informational"]] == [100])
    seen.says("the final response is 201", first["response"]["status"] == 201)
    seen.says("“Expect: 100-continue” and wait", first["request"]["packet"] + 2 < body_packet(seen))
    seen.says("The body of 40 bytes", first["request"]["body_bytes"] == 40)
    seen.says("The second announces a gigabyte and gets 413", second["response"]["status"] == 413)
    seen.says("not a byte of its body is sent", second["request"]["body_bytes"] == 0 and not second["informational"])
    seen.says("the gigabyte was refused", announced(second) == 10**9)


def announced(exchange: Row) -> int:
    """The Content-Length of a request."""
    return int(dict(exchange["request"]["headers"])["Content-Length"])


def body_packet(seen: Witness) -> int:
    """The packet of the first body."""
    return int(seen.with_payload("client")[1]["number"])


@expects
def big_download(seen: Witness) -> None:
    assert seen.asked == ["GET /book 200"]
    response = seen.exchanges[0]["response"]
    seen.says("150 kB", response["body_bytes"] == 150_000 and response["complete"])
    seen.says("150,000 bytes", response["body_bytes"] == 150_000)
    seen.says("a delay of 20 ms each way", 0.04 < seen.connections[0]["handshake_ns"] / 1e9 < 0.1)
    sizes, trips = bursts(seen)
    seen.says("it begins with ten segments", sizes[0] == 10)
    seen.says("10 segments, 20, 40, and a last one with the rest", sizes[:3] == [10, 20, 40] and sum(sizes) == 105)
    seen.says("bursts of 10, 20 and 40 segments", len(sizes) == 4)
    seen.says("a round trip apart", all(0.03 < trip < 0.08 for trip in trips))
    seen.says("lets it send twice as much as was acknowledged", sizes[1] == 2 * sizes[0])
    seen.knows("Both ends use Reno here")


def bursts(seen: Witness) -> tuple[list[int], list[float]]:
    """How many segments of the server came in each burst, and how long after each other they began, in seconds."""
    starts: list[Row] = []
    sizes: list[int] = []
    before: Row | None = None
    for row in seen.with_payload("server"):
        if before is None or seen.seconds(before, row) > 0.02:
            starts.append(row)
            sizes.append(0)
        sizes[-1] += 1
        before = row
    return sizes, [seen.seconds(*pair) for pair in pairwise(starts)]


@expects
def slow_response(seen: Witness) -> None:
    assert seen.asked == ["GET /report 200"]
    (question,) = seen.with_payload("client")
    answer = seen.with_payload("server")[0]
    acknowledged = next(row for row in seen.packets if row["direction"] == "server" and row["ack"] > 1)
    seen.says("kernel acknowledges the request at once", seen.seconds(question, acknowledged) < 0.1)
    seen.says("its program takes 0.8 s to respond", 0.75 < seen.seconds(acknowledged, answer) < 3)
    seen.says("between the acknowledgment and the first byte", acknowledged["number"] < answer["number"])
    seen.says("the response came 0.8 s later", seen.seconds(acknowledged, answer) > 0.75)
