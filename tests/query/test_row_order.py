"""Rows in the order of each of their columns, compared with the rows as they are shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import inspector
from inspector.engine.capture import Capture
from inspector.http.message_notes import PLAIN, note_names
from inspector.pcap.reader import open_packets
from inspector.query.outcomes import Outcome
from inspector.query.row_order import COLUMNS, RowOrder
from inspector.query.wait_causes import CAUSE_TITLES, CAUSES
from inspector.tables.table import PROTOCOL_NAMES, Protocol
from inspector.tcp.states import State
from inspector.tcp.verdicts import ConnState
from inspector.views import rows
from tests.web.traffic import Talk, Wire, exchange

SAMPLES = sorted((Path(__file__).parents[2] / "captures").glob("*.pcap*"))
RICH = (
    "demo", "nagle", "held-request", "slow-response", "ipv6", "loss-timer", "refused", "fragments", "server-crash",
    "syn-flood", "pipelining",
)  # fmt: skip

Row = dict[str, Any]


@pytest.fixture(scope="module", params=[path for path in SAMPLES if path.stem in RICH], ids=lambda path: path.stem)
def capture(request: pytest.FixtureRequest) -> Iterator[Capture]:
    with inspector.open(request.param) as capture:
        yield capture


def socket(text: str | None) -> Any:
    host, _, port = (text or "").rpartition(":")
    address = ip_address(host.strip("[]"))
    return address.version, int(address), int(port)


def pair(first: str, second: str) -> Callable[[Row], Any]:
    return lambda row: (socket(row[first]), socket(row[second]))


def of(side: str, name: str) -> Callable[[Row], Any]:
    return lambda row: row[side] and (row[side][name] or None)


def field(side: str, name: str) -> Callable[[Row], Any]:
    def value(row: Row) -> str | None:
        found = [text for field, text in (row[side] or {"headers": []})["headers"] if field.lower() == name]
        return found[0].split(";")[0].strip().lower() or None if found else None

    return value


def took(row: Row) -> int | None:
    """As the page's `totalNs` computes it."""
    request, response, parts = row["request"], row["response"], row["timing_ns"]
    needed = [parts["receive"], *([parts["send"], parts["wait"]] if request else [])]
    if not response or None in needed:
        return None
    ends = [response["at_ns"] + parts["receive"]]
    if not request:
        return int(ends[0] - response["at_ns"])
    ends.append(request["at_ns"] + parts["send"] + parts["wait"])
    return int(max(ends) - request["at_ns"] + (parts["connect"] or 0))


def processes(row: Row) -> Any:
    names = [name and name.lower() for name in row["processes"]]
    return tuple(name or "" for name in names) if any(names) else None


def cause(row: Row) -> Any:
    return row["cause"] and (CAUSE_TITLES[CAUSES[row["cause"]]].lower(), sum(row["shares_ns"].values()))


def odd_notes(row: Row) -> Any:
    return bool(set(row["notes"]) - set(note_names(PLAIN))) or None


PROTOCOLS = {protocol.name.lower(): PROTOCOL_NAMES[protocol].lower() for protocol in Protocol}
STATES = {state.rfc_name: state for state in State}

VALUES: dict[str, dict[str, Callable[[Row], Any]]] = {
    "packets": {
        **{
            name: lambda row, name=name: row[name] for name in ("number", "time_ns", "connection", "captured", "length")
        },
        **{name: lambda row, name=name: row[name] for name in ("seq", "ack", "window", "in_flight", "ack_rtt_ns")},
        "payload": lambda row: None if row["connection"] is None else row["payload"],
        "states": lambda row: row["client_state"] and (STATES[row["client_state"]], STATES[row["server_state"]]),
        "comment": lambda row: row["comment"],
    },
    "connections": {
        **{name: lambda row, name=name: row[name] for name in ("id", "start_ns", "end_ns", "handshake_ns")},
        "client": pair("client", "server"),
        "server": pair("server", "client"),
        "protocol": lambda row: PROTOCOLS[row["protocol"]],
        "outcome": lambda row: Outcome[row["outcome"].upper()],
        "conn_state": lambda row: ConnState[row["conn_state"]],
        **{
            name: lambda row, name=name: sum(row[name])
            for name in ("packets", "bytes", "missed_bytes", "retransmissions")
        },
        "client_bytes": lambda row: row["bytes"][0],
        "server_bytes": lambda row: row["bytes"][1],
        "states": lambda row: (STATES[row["client_state"]], STATES[row["server_state"]]),
        "processes": processes,
    },
    "exchanges": {
        "id": lambda row: row["id"],
        "connection": lambda row: row["connection"],
        "start_ns": lambda row: (row["request"] or row["response"])["time_ns"],
        "method": of("request", "method"),
        "target": of("request", "target"),
        "host": field("request", "host"),
        "type": field("response", "content-type"),
        "status": of("response", "status"),
        "sent": of("request", "body_bytes"),
        "bytes": lambda row: row["response"] and row["response"]["body_bytes"],
        "took_ns": took,
        "cause": cause,
    },
}
"""The value of a column in a row as it is shown, None where it is unknown."""


def in_order(capture: Capture, name: str, column: str, *, descending: bool) -> list[int]:
    every = np.arange(len(getattr(capture, name)))
    return RowOrder(capture).sorted(name, every, column, descending=descending).tolist()


@pytest.mark.parametrize("name", COLUMNS)
def test_every_column_gives_a_permutation_with_equal_values_in_the_order_of_the_file(
    capture: Capture, name: str
) -> None:
    shown = rows.BUILDERS[name](capture)
    for column in COLUMNS[name]:
        for descending in (False, True):
            order = in_order(capture, name, column, descending=descending)
            assert sorted(order) == list(range(len(shown))), column
            if column not in VALUES[name]:
                continue
            values = [VALUES[name][column](row) for row in shown]
            known = [row for row, value in enumerate(values) if value is not None]
            expected = sorted(known, key=lambda row: values[row], reverse=descending)
            unknown = [row for row, value in enumerate(values) if value is None]
            assert order == expected + unknown, (column, descending)


@pytest.mark.parametrize("name", COLUMNS)
def test_a_part_of_the_rows_is_in_the_same_order_as_within_all(capture: Capture, name: str) -> None:
    some = np.arange(len(getattr(capture, name)))[1::3]
    by, wanted = RowOrder(capture), set(some.tolist())
    for column in set(COLUMNS[name]) - {"since_ns"}:  # which depends on the packet listed before
        whole = in_order(capture, name, column, descending=True)
        part = by.sorted(name, some, column, descending=True).tolist()
        assert part == [row for row in whole if row in wanted], column


@pytest.mark.parametrize("name", COLUMNS)
def test_a_capture_without_packets(tmp_path: Path, name: str) -> None:
    wire = Wire(tmp_path / "empty.pcapng")
    wire.close()
    with inspector.open(wire.path) as capture:
        for column in COLUMNS[name]:
            assert in_order(capture, name, column, descending=False) == []


def test_addresses_and_ports_are_compared_as_numbers(tmp_path: Path) -> None:
    wire = Wire(tmp_path / "x.pcapng")
    ends = [("10.0.0.10", 9), ("fe80::1", 1), ("10.0.0.9", 10), ("10.0.0.9", 9), ("9.255.0.1", 60000)]
    for host, port in ends:
        Talk(wire, port, 80, host, "fe80::2" if ":" in host else "10.0.0.1")
    wire.close()
    with inspector.open(wire.path) as capture:
        order = in_order(capture, "connections", "client", descending=False)
        assert [ends[row] for row in order] == [
            ("9.255.0.1", 60000),
            ("10.0.0.9", 9),
            ("10.0.0.9", 10),
            ("10.0.0.10", 9),
            ("fe80::1", 1),
        ]
        sources = rows.packet_rows(capture, in_order(capture, "packets", "source", descending=True))
        assert [row["connection"] for row in sources][:4] == [1, 1, 1, 0]  # fe80::2 and fe80::1, then 10.0.0.10


def test_open_connections_last_until_now(tmp_path: Path) -> None:
    wire = Wire(tmp_path / "x.pcapng")
    idle = Talk(wire, 40001)
    exchange(wire, 40002, "/")
    wire.close()
    assert idle
    with inspector.open(wire.path) as capture:
        every = np.arange(2)
        by = RowOrder(capture)
        assert by.sorted("connections", every, "duration_ns").tolist() == [0, 1]
        later = int(capture.connections["end_ns"].max()) + 10**9
        assert by.sorted("connections", every, "duration_ns", now_ns=later).tolist() == [1, 0]


def test_texts_of_rows_that_come_later_are_sorted_with_the_others(tmp_path: Path) -> None:
    wire = Wire(tmp_path / "x.pcapng")
    exchange(wire, 40001, "/b")
    exchange(wire, 40002, "/c")
    with Capture(open_packets(wire.path)) as capture:
        by = RowOrder(capture)
        while capture.advance():
            pass
        assert by.sorted("exchanges", np.arange(2), "target").tolist() == [0, 1]
        exchange(wire, 40003, "/a")
        capture.refresh()
        while capture.advance():
            pass
        assert by.sorted("exchanges", np.arange(3), "target").tolist() == [2, 0, 1]
    wire.close()


def test_the_newest_lists_are_kept() -> None:
    by = RowOrder.__new__(RowOrder)
    by._kept = {}
    made: list[int] = []

    def make(key: int) -> Callable[[], Any]:
        return lambda: made.append(key) or np.array([key])

    for key in (1, 2, 1, 3, 4, 1, 5, 6, 1, 2):
        assert by.kept(key, make(key)).tolist() == [key]
    assert made == [1, 2, 3, 4, 5, 6, 2]
