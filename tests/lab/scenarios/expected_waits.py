"""What must be seen of the scenarios of HTTP exchanges that wait."""

from __future__ import annotations

from tests.lab.scenarios.witness import Row, Witness, expects


def share_seconds(row: Row, cause: str) -> float:
    """The share of a cause in the wait of an exchange."""
    return float(row["shares_ns"][cause]) / 1e9


@expects
def slow_accept(seen: Witness) -> None:
    (exchange,) = seen.exchanges
    assert exchange["cause"] == "accept"
    assert exchange["alternatives"] == []
    (asked,) = seen.with_payload("client")
    acknowledged = next(row for row in seen.packets if row["direction"] == "server" and row["ack"] > 1)
    seen.says("acknowledges the request", seen.seconds(asked, acknowledged) < 0.1)
    seen.says("calls accept() only after 0.5 s", 0.45 < share_seconds(exchange, "accept") < 3)
    seen.says("The request waited 0.5 s in front of accept()", exchange["response"] is not None)
    seen.says("the program's report of its new file descriptor tells the two apart", exchange["cause"] == "accept")


@expects
def held_request(seen: Witness) -> None:
    pieces = [row["payload"] for row in seen.with_payload("client")]
    seen.says("head and body of each request in two pieces", len(pieces) == 6 and len(set(pieces)) == 2)
    first, *others = seen.exchanges
    assert first["cause"] != "nagle"
    seen.says("delays that ACK by 40 ms", all(0.03 < share_seconds(row, "nagle") < 0.5 for row in others))
    seen.says(
        "The body of the second and the third request waited for a delayed ACK",
        [row["cause"] for row in others] == ["nagle", "nagle"],
    )


@expects
def slow_reader(seen: Witness) -> None:
    (exchange,) = seen.exchanges
    assert exchange["cause"] == "receive-window"
    seen.says("does not read it for 0.5 s", 0.3 < share_seconds(exchange, "receive-window") < 3)
    seen.says("shrinks to 0", bool(seen.verdicts("zero_window", "client")))
    seen.says("waited until the client's program read and the window opened", exchange["response"]["complete"])


@expects
def slow_upload(seen: Witness) -> None:
    (exchange,) = seen.exchanges
    head, body = seen.with_payload("client")
    seen.says("the body 0.5 s later", 0.45 < seen.seconds(head, body) < 3)
    seen.says("The body came 0.5 s after the head", body["payload"] == 23)
    seen.says("The server's program cannot answer before", seen.with_payload("server")[0]["number"] > body["number"])
    seen.says("the time is the client's own", exchange["cause"] == "client")
