"""Kernel states compared with states by packets: rule by rule, and on real sockets where the two differ."""

from __future__ import annotations

import itertools
import json
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

import inspector
from inspector.live.live_capture import LiveCapture
from inspector.pcap.reader import PacketFile, open_packets
from inspector.pcap.socket_reports import ReportWriter
from inspector.tables.table import Direction, Table
from inspector.tcp.states import State
from inspector.views.columns import records
from inspector.views.sockets import packets_vs_kernel
from inspector.views.sockets.descriptor_rows import kernel_columns
from inspector.views.sockets.lessons import Kind, facts
from inspector.views.sockets.packets_vs_kernel import SILENCE_NS, TIME_WAIT_NS, agrees, remark, why
from tests.compare.traffic import HTTP_PORT, SERVER, STEP_NS, Connection, Wire
from tests.tools import needs_capture
from tests.waiting import wait_until

LONG = 2 * SILENCE_NS


@pytest.mark.parametrize(
    ("state", "shown", "is_so"),
    [
        pytest.param(State.ESTABLISHED, (State.ESTABLISHED,), True, id="the same"),
        pytest.param(State.CLOSE_WAIT, (State.ESTABLISHED, State.CLOSE_WAIT), True, id="one of those during the look"),
        pytest.param(State.CLOSED, (State.LISTEN,), True, id="not listed while the listener still waits for it"),
        pytest.param(State.CLOSED, (State.TIME_WAIT,), False, id="gone while the wire still shows it"),
    ],
)
def test_they_agree(state: State, shown: tuple[State, ...], is_so: bool) -> None:
    assert agrees(state, shown) is is_so


@pytest.mark.parametrize(
    ("state", "last", "direction", "silence", "reason"),
    [
        (State.CLOSED, State.TIME_WAIT, Direction.CLIENT, TIME_WAIT_NS, packets_vs_kernel.RAN_OUT),
        (State.CLOSED, State.TIME_WAIT, Direction.CLIENT, LONG, packets_vs_kernel.LET_GO),
        (State.CLOSED, State.SYN_SENT, Direction.CLIENT, LONG, packets_vs_kernel.GAVE_UP_OPENING),
        (State.CLOSED, State.ESTABLISHED, Direction.SERVER, LONG, packets_vs_kernel.GONE_SILENTLY),
        (State.CLOSED, State.ESTABLISHED, Direction.SERVER, 0, packets_vs_kernel.UNDER_WAY),
        (State.SYN_RECEIVED, State.ESTABLISHED, Direction.SERVER, LONG, packets_vs_kernel.ACK_PASSED_OVER),
        (State.SYN_RECEIVED, State.ESTABLISHED, Direction.SERVER, 0, packets_vs_kernel.UNDER_WAY),
        (State.ESTABLISHED, State.CLOSE_WAIT, Direction.CLIENT, 0, packets_vs_kernel.UNDER_WAY),
        (State.ESTABLISHED, State.FIN_WAIT_1, Direction.CLIENT, LONG, packets_vs_kernel.UNSEEN),
    ],
)
def test_why_they_differ(state: State, last: State, direction: Direction, silence: int, reason: str) -> None:
    assert why(state, (State.LISTEN, last), direction, silence) == reason


def test_a_packet_that_comes_later_explains_the_difference() -> None:
    said = why(State.FIN_WAIT_1, (State.ESTABLISHED,), Direction.SERVER, LONG, 150_000_000)
    assert said == packets_vs_kernel.ON_ITS_WAY.format("150 ms")


@pytest.mark.parametrize(
    ("later", "reason"),
    [
        pytest.param(
            "bytes and FIN", packets_vs_kernel.FIN_BEHIND_BYTES.format("300 ms"), id="the FIN waits behind bytes"
        ),
        pytest.param("bytes", packets_vs_kernel.FIN_NOT_SEEN, id="bytes alone are seen"),
        pytest.param("FIN", packets_vs_kernel.UNDER_WAY, id="the FIN is the next segment"),
    ],
)
def test_a_program_that_has_closed_is_in_fin_wait_1_before_its_fin_is_seen(
    tmp_path: Path, later: str, reason: str
) -> None:
    wire = Wire(tmp_path / "x.pcapng")
    connection = Connection(wire, 50001)
    connection.request("GET /")
    connection.respond(b"the first part of it, and")
    asked_ns = wire.now_ns - STEP_NS // 2
    wire.now_ns = asked_ns + 300_000_000 - 2 * STEP_NS
    if "bytes" in later:
        connection.say(SERVER, b"the rest")
    if "FIN" in later:
        connection.close(SERVER)
    wire.close()
    ends = {"local": f"127.0.0.1:{HTTP_PORT}", "remote": "127.0.0.1:50001"}
    writer = ReportWriter(wire.path)
    writer.write(
        {
            "seen": "end", "time_ns": asked_ns, "took_ns": 1, "namespace": 1, **ends, "state": "FIN-WAIT-1",
            "inode": 0, "holders": [], "unread": 0, "unacknowledged": 8,
        }
    )  # fmt: skip
    writer.close()
    (row,) = told_of(wire.path, *ends.values())
    assert (row["wire_state"], row["why"]) == ("ESTABLISHED", reason)


@pytest.mark.parametrize(
    ("state", "inode", "is_held", "was_held", "said"),
    [
        pytest.param(State.ESTABLISHED, 5, True, True, None, id="a process holds it"),
        pytest.param(State.ESTABLISHED, 0, False, False, packets_vs_kernel.NOT_ACCEPTED, id="before accept"),
        pytest.param(State.CLOSE_WAIT, 0, False, False, packets_vs_kernel.NOT_ACCEPTED, id="given up before accept"),
        pytest.param(
            State.SYN_RECEIVED, 0, False, False, packets_vs_kernel.A_REQUEST, id="before the handshake is complete"
        ),
        pytest.param(State.FIN_WAIT_2, 0, False, True, packets_vs_kernel.CLOSED_BY_PROCESS, id="after close"),
        pytest.param(State.TIME_WAIT, 0, False, True, packets_vs_kernel.BELONGS_TO_NOBODY, id="TIME-WAIT"),
        pytest.param(State.ESTABLISHED, 5, False, False, packets_vs_kernel.HIDDEN_HOLDER, id="a holder that is hidden"),
        pytest.param(State.CLOSED, 0, False, True, None, id="gone"),
    ],
)
def test_who_holds_it_is_remarked(state: State, inode: int, is_held: bool, was_held: bool, said: str | None) -> None:
    assert remark(state, inode, is_held, Direction.SERVER, was_held) == said


class Watched:
    """A capture with its sockets, looked at while it grows."""

    def __init__(self, file: PacketFile) -> None:
        self._file = file
        self._packets = Table("packets")
        self._told: list[dict[str, Any]] = []

    def await_word(self, local: str, remote: str, state: str, *, is_held: bool = False) -> None:
        """Wait until the kernel reports this state of the end."""
        wait_until(lambda: (local, remote, state, is_held) in {_in_short(one) for one in self._look()})

    def await_packets(self, count: int) -> None:
        wait_until(lambda: (self._look(), len(self._packets) >= count)[1])

    def _look(self) -> list[dict[str, Any]]:
        self._file.refresh()
        self._file.read(self._packets, 1000)
        self._told += [json.loads(line) for line in self._file.take_reports()]
        return self._told


def _in_short(told: dict[str, Any]) -> tuple[str, str, str, bool]:
    return told["local"], told["remote"], told.get("state", "gone"), bool(told.get("holders"))


@contextmanager
def captured(path: Path, port: int) -> Iterator[Watched]:
    """Packets and sockets of this port, into a recording."""
    with LiveCapture.start("lo", path, only_ports=[port], with_sockets=True) as live:
        live.wait_ready()
        with closing(open_packets(path)) as file:
            yield Watched(file)


def told_of(path: Path, local: str, remote: str) -> list[dict[str, Any]]:
    """The kernel rows of one end."""
    with inspector.open(path) as capture:
        told = records(kernel_columns(capture))
    return [row for row in told if (row["local"], row["remote"]) == (local, remote)]


@needs_capture
def test_the_five_facts_are_found_in_a_recording_of_programs_that_report_nothing(tmp_path: Path) -> None:
    path = tmp_path / "x.pcapng"
    with socket.create_server(("127.0.0.1", 0)) as listener, captured(path, listener.getsockname()[1]) as watched:
        with socket.create_connection(listener.getsockname()) as client:
            ends = f"127.0.0.1:{listener.getsockname()[1]}", f"127.0.0.1:{client.getsockname()[1]}"
            watched.await_word(*ends, "ESTABLISHED")
            server, _ = listener.accept()
            watched.await_word(*ends, "ESTABLISHED", is_held=True)
            server.close()
            watched.await_word(*ends, "FIN-WAIT-2")
        watched.await_word(*ends, "TIME-WAIT")
    told = told_of(path, *ends)
    remarks = [row["remark"] for row in told]
    wanted = [
        packets_vs_kernel.NOT_ACCEPTED,
        None,
        packets_vs_kernel.CLOSED_BY_PROCESS,
        packets_vs_kernel.BELONGS_TO_NOBODY,
    ]
    assert [remark for remark, _ in itertools.groupby(remarks)] == wanted
    assert {row["connection"] for row in told} == {0}
    assert not [row for row in told if row["differs"]]
    with inspector.open(path) as capture:
        assert [fact.kind for fact in facts(capture) if fact.kind is Kind.TIME_WAIT] == [Kind.TIME_WAIT]


@needs_capture
def test_a_handshake_that_the_kernel_passes_over_is_told_apart(tmp_path: Path) -> None:
    """With TCP_DEFER_ACCEPT the wire shows an open connection, and the kernel has none yet."""
    path = tmp_path / "x.pcapng"
    with socket.create_server(("127.0.0.1", 0)) as listener, captured(path, listener.getsockname()[1]) as watched:
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, 5)
        with socket.create_connection(listener.getsockname()) as client:
            ends = f"127.0.0.1:{listener.getsockname()[1]}", f"127.0.0.1:{client.getsockname()[1]}"
            watched.await_packets(3)
            watched.await_word(*ends, "SYN-RECEIVED")
    told = [row for row in told_of(path, *ends) if row["state"] == "SYN-RECEIVED"]
    # Asked at once, it may not have got the acknowledgment yet; asked later, it has passed over it.
    assert {row["why"] for row in told if row["differs"]} == {packets_vs_kernel.ACK_PASSED_OVER}
    assert {row["wire_state"] for row in told if row["differs"]} == {"ESTABLISHED"}
