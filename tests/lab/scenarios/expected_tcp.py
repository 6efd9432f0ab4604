"""What must be seen of the scenarios about TCP itself. Nothing here depends on how fast the machine is."""

from __future__ import annotations

from tests.lab.scenarios.witness import Witness, expects


@expects
def refused(seen: Witness) -> None:
    assert seen.lives == ["unknown REJ"]
    assert [row["flags"] for row in seen.packets] == [["SYN"], ["RST", "ACK"]]
    assert "refused" in seen.kinds


@expects
def filtered(seen: Witness) -> None:
    assert seen.lives == ["unknown S0"]
    assert [row["flags"] for row in seen.packets] == [["SYN"]] * 3
    first, second, third = seen.packets
    assert [row["analysis"] for row in seen.packets] == [[], ["retransmission"], ["retransmission"]]
    assert seen.seconds(second, third) > 1.5 * seen.seconds(first, second), "each pause is twice the one before"


@expects
def simultaneous_open(seen: Witness) -> None:
    assert seen.connections[0]["conn_state"] == "SF"
    assert [row["direction"] for row in seen.flagged("SYN")] == ["client", "server"]
    assert seen.states("client")[:3] == ["SYN-SENT", "SYN-RECEIVED", "ESTABLISHED"]
    assert "SYN-RECEIVED" in seen.states("server")
    assert seen.connections[0]["bytes"] == [29, 32]


@expects
def fast_open(seen: Witness) -> None:
    assert seen.asked == ["GET / 200"] * 2
    first, second = seen.flagged("SYN")
    assert first["payload"] == 0
    assert second["payload"] > 0
    assert seen.anomalies == ["tcp-data-on-syn"]


@expects
def ipv6(seen: Witness) -> None:
    assert seen.connections[0]["server"] == "[::1]:80"
    assert seen.lives == ["http SF"]
    assert seen.asked == ["GET / 200"]


@expects
def abort(seen: Witness) -> None:
    assert seen.lives == ["http RSTO"]
    assert seen.connections[0]["closed_by"] == "client"
    assert not seen.flagged("FIN", "ACK")
    assert seen.states("client")[-1] == seen.states("server")[-1] == "CLOSED"


@expects
def server_crash(seen: Witness) -> None:
    assert seen.lives == ["http SF"]
    assert seen.connections[0]["closed_by"] == "server"
    assert seen.anomalies == ["http-cut-short"]
    response = seen.exchanges[0]["response"]
    assert not response["complete"]
    assert 0 < response["body_bytes"] < 1000


@expects
def half_close(seen: Witness) -> None:
    assert seen.lives == ["unknown SF"]
    assert seen.states("client")[-3:] == ["FIN-WAIT-1", "FIN-WAIT-2", "TIME-WAIT"]
    (fin,) = [row for row in seen.packets if "FIN" in row["flags"] and row["direction"] == "client"]
    later = [row for row in seen.packets if row["number"] > fin["number"] and row["direction"] == "server"]
    assert sum(row["payload"] for row in later) == len("apple\nfig\npear\n")


@expects
def simultaneous_close(seen: Witness) -> None:
    assert seen.lives == ["unknown SF"]
    assert seen.states("client")[-3:] == ["FIN-WAIT-1", "CLOSING", "TIME-WAIT"]
    assert seen.states("server")[-2:] == ["CLOSING", "TIME-WAIT"]


@expects
def time_wait(seen: Witness) -> None:
    assert seen.asked == ["GET / 200"] * 2
    first, second = seen.connections
    assert first["client"] == second["client"]
    assert seen.states("server", 0)[-1] == "TIME-WAIT"
    (again,) = seen.verdicts("reused_ports")
    assert again["flags"] == ["SYN"]


@expects
def zero_window(seen: Witness) -> None:
    assert seen.lives == ["unknown SF"]
    shut = seen.verdicts("zero_window", "server")
    assert shut
    assert seen.verdicts("window_full", "client")
    probes = seen.verdicts("keep_alive", "client") + seen.verdicts("zero_window_probe", "client")
    assert len(probes) >= 2
    opened = next(row for row in seen.packets if row["direction"] == "server" and row["number"] > shut[-1]["number"])
    assert opened["window"] > 0
    assert "window_closed" in seen.kinds


@expects
def keep_alive_probes(seen: Witness) -> None:
    probes, answers = seen.verdicts("keep_alive", "client"), seen.verdicts("keep_alive_ack", "server")
    assert len(answers) >= 2
    assert len(probes) == len(answers) + 2
    assert seen.packets[-1]["flags"] == ["RST", "ACK"]
    assert seen.states("client")[-1] == "CLOSED"


@expects
def nagle(seen: Witness) -> None:
    longest = [
        max(row["in_flight"] for row in seen.packets if row["connection"] == number and row["direction"] == "client")
        for number in (0, 1)
    ]
    assert longest == [6, 11], "Nagle: one small segment on the way at a time; without it both"
    assert [row["conn_state"] for row in seen.connections] == ["SF", "SF"]


@expects
def loss_timer(seen: Witness) -> None:
    assert seen.asked == ["GET / 200"]
    (again,) = seen.verdicts("retransmission", "server")
    (first,) = [row for row in seen.packets if row["direction"] == "server" and row["payload"] and row is not again]
    assert seen.seconds(first, again) > 0.15
    assert not seen.verdicts("fast_retransmission")
    assert "repeated" in seen.kinds


@expects
def loss_fast(seen: Witness) -> None:
    assert seen.asked == ["GET /book 200"]
    assert seen.exchanges[0]["response"]["complete"]
    assert len(seen.verdicts("duplicate_ack", "client")) >= 3
    assert len(seen.verdicts("fast_retransmission", "server")) == 1


@expects
def reordering(seen: Witness) -> None:
    assert seen.asked == ["GET /book 200"]
    assert seen.exchanges[0]["response"]["complete"]
    assert seen.verdicts("out_of_order", "server")
    assert "reordered" in seen.kinds


@expects
def delay(seen: Witness) -> None:
    assert seen.asked == ["GET / 200"]
    assert seen.connections[0]["handshake_ns"] > 300_000_000
    assert not any(row["analysis"] for row in seen.packets if "FIN" not in row["flags"])


@expects
def narrow(seen: Witness) -> None:
    assert seen.asked == ["GET /book 200"]
    trips = [row["ack_rtt_ns"] for row in seen.packets if row["direction"] == "client" and row["ack_rtt_ns"]]
    assert max(trips) > 4 * min(trips), "the queue grows, and with it the round trip"
    assert not seen.verdicts("retransmission")
