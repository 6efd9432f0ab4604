"""The lab's programs report the opening and closing of their descriptors, however short-lived."""

from __future__ import annotations

import asyncio
import json
import os
import socket
from collections import defaultdict
from pathlib import Path
from typing import Any

import inspector
from inspector.lab import Lab
from inspector.lab.process.child_process import Child
from inspector.lab.process.json_lines import Message
from inspector.lab.process.reported_socket import NAME_BYTES, ReportedSocket, process_name, text_of
from inspector.pcap.reader import open_packets
from inspector.tables.table import Table
from tests.lab.conftest import needs_namespace
from tests.lab.serving import server
from tests.tools import needs_capture

PAGE = {"method": "GET", "target": "/"}


class Listening(ReportedSocket):
    """Says what it reports to the test."""


def calls(told: list[dict[str, Any]]) -> list[tuple[str, int]]:
    return [(one["call"], one["fd"]) for one in told]


def test_each_call_is_reported_with_the_number_and_the_inode() -> None:
    told: list[dict[str, Any]] = []
    Listening.tell = staticmethod(lambda event, **facts: told.append(facts))
    with socket.create_server(("127.0.0.1", 0)) as plain:
        address = plain.getsockname()
        listener = Listening.listening(os.dup(plain.fileno()))
        client = Listening()
        client.connect(address)
        accepted, _ = listener.accept()
        numbers = [one.fileno() for one in (listener, client, accepted)]
        inodes = [os.fstat(number).st_ino for number in numbers]
        client_name = text_of(client.getsockname())
        for one in (accepted, client, listener):
            one.close()
            one.close()
    assert calls(told) == [
        ("listen", numbers[0]),
        ("socket", numbers[1]),
        ("connect", numbers[1]),
        ("accept", numbers[2]),
        ("close", numbers[2]),
        ("close", numbers[1]),
        ("close", numbers[0]),
    ]
    assert [one["inode"] for one in told[:4]] == [inodes[0], inodes[1], inodes[1], inodes[2]]
    assert (told[2]["local"], told[2]["remote"]) == (client_name, text_of(address))
    assert (told[3]["local"], told[3]["remote"]) == (text_of(address), client_name)
    assert {one["pid"] for one in told} == {os.getpid()}
    times = [one["time_ns"] for one in told]
    assert times == sorted(times)


def test_a_file_made_of_the_socket_keeps_the_number_until_it_is_closed() -> None:
    told: list[dict[str, Any]] = []
    Listening.tell = staticmethod(lambda event, **facts: told.append(facts))
    with socket.create_server(("127.0.0.1", 0)) as plain:
        client = Listening()
        assert client.connect_ex(plain.getsockname()) == 0
        stream = client.makefile("rb")
        client.close()
        assert [one["call"] for one in told] == ["socket", "connect"]
        stream.close()
        assert [one["call"] for one in told] == ["socket", "connect", "close"]


def test_the_kernel_has_the_last_word_of_a_connection() -> None:
    told: list[dict[str, Any]] = []
    Listening.tell = staticmethod(lambda event, **facts: told.append(facts))
    with socket.create_server(("127.0.0.1", 0)) as plain:
        client = Listening()
        client.connect(plain.getsockname())
        client.close()
        Listening().close()
    last, never_connected = (one for one in told if one["call"] == "close")
    assert last["state"] == "ESTABLISHED"
    assert last["figures"]["congestion_window"] > 0
    assert "figures" not in never_connected


def test_a_refused_connection_still_had_a_token() -> None:
    told: list[dict[str, Any]] = []
    Listening.tell = staticmethod(lambda event, **facts: told.append(facts))
    with Listening() as client:
        assert client.connect_ex(("127.0.0.1", 1)) != 0
    assert [one["call"] for one in told] == ["socket", "connect", "close"]
    assert told[1]["remote"] == "127.0.0.1:1"


def test_the_cafe_reports_the_short_life_of_every_connection() -> None:
    heard: list[Message] = []

    async def play() -> None:
        async with server("inspector.lab.demo.http_server", heard.append) as (_, port):
            visitor = await Child.start("The visitor", "inspector.lab.demo.http_client", str(port), heard=heard.append)
            for _ in range(3):
                await visitor.ask("visit", requests=[PAGE])
            await visitor.stop()

    asyncio.run(play())
    lives = defaultdict(list)
    for one in sorted((one for one in heard if one["event"] == "descriptor"), key=lambda one: one["time_ns"]):
        lives[one["process"], one["fd"]].append(one["call"])
    assert lives.pop(("cafe", listening_number(heard))) == ["listen"]
    assert [call for (process, _), life in lives.items() if process == "visitor" for call in life] == [
        "socket", "connect", "close"
    ] * 3  # fmt: skip
    accepted = [call for (process, _), life in lives.items() if process == "cafe" for call in life]
    assert sorted(accepted) == ["accept"] * 3 + ["close"] * 3


def listening_number(heard: list[Message]) -> int:
    return next(int(one["fd"]) for one in heard if one.get("call") == "listen")


@needs_capture
def test_what_was_reported_and_seen_is_in_the_recording(tmp_path: Path) -> None:
    told = recorded(tmp_path / "demo.pcapng", namespace=False)
    assert {one["process"] for one in told if "call" in one} == {"cafe", "chat", "visitor", "Alice", "Bob"}


@needs_namespace
def test_in_a_private_network_it_is_in_the_recording_as_well(tmp_path: Path) -> None:
    told = recorded(tmp_path / "demo.pcapng", namespace=True)
    assert {one["process"] for one in told if "call" in one} == {"cafe", "chat", "visitor", "Alice", "Bob"}
    assert {one["namespace"] for one in told} != {os.stat("/proc/self/ns/net").st_ino}


def recorded(path: Path, namespace: bool) -> list[dict[str, Any]]:
    """The reports of a small demo; every connection in it must have descriptors at both ends."""
    with Lab.start(path, namespace=namespace, http_port=0, chat_port=0) as lab:
        for action in ("refresh_twice", "join", "leave"):
            lab.run(action)
    file, packets = open_packets(path), Table("packets")
    file.read(packets, 10_000)
    told = [json.loads(one) for one in file.take_reports()]
    file.close()
    with inspector.open(path) as capture:
        assert len(capture.connections) == 4
    assert sum(one.get("call") == "accept" for one in told) == 4
    assert any(one.get("state") == "TIME-WAIT" for one in told)
    named = [(one["call"], one["name"]) for one in told if one.get("call") in ("name", "forget")]
    assert sorted(named) == [("forget", "Alice"), ("forget", "Bob"), ("name", "Alice"), ("name", "Bob")]
    return told


def test_a_process_goes_by_the_name_that_the_kernel_has() -> None:
    assert 0 < len(process_name().encode()) <= NAME_BYTES
