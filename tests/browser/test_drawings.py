"""Every drawing as data: directions, colours, marks of trouble, units, cells and order, held against the engine.

tests/browser/drawings.js reads a drawing from what the browser computed. A test then compares it with the capture that
was opened, so that an arrow the wrong way round, a figure in the wrong cell or a swapped colour fails.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page

import inspector
from inspector.lab.sample_captures import demo_recording
from inspector.views import rows
from inspector.views.columns import records
from inspector.views.sockets.descriptor_rows import token_columns
from tests.browser.conftest import enter, eventually
from tests.browser.dashboards import Dashboard, running
from tests.web.traffic import ACK, RST, SYN, Talk, Wire

READERS = (Path(__file__).parent / "drawings.js").read_text(encoding="utf-8")

SCHEMES = ("light", "dark")
OTHER = {"client": "server", "server": "client"}

UNITS = {"ns": 1.0, "µs": 1e3, "ms": 1e6, "s": 1e9}

CLIENT_PORTS = {"missing": 40001, "broken": 40002, "again": 40003, "refused": 40004, "many": 40005}

ROUNDS = 120
"""Exchanges of one connection, each with a wait of its own, so that all percentiles differ."""

TROUBLE = {"lost_segment", "out_of_order", "retransmission", "spurious_retransmission", "fast_retransmission"}
"""The verdicts in the capture that are signs of trouble."""


def answered(status: str, body: bytes = b"") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def asked(target: str) -> bytes:
    return f"GET {target} HTTP/1.1\r\nHost: demo\r\n\r\n".encode()


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Trouble of several kinds: 404, 500 and a reset, segments out of order and sent again, a refused connection."""
    wire = Wire(tmp_path_factory.mktemp("drawings") / "trouble.pcapng")
    missing = Talk(wire, CLIENT_PORTS["missing"])
    missing.client(asked("/missing"))
    missing.server(answered("404 Not Found"))
    missing.client(asked("/there"))
    missing.server(answered("200 OK", b"Hello"))
    missing.close()
    broken = Talk(wire, CLIENT_PORTS["broken"])
    broken.client(asked("/broken"))
    broken.server(answered("500 Internal Server Error", b"sorry"))
    wire.put((80, CLIENT_PORTS["broken"]), 5001 + len(answered("500 Internal Server Error", b"sorry")), 0, RST)
    again = Talk(wire, CLIENT_PORTS["again"])
    again.client(asked("/again"))
    again.overtake(answered("200 OK", b"0123456789")[:-4], b"6789")
    again.arrive()
    again.arrive()
    again.close()
    wire.put((CLIENT_PORTS["refused"], 81), 1000, 0, SYN)
    wire.put((81, CLIENT_PORTS["refused"]), 0, 1001, RST | ACK)
    many = Talk(wire, CLIENT_PORTS["many"])
    for i in range(ROUNDS):
        many.client(asked(f"/{i}"))
        wire.now += 137_000 * i
        many.server(answered("200 OK", b"x" * i))
    many.close()
    wire.close()
    return wire.path


@pytest.fixture(scope="module")
def troubled(file: Path) -> Iterator[Dashboard]:
    with running("open", str(file)) as dashboard:
        yield dashboard


def turn(page: Page, dashboard: Dashboard, place: str) -> Page:
    """A part of a dashboard's page, tall enough for all its rows."""
    page.set_viewport_size({"width": 1600, "height": 2400})
    enter(page, dashboard)
    page.evaluate(READERS)
    page.evaluate("hash => { location.hash = hash; }", f"#/{place}")
    return page


def drawn(page: Page, name: str, check: Callable[[Any], None], schemes: tuple[str, ...] = SCHEMES) -> None:
    """Reads a drawing until it passes, in light and in dark."""
    for scheme in schemes:
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        eventually(page, lambda: check(page.evaluate("name => window.drawing(name)", name)))


def number(words: str) -> float:
    """ "12 431" as a number; the space is a narrow one."""
    return float(words.replace("\u202f", "").replace("−", "-"))


def nanoseconds(words: str) -> float:
    """A duration as the page writes it, in ns."""
    amount, unit = words.rsplit(" ", 1)
    return number(amount) * UNITS[unit]


def is_about(shown: str, ns: float) -> bool:
    """Whether a duration of three digits is that of so many nanoseconds."""
    return abs(nanoseconds(shown) - ns) <= 0.006 * ns + 1


def size_text(count: int) -> str:
    """A number of bytes below 10 000 as the page writes it."""
    return f"{count} B"


def packet_text(row: dict[str, Any], carried: dict[int, str]) -> str:
    """What the ladder writes above a packet's arrow."""
    if row["number"] in carried:
        return carried[row["number"]]
    flags = [flag for flag in row["flags"] if flag != "PSH"]
    if row["payload"]:
        flags = [flag for flag in flags if flag != "ACK"]
    return " ".join(flags) or f"{row['payload']} bytes"


def is_trouble(row: dict[str, Any]) -> bool:
    return "RST" in row["flags"] or bool(TROUBLE & set(row["verdicts"]))


class Truth:
    """What the engine knows of a capture."""

    def __init__(self, path: Path) -> None:
        with inspector.open(path) as capture:
            self.packets = rows.packet_rows(capture)
            self.connections = rows.connection_rows(capture)
            self.exchanges = rows.exchange_rows(capture)
            self.messages = rows.message_rows(capture)
            self.tokens = records(token_columns(capture))
        self.kinds: dict[int, str] = {}
        self.carried: dict[int, str] = {}
        for message in reversed(self.messages):
            self._carry(message["first_packet"], "message", message["info"])
        for exchange in reversed(self.exchanges):
            asked, answer = exchange["request"], exchange["response"]
            if answer:
                self._carry(answer["packet"], "response", f"{answer['status']} {answer['reason']}")
            if asked:
                self._carry(asked["packet"], "request", f"{asked['method']} {asked['target']}")

    def _carry(self, packet: int, kind: str, text: str) -> None:
        self.kinds[packet], self.carried[packet] = kind, text

    def of(self, connection: int) -> list[dict[str, Any]]:
        return [row for row in self.packets if row["connection"] == connection]


@pytest.fixture(scope="module")
def recorded() -> Truth:
    """The recorded demo."""
    return Truth(demo_recording())


@pytest.fixture(scope="module")
def found(file: Path) -> Truth:
    """The troubled capture."""
    return Truth(file)


def check_ladder(steps: list[dict[str, Any]], truth: Truth, connection: int) -> None:
    packets = truth.of(connection)
    start = packets[0]["at_ns"]
    assert [step["packet"] for step in steps] == [row["number"] for row in packets]
    assert [step["top"] for step in steps] == sorted(step["top"] for step in steps)
    before: dict[str, str | None] = {}
    for step, row in zip(steps, packets, strict=True):
        sender = row["direction"]
        assert step["number"] == str(row["number"])
        assert step["clientIsLeft"]
        assert (step["from"], step["to"]) == (sender, OTHER[sender]), "an arrow goes from its sender to the other end"
        assert step["pointsTo"] == OTHER[sender], "and its head points there"
        colour = "trouble" if is_trouble(row) else sender
        assert step["head"] == colour
        assert step["arrow"] == colour
        assert step["isDashed"] == is_trouble(row), "trouble is known by its shape too"
        assert step["thick"] == (4 if row["payload"] else 1.5)
        assert step["what"].split(",")[0] == packet_text(row, truth.carried).split(",")[0]
        kind = truth.kinds.get(row["number"])
        assert step["whatColour"] == {"request": "http", "response": "http", "message": "ws", None: sender}[kind]
        assert step["amount"] == (f"{row['payload']} bytes" if row["payload"] and step["what"][-5:] != "bytes" else "")
        elapsed = row["at_ns"] - start
        assert step["time"] == "0" if not elapsed else is_about(step["time"], elapsed)
        assert [name.replace("-", "_").replace(" ", "_") for name, _, _ in step["verdicts"]] == [
            SHOWN.get(verdict, verdict) for verdict in row["verdicts"]
        ]
        for verdict, (_, colour, mark) in zip(row["verdicts"], step["verdicts"], strict=True):
            assert (colour, mark) == (("trouble", '"! "') if verdict in TROUBLE else ("ink", "none"))
        assert step["label"].startswith(f"Packet {row['number']}, from the {sender}, ")
        for side, outwards in (("client", -1), ("server", 1)):
            state = row[f"{side}_state"]
            shown = step[side]
            assert shown["isBeside"] == outwards, "a state's name is outside of its band"
            assert shown["colour"] == side
            assert set(shown["paint"]) <= {side}
            if before.get(side, state) != state:
                assert shown["word"] == state
            below = shown["bands"][1].split(" ")
            assert below[0] == band(state)
            assert ("assumed" in below) == row[f"{side}_state_assumed"]
            assert ("reset" in below) == ("RST" in row["flags"] and state == "CLOSED" != before.get(side))
            before[side] = state


SHOWN = {"lost_segment": "previous_segment_not_captured", "out_of_order": "out_of_order_segment"}
"""Verdicts whose names on the page are other words."""

BANDS = {
    "opening": {"SYN-SENT", "SYN-RECEIVED"},
    "established": {"ESTABLISHED"},
    "closing": {"FIN-WAIT-1", "FIN-WAIT-2", "CLOSE-WAIT", "CLOSING", "LAST-ACK"},
    "time-wait": {"TIME-WAIT"},
    "closed": {"CLOSED", "LISTEN"},
}


def band(state: str) -> str:
    return next(name for name, states in BANDS.items() if state in states)


@pytest.mark.parametrize("connection", [0, 5])
def test_the_ladder_of_the_demo(blank: Page, saved: Dashboard, recorded: Truth, connection: int) -> None:
    page = turn(blank, saved, f"connections/{connection}")
    drawn(page, "ladder", lambda steps: check_ladder(steps, recorded, connection))


@pytest.mark.parametrize("name", ["missing", "broken", "again", "refused"])
def test_the_ladder_of_trouble(blank: Page, troubled: Dashboard, found: Truth, name: str) -> None:
    connection = list(CLIENT_PORTS).index(name)
    page = turn(blank, troubled, f"connections/{connection}")
    drawn(page, "ladder", lambda steps: check_ladder(steps, found, connection))


def test_both_ends_stand_where_their_packets_do(blank: Page, troubled: Dashboard) -> None:
    page = turn(blank, troubled, "connections/0")

    def check(ends: list[dict[str, Any]]) -> None:
        assert [(end["name"], end["parts"], end["colour"]) for end in ends] == [
            ("Client socket", ["127.0.0.1", str(CLIENT_PORTS["missing"])], "client"),
            ("Server socket", ["127.0.0.1", "80"], "server"),
        ]

    drawn(page, "ends", check)


def test_the_legend_shows_what_the_ladder_draws(blank: Page, troubled: Dashboard) -> None:
    page = turn(blank, troubled, "connections")
    page.keyboard.press("?")

    def check(arrows: list[list[str]]) -> None:
        assert arrows == [
            ["Client", "right", "client"],
            ["Server", "left", "server"],
            ["Thick arrow", "right", "client"],
            ["Trouble", "right", "trouble"],
        ]

    drawn(page, "legend", check)


def check_packets(drawing: list[dict[str, Any]], truth: Truth) -> None:
    assert len(drawing) > 40
    for shown, row in zip(drawing, truth.packets, strict=False):
        cells, sender = shown["cells"], row["direction"]
        connection = truth.connections[row["connection"]]
        port = {side: f":{connection[side].rsplit(':', 1)[1]}" for side in OTHER}
        assert cells["No."] == str(row["number"])
        assert abs(number(cells["Time"]) - row["at_ns"] / 1e9) < 1e-6
        assert cells["Source"] == port[sender]
        assert cells["Destination"] == port[OTHER[sender]]
        assert (shown["source"], shown["destination"]) in ((sender, OTHER[sender]), (sender, "ink-2"))
        assert shown["sourceTitle"] == f"{connection[sender]} ({sender})"
        assert cells["Conn."] == f"#{row['connection']}"
        assert cells["Length"] == str(row["length"])
        kind = truth.kinds.get(row["number"])
        if kind:
            assert shown["what"] == truth.carried[row["number"]]
        else:
            telling = [flag for flag in row["flags"] if flag != "PSH" and (flag != "ACK" or "SYN" in row["flags"])]
            plain = f"{row['payload']} bytes" if row["payload"] else "ACK"
            assert shown["what"] == (" ".join(telling) or plain)
        colours = {"request": "client", "response": "server", "message": "ws", None: None}
        expected = "trouble" if is_trouble(row) else colours[kind]
        assert shown["isTinted"] == is_trouble(row)
        assert expected is None or shown["whatColour"] == expected
        assert expected == "trouble" or shown["whatColour"] != "trouble"
        if row["verdicts"]:
            names = [SHOWN.get(verdict, verdict) for verdict in row["verdicts"]]
            assert [re.sub("[- ]", "_", name) for name in shown["verdict"].split(", ")] == names
            assert shown["verdictColour"] == ("trouble" if TROUBLE & set(row["verdicts"]) else "ink-2")
        elif not kind and "SYN" in row["flags"]:
            ack = f", ack {row['ack']}" if row["ack"] is not None else ""
            assert shown["more"] == f"seq {row['seq']}{ack}, window {number_text(row['window'])}"


def number_text(count: int) -> str:
    """A number as the page writes it: from five digits on in groups."""
    return f"{count:,}".replace(",", "\u202f") if count >= 10_000 else str(count)


def test_the_packet_table_of_trouble(blank: Page, troubled: Dashboard, found: Truth) -> None:
    page = turn(blank, troubled, "packets")
    drawn(page, "packets", lambda drawing: check_packets(drawing, found))


def test_the_packet_table_of_the_demo(blank: Page, saved: Dashboard, recorded: Truth) -> None:
    page = turn(blank, saved, "packets")
    drawn(page, "packets", lambda drawing: check_packets(drawing, recorded), ("light",))


def test_the_lifetimes_of_connections(blank: Page, troubled: Dashboard, found: Truth) -> None:
    page = turn(blank, troubled, "connections")
    end = found.packets[-1]["at_ns"]

    def check(drawing: list[dict[str, Any]]) -> None:
        assert [row["id"] for row in drawing] == [row["id"] for row in found.connections]
        for shown, row in zip(drawing, found.connections, strict=True):
            ends = [[row[side].rsplit(":", 1)[1], side] for side in OTHER]
            assert [[word.rsplit(":", 1)[-1], colour] for word, colour in shown["pair"][::2]] == ends
            assert shown["pair"][1][0] == " → "
            assert abs(shown["from"] - row["at_ns"] / end) < 0.06
            assert abs(shown["to"] - (row["at_ns"] + row["duration_ns"]) / end) < 0.06
            is_fine = row["outcome"] == "closed"
            assert shown["bar"] == ("http" if is_fine else "trouble")
            assert not shown["goesOn"]
            word, _, lasted = shown["duration"].rpartition(", ")
            assert bool(word) != is_fine
            assert is_about(lasted, row["duration_ns"])
            if shown["packets"]:
                assert shown["packets"] == str(sum(row["packets"]))

    drawn(page, "connections", check)


PHASES = {"connect": "ink-2", "send": "client", "wait": "http", "receive": "server"}


def test_the_list_of_exchanges_and_its_waterfall(blank: Page, troubled: Dashboard, found: Truth) -> None:
    page = turn(blank, troubled, "http")

    def check(drawing: list[dict[str, Any]]) -> None:
        assert len(drawing) > 60
        assert [shown["id"] for shown in drawing] == list(range(len(drawing)))
        longest = max(sum(ns or 0 for ns in row["timing_ns"].values()) for row in found.exchanges)
        for shown, row in zip(drawing, found.exchanges, strict=False):
            status = row["response"]["status"]
            assert shown["method"] == row["request"]["method"]
            assert shown["target"] == row["request"]["target"]
            assert shown["status"] == f"{status} {row['response']['reason']}"
            assert (shown["colour"] == "trouble") == (status >= 400)
            assert shown["connection"] == f"#{row['connection']}"
            assert shown["size"] == size_text(row["response"]["body_bytes"])
            timing = {kind: ns for kind, ns in row["timing_ns"].items() if ns is not None and kind in PHASES}
            kinds = [kind for kind in PHASES if kind in timing]
            assert [kind for kind, *_ in shown["phases"]] == kinds
            assert is_about(shown["time"], sum(timing.values()))
            at = 0.0
            for kind, left, width, colour in shown["phases"]:
                assert abs(left - at / longest) < 0.05
                assert abs(width - timing[kind] / longest) < 0.05
                assert colour in (PHASES[kind], "" if kind in ("wait", "connect") else PHASES[kind])
                at += timing[kind]

    drawn(page, "exchanges", check)


def test_bubbles_are_on_their_sender_s_side(blank: Page, saved: Dashboard, recorded: Truth) -> None:
    page = turn(blank, saved, "websocket/5")
    expected = [row for row in recorded.messages if row["connection"] == 5 and row["kind"] not in ("ping", "pong")]
    assert {row["direction"] for row in expected} == set(OTHER)
    drawn(page, "chatHead", lambda head: check_equal(head, [["From clients", "client"], ["From the server", "server"]]))
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]

        def check() -> None:
            bubbles, grounds = page.evaluate("() => [window.drawing('chat'), window.drawing('grounds')]")
            assert [bubble["id"] for bubble in bubbles] == [row["id"] for row in expected]
            for bubble, row in zip(bubbles, expected, strict=True):
                if row["kind"] == "close":
                    assert bubble["text"].startswith(clock(row["at_ns"]))
                    assert f"The {row['direction']} closes the WebSocket: {row['close_code']}, " in bubble["text"]
                    continue
                assert bubble["side"] == {"client": "left", "server": "right"}[row["direction"]]
                assert bubble["ground"] == grounds[row["direction"]]
                assert bubble["text"] == row["text"]
                assert bubble["facts"].split(" · ")[:3] == ["#5", clock(row["at_ns"]), f"{row['bytes']} B"]

        eventually(page, check)


def check_equal(shown: Any, expected: Any) -> None:
    assert shown == expected


def clock(ns: int) -> str:
    """A time since the start of the capture as the page writes it, below a minute."""
    return f"{ns // 10**6 / 1000:.3f} s"


def test_descriptors_and_the_connections_between_them(blank: Page, saved: Dashboard, recorded: Truth) -> None:
    page = turn(blank, saved, "sockets")
    page.wait_for_function("() => /at=/.test(location.hash)")
    at = int(re.search(r"at=(\d+)", page.url)[1])  # type: ignore[index]

    def is_open(token: dict[str, Any]) -> bool:
        return token["opened_at_ns"] <= at and (token["closed_at_ns"] is None or token["closed_at_ns"] > at)

    opened = [token for token in recorded.tokens if is_open(token) and token["connection"] is not None]
    assert len(opened) >= 4

    def check(figure: dict[str, Any]) -> None:
        held = {slot["end"]: slot for slot in figure["slots"] if slot["end"]}
        assert sorted(held) == sorted(f"{token['connection']} {token['direction']}" for token in opened)
        for token in opened:
            slot = held[f"{token['connection']} {token['direction']}"]
            assert slot["process"] == token["process"]
            assert slot["pid"] == f"pid {token['pid']}"
            assert slot["fd"] == str(token["fd"])
            assert slot["colour"] == token["role"]
        both = {token["connection"] for token in opened}
        assert {curve["name"] for curve in figure["curves"]} == {f"#{connection}" for connection in both}
        for curve in figure["curves"]:
            connection = int(curve["name"][1:])
            assert (curve["from"], curve["to"]) == (f"{connection} client", f"{connection} server")
            assert curve["colour"] == {"http": "http", "websocket": "ws"}[recorded.connections[connection]["protocol"]]
        named = [token for token in opened if token["name"] and token["named_at_ns"] <= at]
        registered = figure["registry"]
        pairs = sorted(zip(registered[::2], registered[1::2], strict=True))
        assert pairs == sorted((str(token["fd"]), token["name"]) for token in named)

    drawn(page, "sockets", check)


@pytest.fixture(scope="module")
def five(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Dashboard, Path]]:
    """The same news in five ways."""
    from tests.compare.traffic import five_ways

    path = five_ways(tmp_path_factory.mktemp("five") / "five.pcapng")
    with running("open", str(path)) as dashboard:
        yield dashboard, path


METERS = {"overhead": "wire_bytes_per_useful_byte", "delivery": "median_ns"}


def test_each_measurement_is_in_the_cell_of_its_question_and_kind(blank: Page, five: tuple[Dashboard, Path]) -> None:
    from inspector.compare import compare, runs

    dashboard, path = five
    with inspector.open(path) as capture:
        measured = runs(capture)
        truth = compare(capture, measured[-1] if measured else None)
    page = turn(blank, dashboard, "compare")

    def check(cells: list[dict[str, Any]]) -> None:
        told = [(fact, kind) for fact in truth["facts"] for kind in truth["kinds"]]
        assert len(cells) == len(told)
        for cell, (fact, kind) in zip(cells, told, strict=True):
            values = fact["cells"][kind["name"]]["values"]
            everyone = [fact["cells"][other["name"]]["values"] for other in truth["kinds"]]
            assert (cell["question"], cell["kind"]) == (fact["question"], kind["title"])
            assert cell["text"] == fact["cells"][kind["name"]]["text"]
            assert cell["detail"] == fact["cells"][kind["name"]]["detail"]
            colour = "ws" if kind["name"] == "websocket" else "http"
            assert cell["headColour"] == colour
            figure = METERS.get(fact["name"])
            if figure and figure in values:
                most = max(other.get(figure, 0) for other in everyone)
                assert cell["share"] == pytest.approx(values[figure] / most, abs=1e-6)
                assert cell["meter"].split(" ")[0] == colour
            if fact["name"] == "round_trips" and values.get("round_trips"):
                flights = min(int(2 * values["round_trips"]), 24)
                assert cell["trips"] == [[["right", "client"], ["left", "server"]][i % 2] for i in range(flights)]
            if fact["name"] == "life":
                assert len(cell["lives"]) == len(kind["lives"])
                for (x, width), life in zip(cell["lives"], kind["lives"], strict=True):
                    assert x == pytest.approx(life["at_ns"] / truth["duration_ns"] * 986, abs=1)
                    lasts = (life["until_ns"] - life["at_ns"]) / truth["duration_ns"] * 986
                    assert width == pytest.approx(max(14, lasts + (14 if life["is_open"] else 0)), abs=1)
            if fact["name"] == "message" and values.get("wire_bytes_each"):
                dearest = max(other.get("wire_bytes_each", 0) for other in everyone)
                parts = ("building", "talking", "closing")
                assert [name for name, _ in cell["prices"]] == list(parts)
                for name, width in cell["prices"]:
                    expected = values[f"{name}_bytes"] / values["messages"] / dearest
                    assert width == pytest.approx(expected, abs=0.02)

    drawn(page, "compare", check)


def test_the_figures_of_the_overview(blank: Page, troubled: Dashboard, found: Truth) -> None:
    page = turn(blank, troubled, "overview")
    lengths = [row["length"] for row in found.packets]
    wait = np.array([row["timing_ns"]["wait"] for row in found.exchanges])
    handshake = np.array([row["handshake_ns"] for row in found.connections if row["handshake_ns"] is not None])
    heavy = sorted(found.connections, key=lambda row: -sum(row["bytes"]))

    def spread(shown: list[list[str]], values: Any) -> None:
        expected = {"median": 50, "p90": 90, "p95": 95, "p99": 99}
        assert [name for name, _ in shown] == [*expected, "max", "count"]
        for name, words in shown[:4]:
            assert is_about(words, float(np.percentile(values, expected[name], method="inverted_cdf"))), name
        assert is_about(shown[4][1], values.max())
        assert shown[5][1] == str(len(values))

    assert len({float(np.percentile(wait, percent, method="inverted_cdf")) for percent in (50, 90, 95, 99, 100)}) == 5

    def check(overview: dict[str, Any]) -> None:
        counters = dict(overview["counters"])
        assert counters["packets"] == str(len(lengths))
        assert counters["on the wire"] == f"{sum(lengths) / 1000:.1f} kB"
        assert is_about(counters["duration"], found.packets[-1]["at_ns"])
        assert counters["connections"] == str(len(found.connections))
        assert counters["HTTP exchanges"] == str(len(found.exchanges))
        assert counters["WebSocket messages"] == "0"
        spread(overview["percentiles"]["Handshake"], handshake)
        spread(overview["percentiles"]["Wait for the response"], wait)
        assert overview["troubles"]
        for count, _title, packets, _ in overview["troubles"]:
            assert len(packets) == min(int(count), 5)
        assert any(colour == "trouble" for *_, colour in overview["troubles"])
        assert [talker["id"] for talker in overview["talkers"]] == [
            f"#{row['id']}" for row in heavy if sum(row["bytes"])
        ]
        most = sum(heavy[0]["bytes"])
        for talker, row in zip(overview["talkers"], heavy, strict=False):
            (left, wide, colour), (left2, wide2, colour2) = talker["parts"]
            client, server = (count / most * talker["width"] for count in row["bytes"])
            assert (colour, colour2) == ("client", "server")
            assert (left, wide, left2, wide2) == pytest.approx((0, client, client, server), abs=0.6)
            assert talker["words"] == f"to {row['server']}, {sum(row['packets'])} packets"

    drawn(page, "overview", check)


def test_the_texts_beside_the_lanes(blank: Page, troubled: Dashboard, found: Truth) -> None:
    page = turn(blank, troubled, "timeline")
    outcomes = {
        "missing": "404, 200",
        "broken": "reset",
        "again": "200",
        "refused": "refused",
        "many": f"{ROUNDS} × 200",
    }

    def check(lanes: list[dict[str, Any]]) -> None:
        by_port = {int(re.search(r":(\d+)", lane["sides"][0][0])[1]): lane for lane in lanes}  # type: ignore[index]
        assert set(by_port) == set(CLIENT_PORTS.values())
        for i, (name, port) in enumerate(CLIENT_PORTS.items()):
            lane = by_port[port]
            assert lane["title"].startswith(f"#{i} ")
            assert lane["outcome"] == outcomes[name]
            assert lane["isHeavy"] == (name in ("missing", "broken", "refused"))
            assert [colour for _, colour in lane["sides"]] == ["client", "server"]
            assert lane["sides"][1][0].endswith(f":{found.connections[i]['server'].rsplit(':', 1)[1]}")
            assert lane["label"].startswith(lane["title"])

    drawn(page, "lanes", check)


def test_the_key_of_the_timeline(blank: Page, troubled: Dashboard) -> None:
    page = turn(blank, troubled, "timeline")
    key = ["client", "server", "http", "ws", "trouble"]
    drawn(page, "toolsKey", lambda items: check_equal([colour for _, colour in items], key))
