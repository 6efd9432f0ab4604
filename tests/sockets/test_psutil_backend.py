"""Without netlink and /proc: psutil's sockets are recorded the same way."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import NoReturn

import psutil
import pytest

from inspector.descriptors.history import DescriptorHistory, Role
from inspector.errors import InspectorError
from inspector.pcap import pcapng_writer
from inspector.pcap.interfaces import Interface
from inspector.pcap.reader import open_packets
from inspector.pcap.socket_reports import ReportWriter
from inspector.sockets.snapshot import Surveyor
from inspector.sockets.watcher import Watcher, wanted_on
from inspector.tables.table import Table
from inspector.tcp.states import State
from tests.sockets.connected_sockets import ConnectedSockets, connected_sockets


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """A system that is not Linux."""
    monkeypatch.setattr(sys, "platform", "darwin")


def watched(path: Path, p: ConnectedSockets) -> tuple[Table, Table]:
    """The tables `tokens` and `kernel` of a recording with one survey of this connection's sockets."""
    path.write_bytes(pcapng_writer.section_header("x") + pcapng_writer.interface_description(Interface(1, 0, "lo0")))
    writer = ReportWriter(path)
    Watcher(writer, wanted_on("lo0", only=[p.port])).look()
    writer.close()
    file, packets = open_packets(path), Table("packets")
    file.read(packets, 1)
    tokens, kernel, connections = (Table(name) for name in ("tokens", "kernel", "connections"))
    DescriptorHistory(tokens, kernel, connections).take(file.take_reports())
    file.close()
    return tokens, kernel


def test_both_ends_and_the_door_are_recorded_with_their_numbers(tmp_path: Path) -> None:
    with connected_sockets() as p:
        server = p.accept()
        tokens, kernel = watched(tmp_path / "x.pcapng", p)
        assert sorted(tokens["fd"].tolist()) == sorted(one.fileno() for one in (p.listener, p.client, server))
        assert set(tokens["pid"].tolist()) == {os.getpid()}
        assert tokens["role"].tolist().count(Role.LISTENER) == 1
        assert sorted(kernel["state"].tolist()) == [State.LISTEN, State.ESTABLISHED, State.ESTABLISHED]
        assert not kernel["has_figures"].any(), "what it cannot know it does not say"


def test_a_state_and_a_number_that_go_are_noticed() -> None:
    with connected_sockets() as p:
        server = p.accept()
        surveyor = Surveyor()
        server.close()
        ends = {(end.socket.local, end.socket.remote): end for end in surveyor.look()}
        assert ends[p.client_name, p.server_name].socket.state is State.CLOSE_WAIT
        closing = ends[p.server_name, p.client_name]
        assert closing.socket.state in (State.FIN_WAIT_1, State.FIN_WAIT_2), "its FIN may not be acknowledged yet"
        assert closing.holders == ()


def test_who_may_not_look_is_told_what_would_help(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(kind: str) -> NoReturn:
        raise psutil.AccessDenied

    monkeypatch.setattr(psutil, "net_connections", refuse)
    with pytest.raises(InspectorError, match="run this with sudo"):
        Surveyor().look()
