"""What every action does, seen from where the user presses the button."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from websockets.sync.client import ClientConnection, connect

from inspector.errors import LabError
from inspector.lab import Lab
from tests.waiting import PATIENCE_SECONDS

SOCKET = re.compile(r"127\.0\.0\.1:\d+")


@contextmanager
def sit_down(lab: Lab, name: str) -> Iterator[ClientConnection]:
    """Join the chat as a browser tab does."""
    with connect(lab.addresses["chat"], proxy=None) as tab:
        tab.send(json.dumps({"join": name}))
        assert json.loads(tab.recv(timeout=PATIENCE_SECONDS))["welcome"] == name
        yield tab


@pytest.mark.parametrize(
    ("name", "connections", "words"),
    [
        pytest.param("get", 1, "200 OK", id="a GET takes one connection"),
        pytest.param("post", 1, "One flat white for Alice", id="a POST takes one connection"),
        pytest.param("refresh_twice", 2, "two connections", id="two refreshes take two connections"),
        pytest.param("keep_alive", 1, "3 requests", id="three requests on a persistent connection"),
    ],
)
def test_requests_take_their_connections(lab: Lab, name: str, connections: int, words: str) -> None:
    done = lab.run(name)
    assert words in done["result"]
    assert len(set(done["clients"])) == connections
    assert all(SOCKET.fullmatch(client) for client in done["clients"])


def test_a_chat_from_hello_to_goodbye(room: Lab) -> None:
    joined = room.run("join")
    assert "Alice and Bob joined" in joined["result"]
    alice, bob = joined["clients"]
    assert alice != bob
    said = room.run("alice_says_hi")
    assert 'Alice said "Hi"' in said["result"]
    assert said["clients"] == [alice, bob], "the same two connections carry everything"
    assert "Bob said" in room.run("bob_answers")["result"]
    assert "The server pushed to Alice and Bob" in room.run("server_push")["result"]
    left = room.run("leave")
    assert "Alice and Bob sent close frames" in left["result"]
    assert "registry is empty" in left["result"]


def test_the_diary_names_two_different_tokens(room: Lab) -> None:
    fds = re.findall(r"descriptor (\d+) is (\w+)", room.run("join")["result"])
    assert [name for _, name in fds] == ["Alice", "Bob"]
    assert len({fd for fd, _ in fds}) == 2


@pytest.mark.parametrize("name", ["alice_says_hi", "bob_answers", "server_push"])
def test_whoever_is_needed_joins_by_itself(room: Lab, name: str) -> None:
    assert len(room.run(name)["clients"]) == 2


def test_joining_twice_changes_nothing(room: Lab) -> None:
    first = room.run("join")
    again = room.run("join")
    assert "are here already" in again["result"]
    assert again["clients"] == first["clients"]


def test_leaving_an_empty_room_is_said_to_be_that(lab: Lab) -> None:
    assert lab.run("leave") == {"result": "Neither Alice nor Bob was in the chat.", "clients": []}


def test_news_are_not_the_same_twice(room: Lab) -> None:
    assert room.run("server_push")["result"] != room.run("server_push")["result"]


def test_alice_reaches_a_bob_who_sits_at_a_browser_tab(room: Lab) -> None:
    with sit_down(room, "Bob") as tab:
        said = room.run("alice_says_hi")
        assert json.loads(tab.recv(timeout=PATIENCE_SECONDS)) == {"joined": "Alice"}
        assert json.loads(tab.recv(timeout=PATIENCE_SECONDS)) == {"from": "Alice", "say": "Hi"}
        assert len(said["clients"]) == 1, "Bob's connection is the browser's"


def test_what_a_browser_tab_plays_is_not_spoken_for(room: Lab) -> None:
    with sit_down(room, "Alice"), pytest.raises(LabError, match="Alice is connected from a browser tab"):
        room.run("alice_says_hi")


def test_the_server_reaches_a_tab_that_is_alone(room: Lab) -> None:
    with sit_down(room, "Carol") as tab:
        assert "The server pushed to Carol" in room.run("server_push")["result"]
        assert "news" in json.loads(tab.recv(timeout=PATIENCE_SECONDS))
