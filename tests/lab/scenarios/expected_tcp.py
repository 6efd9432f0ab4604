"""Expectations for the TCP scenarios, and for the claims in their texts.

Nothing here depends on how fast the machine is: times are bounded from below by timers and by the link, and from above
widely.
"""

from __future__ import annotations

from itertools import pairwise

from tests.lab.scenarios.witness import Row, Witness, expects


def trip(seen: Witness, seconds: float, connection: int = 0) -> bool:
    """Whether the handshake took this round trip of the link, or not much longer."""
    return seconds <= seen.connections[connection]["syn_rtt_ns"] / 1e9 < seconds + 0.1


@expects
def refused(seen: Witness) -> None:
    assert seen.lives == ["unknown REJ"]
    assert "refused" in seen.kinds
    seen.says("RST in answer to the SYN", [row["flags"] for row in seen.packets] == [["SYN"], ["RST", "ACK"]])
    seen.says("after a round trip", seen.packets[1]["direction"] == "server")
    seen.says("The client connects to a port on which no program listens", not seen.flagged("SYN", "ACK"))
    seen.says("The answer was RST at once", len(seen.packets) == 2)


@expects
def filtered(seen: Witness) -> None:
    assert seen.lives == ["unknown S0"]
    seen.says("after three SYNs", [row["flags"] for row in seen.packets] == [["SYN"]] * 3)
    seen.says("after 3 SYNs", len(seen.packets) == 3)
    first, second, third = seen.packets
    assert [row["analysis"] for row in seen.packets] == [[], ["retransmission"], ["retransmission"]]
    growth = seen.seconds(second, third) / seen.seconds(first, second)
    seen.says("each pause twice as long as the one before", 1.5 < growth < 2.5)
    seen.says("filtering gives none", not seen.flagged("RST", "ACK"))
    seen.says("not even a RST", {row["direction"] for row in seen.packets} == {"client"})
    seen.knows("A firewall on the way drops packets to this port", "by default after more than two minutes")


@expects
def simultaneous_open(seen: Witness) -> None:
    assert seen.connections[0]["conn_state"] == "SF"
    seen.says(
        "Two programs connect to each other", {row["direction"] for row in seen.flagged("SYN")} == {"client", "server"}
    )
    syns, answers = seen.flagged("SYN"), seen.flagged("SYN", "ACK")
    seen.says("The SYNs cross", syns[1]["number"] < answers[0]["number"])
    seen.says("both ends go from SYN-SENT to SYN-RECEIVED", seen.states("client")[:2] == ["SYN-SENT", "SYN-RECEIVED"])
    assert seen.states("server")[:3] == ["CLOSED", "SYN-SENT", "SYN-RECEIVED"], "nobody listened"
    seen.says("the result is a single connection", len(seen.connections) == 1)
    seen.says("Two SYNs crossed on the way and made a single connection", len(syns) == 2)
    assert seen.connections[0]["bytes"] == [29, 32]


@expects
def synack_lost(seen: Witness) -> None:
    assert seen.asked == ["GET / 200"]
    seen.says("The link loses the server's SYN-ACK", len(seen.flagged("SYN", "ACK")) >= 2)
    first, again = seen.flagged("SYN")
    waiting = {row["client_state"] for row in seen.packets if row["number"] <= again["number"]}
    seen.says("it stays in SYN-SENT", waiting == {"SYN-SENT"})
    seen.says("sends its SYN again after a second", 0.9 < seen.seconds(first, again) < 2)
    seen.says(
        "in SYN-RECEIVED, sends its SYN-ACK again", seen.flagged("SYN", "ACK")[1]["server_state"] == "SYN-RECEIVED"
    )
    built = next(row for row in seen.packets if row["direction"] == "client" and "ACK" in row["flags"])
    seen.says("the handshake took a second longer", 0.9 < seen.seconds(first, built) < 2.5)


@expects
def fast_open(seen: Witness) -> None:
    assert seen.asked == ["GET / 200"] * 2
    first, second = seen.flagged("SYN")
    seen.says("a delay of 20 ms each way", trip(seen, 0.04))
    seen.says("the server sends a cookie in its SYN-ACK", not first["payload"])
    answers = [seen.with_payload("server", number)[0] for number in (0, 1)]
    late, soon = (seen.seconds(*pair) for pair in zip((first, second), answers, strict=True))
    seen.says("the response arrives after two round trips", late > 0.08)
    seen.says("the client sends the cookie and its request in the SYN", second["payload"] > 0)
    seen.says("the response arrives after a single round trip", 0.04 < soon < late)
    seen.says("which saved a round trip", late - soon > 0.02)
    (handshake,) = [row for row in seen.packets if row["connection"] == 1 and {"SYN", "ACK"} <= set(row["flags"])]
    arrives_at_the_server_ns = handshake["time_ns"] + 20_000_000
    seen.says(
        "may read it before the handshake is complete", answers[1]["time_ns"] - 20_000_000 < arrives_at_the_server_ns
    )
    assert seen.anomalies == ["tcp-data-on-syn"]


@expects
def ipv6(seen: Witness) -> None:
    seen.says("One visit to ::1", seen.connections[0]["server"] == "[::1]:80")
    assert seen.lives == ["http SF"]
    seen.says("the same HTTP", seen.asked == ["GET / 200"])
    seen.says("The same visit over IPv6", len(seen.connections) == 1)


@expects
def abort(seen: Witness) -> None:
    seen.says("The client closes with RST instead of FIN", seen.lives == ["http RSTO"])
    assert seen.connections[0]["closed_by"] == "client"
    seen.says("The client closed with RST: no FIN was sent", not [row for row in seen.packets if "FIN" in row["flags"]])
    states = {seen.states(side)[-1] for side in ("client", "server")}
    seen.says("the connection is closed at once, at both ends, without TIME-WAIT", states == {"CLOSED"})
    seen.knows("Programs do so on purpose (SO_LINGER with a time of 0)")


@expects
def server_crash(seen: Witness) -> None:
    seen.says("with FIN here", seen.lives == ["http SF"] and not seen.flagged("RST") + seen.flagged("RST", "ACK"))
    seen.says("The FIN looks like any other", len(seen.flagged("FIN", "ACK")) == 2)
    seen.says("Its kernel sent FIN for it", seen.connections[0]["closed_by"] == "server")
    assert seen.anomalies == ["http-cut-short"]
    response = seen.exchanges[0]["response"]
    announced = int(dict(response["headers"])["Content-Length"])
    seen.says("the body is shorter than its Content-Length", 0 < response["body_bytes"] < announced)
    head = 1066 - announced
    seen.says("after 400 of 1066 bytes", response["body_bytes"] + head == seen.connections[0]["bytes"][1] == 400)
    seen.says("The server's process is killed in the middle of a response", not response["complete"])


@expects
def half_close(seen: Witness) -> None:
    assert seen.lives == ["unknown SF"]
    seen.says("The client waits in FIN-WAIT-2", seen.states("client")[-3:] == ["FIN-WAIT-1", "FIN-WAIT-2", "TIME-WAIT"])
    seen.says("now in CLOSE-WAIT", "CLOSE-WAIT" in seen.states("server"))
    fin = next(row for row in seen.packets if "FIN" in row["flags"])
    seen.says("The client closes its own with FIN", fin["direction"] == "client")
    seen.says("A connection is two streams", all(seen.connections[0]["bytes"]))
    later = [row for row in seen.with_payload("server") if row["number"] > fin["number"]]
    assert sum(row["payload"] for row in later) == len("apple\nfig\npear\n")
    seen.says("the sorted list, in three segments, came after it", len(later) == 3)


@expects
def simultaneous_close(seen: Witness) -> None:
    assert seen.lives == ["unknown SF"]
    fins = [row for row in seen.packets if "FIN" in row["flags"]]
    seen.says(
        "Each end sends FIN before it receives the other's", {row["direction"] for row in fins} == {"client", "server"}
    )
    first = [next(row for row in fins if row["direction"] == end) for end in ("client", "server")]
    seen.says("Both FINs crossed on the way", [row["ack"] for row in first] == [1, 15])
    seen.says("the state CLOSING", seen.states("client")[-3:] == ["FIN-WAIT-1", "CLOSING", "TIME-WAIT"])
    seen.says("both wait in TIME-WAIT", seen.states("server")[-3:] == ["FIN-WAIT-1", "CLOSING", "TIME-WAIT"])
    seen.says("both ends went through CLOSING", "CLOSING" in seen.states("server"))


@expects
def fin_lost(seen: Witness) -> None:
    assert seen.asked == ["GET / 200"]
    first, again = [row for row in seen.packets if "FIN" in row["flags"] and row["direction"] == "server"]
    seen.says("the link loses its FIN", first["seq"] == again["seq"] and not first["payload"])
    seen.says("the server is in FIN-WAIT-1", first["server_state"] == "FIN-WAIT-1")
    between = [row for row in seen.packets if first["number"] < row["number"] < again["number"]]
    seen.says("the client has the response", [row["ack"] for row in between] == [first["seq"]])
    proved = {row["client_state"] for row in [first, *between] if not row["client_state_assumed"]}
    seen.says("is still ESTABLISHED", proved == {"ESTABLISHED"})
    seen.says("retransmitted", seen.seconds(first, again) > 0.1)
    (answer,) = [row for row in seen.packets if "FIN" in row["flags"] and row["direction"] == "client"]
    seen.says(
        "then the client closes as well", answer["number"] > again["number"] and answer["ack"] == again["seq"] + 1
    )
    seen.says("The first FIN was lost", not [row for row in between if row["ack"] > first["seq"]])


@expects
def half_open(seen: Witness) -> None:
    answer = seen.with_payload("server")[-1]
    ends = [row for row in seen.packets if {"FIN", "RST"} & set(row["flags"])]
    reset = ends[0]
    seen.says("it sends nothing, neither FIN nor RST", len(ends) == 1 and reset is seen.packets[-1])
    asked = seen.with_payload("client")[-1]
    seen.says("The client's end stays ESTABLISHED", asked["client_state"] == "ESTABLISHED")
    seen.says("the answer is RST", answer["number"] < asked["number"] < reset["number"])
    seen.says(
        "The second request was answered with RST", reset["direction"] == "server" and reset["seq"] == asked["ack"]
    )
    seen.knows("In the lab the server's kernel is made to drop the connection without sending anything")


@expects
def time_wait(seen: Witness) -> None:
    assert seen.asked == ["GET / 200"] * 2
    first, second = seen.connections
    seen.says("The server closes first", first["closed_by"] == "server")
    seen.says("remembers the connection in TIME-WAIT (on Linux for 60 s)", seen.states("server", 0)[-1] == "TIME-WAIT")
    seen.says("connects again from the same port", first["client"] == second["client"])
    seen.says("The client connected again from port 50001", first["client"].endswith(":50001"))
    (again,) = seen.verdicts("reused_ports")
    assert again["flags"] == ["SYN"]
    seen.says("Its SYN is accepted", second["conn_state"] == "SF" and again["connection"] == 1)
    seen.knows("its timestamp is later than the last one, or else")


@expects
def zero_window(seen: Witness) -> None:
    assert seen.lives == ["unknown SF"]
    shut = seen.verdicts("zero_window", "server")
    seen.says("the window that it advertises shrinks to 0", bool(shut))
    seen.says("the client has to stop", bool(seen.verdicts("window_full", "client")))
    probes = [
        row
        for row in seen.packets
        if row["direction"] == "client" and shut[0]["number"] < row["number"] and not row["payload"]
    ]
    opened = next(row for row in seen.packets if row["direction"] == "server" and row["number"] > shut[-1]["number"])
    probes = [row for row in probes if row["number"] < opened["number"]]
    assert len(probes) >= 2
    pauses = [seen.seconds(*pair) for pair in zip([shut[0], *probes], probes, strict=False)]
    growth = [later / pause for pause, later in pairwise(pauses)]
    seen.says("each pause about twice as long as the one before", all(1.4 < one < 3 for one in growth))
    seen.says(
        "Linux's probe carries no data and looks like a keep-alive",
        {row["seq"] for row in probes} == {shut[0]["ack"] - 1},
    )
    seen.says("until the program reads again and the window opens", opened["window"] > 0)
    seen.says(
        "Its receive window went to 0; the sender probed it, and continued after a window update",
        opened["number"] > probes[-1]["number"],
    )
    first = seen.with_payload("client")[0]
    seen.says("The reader slept for 1.6 s", 1.5 < seen.seconds(first, opened) < 4)
    seen.knows("The server's program does not read")
    assert "window_closed" in seen.kinds


@expects
def keep_alive_probes(seen: Witness) -> None:
    probes, answers = seen.verdicts("keep_alive", "client"), seen.verdicts("keep_alive_ack", "server")
    assert len(answers) >= 2
    last = [row for row in seen.packets if row["number"] < probes[0]["number"]][-1]
    seen.says("Nothing was sent for a second", 0.9 < seen.seconds(last, probes[0]) < 2)
    seen.says("set to one second", seen.seconds(last, probes[0]) > 0.9)
    next_seq = last["ack"] if last["direction"] == "server" else last["seq"]
    seen.says(
        "a segment without payload whose sequence number is below",
        {(row["payload"], row["seq"]) for row in probes} == {(0, next_seq - 1)},
    )
    seen.says("The ACK shows that the other end is there", answers[0]["ack"] == next_seq)
    seen.says("two probes go unanswered", len(probes) == len(answers) + 2)
    seen.says("Two probes were answered", len(answers) == 2)
    seen.says("two more probes had no answer", probes[-1]["number"] > answers[-1]["number"])
    end = seen.packets[-1]
    seen.says("aborts the connection with RST", end["flags"] == ["RST", "ACK"] and end["direction"] == "client")
    seen.knows("By default Linux would begin after two hours")
    assert seen.states("client")[-1] == "CLOSED"


def acknowledged_after(seen: Witness, row: Row) -> float:
    """Seconds until the other end acknowledged this segment."""
    upto = row["seq"] + row["payload"]
    return seen.seconds(row, next(
        one for one in seen.packets
        if one["number"] > row["number"] and one["connection"] == row["connection"]
        and one["direction"] != row["direction"] and one["ack"] >= upto
    ))  # fmt: skip


@expects
def nagle(seen: Witness) -> None:
    longest = [max(row["in_flight"] for row in seen.with_payload("client", number)) for number in (0, 1)]
    seen.says("holds a small segment back while data is unacknowledged", longest[0] == 6)
    seen.says("nothing waits", longest[1] == 11)
    assert [row["conn_state"] for row in seen.connections] == ["SF", "SF"]
    waits = [acknowledged_after(seen, row) for row in seen.with_payload("client") if row["payload"] == 6]
    seen.says(
        "40 ms at the second and the third request", len(waits) == 3 and all(0.038 < wait < 0.2 for wait in waits[1:])
    )
    seen.says("The first does not wait", waits[0] < 0.03)
    others = [acknowledged_after(seen, row) for row in seen.with_payload("client", 1) if row["payload"] == 6]
    seen.says("The second connection disables Nagle's algorithm", len(others) == 3)
    pieces = [row["payload"] for row in seen.with_payload("client")]
    seen.says("A request written in two pieces", pieces == [6, 5] * 3)
    seen.says("Each request was written in two pieces", pieces == [6, 5] * 3)
    held = [row for row in seen.with_payload("client") if row["payload"] == 5]
    seen.says("the second piece waited for the ACK of the first", all(row["in_flight"] == 5 for row in held))


@expects
def loss_timer(seen: Witness) -> None:
    assert seen.asked == ["GET / 200"]
    first, again = seen.with_payload("server")
    seen.says("The server's response fits a single segment", first["payload"] == again["payload"] == 89)
    assert [row["number"] for row in seen.verdicts("retransmission", "server")] == [again["number"]]
    seen.says("a pause of 0.2 s or more", 0.2 <= seen.seconds(first, again) < 1)
    handshake = [row for row in seen.packets if row["direction"] == "client"][1]
    seen.says("a round trip of 0.02 s", 0.02 <= seen.seconds(seen.flagged("SYN", "ACK")[0], handshake) < 0.15)
    between = [row for row in seen.packets if first["number"] < row["number"] < again["number"]]
    seen.says("Nothing was sent after it that could reveal the loss", not between)
    seen.says("only the server's retransmission timer can reveal the loss", not seen.verdicts("fast_retransmission"))
    seen.says("The response was lost", again["seq"] == first["seq"])
    seen.knows("That is Linux's shortest timer; the RFC's is 1 s", "tail-loss probe after about two round trips")
    assert "repeated" in seen.kinds


@expects
def loss_fast(seen: Witness) -> None:
    assert seen.asked == ["GET /book 200"]
    assert seen.exchanges[0]["response"]["complete"]
    again = [row for row in seen.packets if {"fast_retransmission", "retransmission"} & set(row["analysis"])]
    seen.says("A segment of a download is lost", len(again) == 1 and again[0]["direction"] == "server")
    repeats = seen.verdicts("duplicate_ack", "client")
    before = [row for row in repeats if row["number"] < again[0]["number"]]
    seen.says("the client acknowledges the same byte again", {row["ack"] for row in before} == {again[0]["seq"]})
    plain = next(row for row in seen.packets if row["direction"] == "client" and row["ack"] == again[0]["seq"])
    seen.says(
        "lists in SACK blocks what it has already received", all(row["length"] > plain["length"] for row in repeats)
    )
    seen.says(
        "counts three duplicate acknowledgments", len(before) >= 3 and "fast_retransmission" in again[0]["analysis"]
    )
    (first,) = [row for row in seen.with_payload("server") if row["seq"] == again[0]["seq"] and row is not again[0]]
    seen.says("retransmits it without waiting for its timer", seen.seconds(first, again[0]) < 0.2)
    seen.says("it was retransmitted before the timer expired", first["number"] < again[0]["number"])
    seen.says("A segment was lost", len(again) == 1)


@expects
def reordering(seen: Witness) -> None:
    assert seen.asked == ["GET /book 200"]
    assert seen.exchanges[0]["response"]["complete"]
    late = seen.verdicts("out_of_order", "server")
    seen.says("A segment of a download takes a longer path", len(late) == 1)
    behind = max(row["seq"] for row in seen.with_payload("server") if row["number"] < late[0]["number"])
    seen.says("arrives after one that was sent later", behind > late[0]["seq"])
    repeats = seen.verdicts("duplicate_ack", "client")
    seen.says("acknowledges up to the missing segment again", {row["ack"] for row in repeats} == {late[0]["seq"]})
    seen.knows("Three duplicate acknowledgments make a sender retransmit")
    seen.says("there were fewer", 0 < len(repeats) < 3)
    sent = [row["seq"] for row in seen.with_payload("server")]
    seen.says("nothing is retransmitted", len(set(sent)) == len(sent))
    seen.says("nothing had to be retransmitted", len(set(sent)) == len(sent))
    seen.says("A segment was overtaken", "reordered" in seen.kinds)


@expects
def delay(seen: Witness) -> None:
    assert seen.asked == ["GET / 200"]
    assert not any(row["analysis"] for row in seen.packets if "FIN" not in row["flags"])
    seen.says("the other end is 0.15 s away", trip(seen, 0.3))
    seen.says("handshake takes a round trip, 0.3 s", trip(seen, 0.3))
    asked, answered = seen.with_payload("client")[0], seen.with_payload("server")[0]
    built = next(row for row in seen.packets if "ACK" in row["flags"] and row["direction"] == "client")
    assert seen.seconds(built, asked) < 0.1, "the client speaks as soon as the connection is ESTABLISHED"
    seen.says("two round trips of 0.3 s", 0.6 <= seen.seconds(seen.packets[0], answered) < 0.8)
    seen.says("The body is 25 bytes", seen.exchanges[0]["response"]["body_bytes"] == 25)


@expects
def narrow(seen: Witness) -> None:
    assert seen.asked == ["GET /book 200"]
    assert not seen.verdicts("retransmission")
    seen.says("60 kB", seen.exchanges[0]["response"]["body_bytes"] == 60_000)
    sent = seen.with_payload("server")
    flights = [row["in_flight"] / 1448 for row in sent]
    first_ack = next(row for row in seen.packets if row["direction"] == "client" and (row["ack"] or 0) > 1)
    seen.says("at first 10 and", len([row for row in sent if row["number"] < first_ack["number"]]) == 10)
    seen.says("finally more than 25", max(flights) > 25)
    trips = [row["ack_rtt_ns"] / 1e9 for row in seen.packets if row["direction"] == "client" and row["ack_rtt_ns"]]
    seen.says("takes 0.02 s", 0.02 <= min(trips) < 0.1)
    seen.says("it takes more than ten times that", max(trips) > 0.2)
    seen.says("the excess waits in its queue", max(trips) > 4 * min(trips))
    took = seen.seconds(sent[0], [row for row in seen.packets if row["direction"] == "client"][-1])
    seen.says("carries 100 kB per second", 50_000 < 60_000 / took < 105_000)
    seen.says("a queue grew, and with it the round-trip time", trips.index(max(trips)) > len(trips) / 2)
