"""The API of the sockets view, on the recording of a real little demo."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
import pytest

import inspector
from inspector.engine.capture import Capture
from inspector.lab import Lab
from inspector.lab.sample_captures import demo_recording
from inspector.views.columns import records
from inspector.views.rows import kernel_columns, token_columns
from inspector.views.sockets.lessons import Kind
from tests.web.visitor import opened
from web.api.sockets import picture


@pytest.fixture(scope="module")
def capture(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Capture]:
    path = tmp_path_factory.mktemp("sockets") / "demo.pcapng"
    with Lab.start(path, http_port=0, chat_port=0) as lab:
        for action in ("get", "refresh_twice", "join", "alice_says_hi", "bob_answers", "leave"):
            lab.run(action)
    with inspector.open(path) as opened:
        yield opened


def test_the_first_picture_is_whole(capture: Capture) -> None:
    shown = picture(capture, -1)
    assert shown["tokens"] == records(token_columns(capture))
    assert shown["kernel"] == records(kernel_columns(capture))
    assert set(shown["lives"]) == set(range(len(capture.connections)))
    assert shown["kinds"] == list(Kind)
    assert set(shown["protocols"].values()) == {"http", "websocket"}
    assert set(shown["protocols"]) == set(shown["lives"])


def test_the_next_one_holds_what_changed_since(capture: Capture) -> None:
    revision = picture(capture, -1)["revision"]
    later = picture(capture, revision)
    assert later["tokens"] == []
    assert picture(capture, -1)["kernel"][-1] in later["kernel"], "packets from before it may still be coming in"
    assert 0 < len(picture(capture, revision // 2)["tokens"]) < len(capture.tokens)


def test_of_lives_those_come_again_that_have_had_a_packet_or_are_new(capture: Capture) -> None:
    revision, packets = capture.descriptor_history.revision, len(capture.packets)
    assert picture(capture, revision, packets)["lives"] == {}
    last = int(capture.connections["last_packet"][-1])
    assert list(picture(capture, revision, last)["lives"]) == [
        row for row, packet in enumerate(capture.connections["last_packet"].tolist()) if packet >= last
    ]
    assert len(picture(capture, revision // 2, packets)["lives"]) > 0, "became known by a token or a word of the kernel"


def test_of_very_many_the_newest_are_told_and_those_that_are_shown_all_the_same(
    capture: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.api.sockets.MAX_LIVES", 1)
    shown = picture(capture, -1)
    last = len(capture.connections) - 1
    told_of = {fact["connection"] for fact in shown["facts"]} | {
        one for way in shown["ways"] for one in way["connections"]
    }
    assert (shown["connections"], shown["told_from"]) == (last + 1, last)
    assert set(shown["kept"]) == told_of - {last}
    assert set(shown["lives"]) == {*shown["kept"], last}


def test_of_those_that_are_held_still_old_ones_are_told_too(capture: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.api.sockets.MAX_LIVES", 1)
    monkeypatch.setattr("web.api.sockets.facts", lambda capture: [])
    monkeypatch.setattr("web.api.sockets.ways", lambda capture: [])
    assert picture(capture, -1)["kept"] == []
    closed = capture.tokens["closed_ns"]
    row = int(np.flatnonzero(capture.tokens["connection"] == 0)[0])
    was, closed[row] = int(closed[row]), -1
    assert picture(capture, -1)["kept"] == [0]
    monkeypatch.setattr("web.api.sockets.MAX_OPEN", 0)
    assert picture(capture, -1)["kept"] == []
    closed[row] = was


def test_a_life_tells_each_change_of_state_once(capture: Capture) -> None:
    for steps in picture(capture, -1)["lives"].values():
        assert steps[0][1:] == ["SYN-SENT", "SYN-RECEIVED", False, False]
        assert ["ESTABLISHED", "ESTABLISHED", False, False] in [states for _, *states in steps]
        assert all(one[1:] != other[1:] for one, other in itertools.pairwise(steps))
        assert [at for at, *_ in steps] == sorted(at for at, *_ in steps)


def test_of_an_end_that_was_never_heard_no_life_is_told() -> None:
    with inspector.open(demo_recording().with_name("filtered.pcapng")) as capture:
        (steps,) = picture(capture, -1)["lives"].values()
    assert [(client, no_server) for _, client, _, _, no_server in steps] == [("SYN-SENT", None)]


def test_every_connection_of_the_demo_has_a_token_at_either_end(capture: Capture) -> None:
    ends = {(row["connection"], row["direction"]) for row in picture(capture, -1)["tokens"]}
    for connection in range(len(capture.connections)):
        assert {(connection, "client"), (connection, "server")} <= ends


def test_the_demo_shows_what_tokens_do(capture: Capture) -> None:
    shown = {fact["kind"] for fact in picture(capture, -1)["facts"]}
    assert shown >= {Kind.BEFORE_ACCEPT, Kind.GONE_WHILE_CLOSING, Kind.TIME_WAIT, Kind.USED_AGAIN}


def test_where_time_wait_belongs_to_nobody_the_wire_shows_it_and_no_token_is_left(capture: Capture) -> None:
    shown = picture(capture, -1)
    found = [fact for fact in shown["facts"] if fact["kind"] == Kind.TIME_WAIT]
    assert found
    for fact in found:
        states = [states for at, *states in shown["lives"][fact["connection"]] if at <= fact["at_ns"]][-1]
        side = ("client", "server")[states.index("TIME-WAIT")]
        ends = [row for row in shown["tokens"] if (row["connection"], row["direction"]) == (fact["connection"], side)]
        assert all(row["closed_at_ns"] <= fact["at_ns"] for row in ends)


def test_a_message_goes_in_by_one_token_and_out_by_another(capture: Capture) -> None:
    shown = picture(capture, -1)
    tokens = {row["id"]: row for row in shown["tokens"]}
    greeting = next(way for way in shown["ways"] if way["said"] == "Hi")
    way = [tokens[greeting["tokens"][name]] for name in ("sender", "entry", "exit", "receiver")]
    assert [token["process"] for token in way] == ["Alice", "chat", "chat", "Bob"]
    assert [token["name"] for token in way] == [None, "Alice", "Bob", None]
    assert way[1]["fd"] != way[2]["fd"]
    assert [token["connection"] for token in way] == [
        *greeting["connections"][:1] * 2,
        *greeting["connections"][1:] * 2,
    ]


def test_only_what_passed_on_the_words_counts_as_a_way(capture: Capture) -> None:
    said = [way["said"] for way in picture(capture, -1)["ways"]]
    assert said.count("Hi") == 1
    assert "Alice" not in said, "that she left was not passed on from her"


def test_the_tables_come_by_range_and_by_connection(capture: Capture) -> None:
    with opened(capture.path) as ours:
        told = ours.get("/api/tokens?connection=1")
        assert told["total"] == len(told["rows"]) == 2
        assert {row["connection"] for row in told["rows"]} == {1}
        assert ours.get("/api/kernel?start=-1")["rows"][0]["id"] == len(capture.kernel) - 1
        first = ours.get("/api/sockets")
        assert ours.get(f"/api/sockets?since={first['revision']}")["tokens"] == []
        assert ours.get("/api/snapshot")["capture"]["tokens"] == first["revision"]


def test_rows_and_steps_of_one_answer_are_bounded(capture: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = picture(capture, -1)
    monkeypatch.setattr("web.api.sockets.MAX_KERNEL", len(whole["kernel"]))
    assert picture(capture, -1)["kernel"] == whole["kernel"]
    monkeypatch.setattr("web.api.sockets.MAX_KERNEL", 2)
    assert picture(capture, -1)["kernel"] == whole["kernel"][-2:]
    most = max(len(steps) for steps in whole["lives"].values())
    monkeypatch.setattr("web.api.sockets.MAX_STEPS", most)
    assert picture(capture, -1)["lives"] == whole["lives"]
    monkeypatch.setattr("web.api.sockets.MAX_STEPS", most - 1)
    assert picture(capture, -1)["lives"] == {key: steps[-(most - 1) :] for key, steps in whole["lives"].items()}


def test_of_very_many_tokens_the_newest_are_told(capture: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.api.sockets.facts", lambda capture: [])
    monkeypatch.setattr("web.api.sockets.ways", lambda capture: [])
    whole = picture(capture, -1)["tokens"]
    monkeypatch.setattr("web.api.sockets.MAX_TOKENS", len(whole))
    assert picture(capture, -1)["tokens"] == whole
    monkeypatch.setattr("web.api.sockets.MAX_TOKENS", 2)
    assert picture(capture, -1)["tokens"] == whole[-2:]
