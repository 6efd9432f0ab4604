from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

import inspector
from inspector.errors import LabError
from inspector.lab import Lab
from inspector.lab.demo.controller import capture_refusal
from inspector.lab.process import launch
from inspector.views.rows import connection_rows
from tests.lab.conftest import needs_namespace, refusal
from tests.waiting import wait_until


def family(pid: int) -> list[psutil.Process]:
    """A process and all that it started."""
    parent = psutil.Process(pid)
    return [parent, *parent.children(recursive=True)]


def are_gone(family: list[psutil.Process]) -> bool:
    """Whether none of these processes runs any more; zombies do not count."""
    return not any(one.is_running() and one.status() != psutil.STATUS_ZOMBIE for one in family)


def test_addresses_are_those_of_the_ports(lab: Lab) -> None:
    http, chat = lab.ports
    assert lab.addresses == {
        "http": f"http://127.0.0.1:{http}/",
        "chat": f"ws://127.0.0.1:{chat}/chat",
        "chat_page": f"http://127.0.0.1:{chat}/",
    }


def test_an_unknown_action_is_named_and_the_known_are_listed(lab: Lab) -> None:
    with pytest.raises(LabError, match=r"no action 'dance'; there are get, post"):
        lab.run("dance")


def test_actions_from_many_threads_run_one_after_another(room: Lab) -> None:
    with ThreadPoolExecutor(8) as pool:
        done = list(
            pool.map(room.run, ["join", "get", "alice_says_hi", "post", "bob_answers", "get", "server_push", "join"])
        )
    assert all(one["result"] for one in done)


def test_a_taken_port_is_stepped_over() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with Lab.start(http_port=port, chat_port=port) as lab:
            assert port not in lab.ports
            assert "200 OK" in lab.run("get")["result"]


def test_stop_ends_everything_and_may_be_called_again() -> None:
    lab = Lab.start(http_port=0, chat_port=0)
    lab.run("join")
    started = family(lab.pid)
    assert len(started) == 6, "the host, two servers, the visitor, Alice and Bob"
    lab.stop()
    lab.stop()
    assert are_gone(started)
    with pytest.raises(LabError, match="has ended"):
        lab.run("get")
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", lab.ports[0]))


def test_an_action_under_way_when_the_host_dies_fails_with_a_word() -> None:
    with Lab.start(http_port=0, chat_port=0) as lab:
        os.kill(lab.pid, signal.SIGSTOP)
        killer = threading.Timer(0.1, os.kill, (lab.pid, signal.SIGKILL))
        killer.start()
        with pytest.raises(LabError, match="has ended"):
            lab.run("get")
        killer.join()


@needs_namespace
def test_a_scenario_joins_the_recording_beside_what_the_demo_does(tmp_path: Path) -> None:
    spool = tmp_path / "demo.pcapng"
    with Lab.start(spool, http_port=0, chat_port=0) as lab:
        lab.run("get")
        first, second = lab.play("refused"), lab.play("refused")
        lab.run("get")
        with pytest.raises(LabError, match=r"no scenario 'quarrel'; there are short-lived"):
            lab.play("quarrel")
    assert first["clients"] != second["clients"], "else the second would look like the first come again"
    with inspector.open(spool) as capture:
        rows = connection_rows(capture)
        assert [row["conn_state"] for row in rows] == ["SF", "REJ", "REJ", "SF"]
        assert [row["client"] for row in rows[1:3]] == [*first["clients"], *second["clients"]]
        assert lab.capture_statistics == {"received": len(capture.packets), "dropped": 0}
        assert not (capture.packets["analysis"] != 0).any()


STARTER = """
import sys
from inspector.lab import Lab
lab = Lab.start(namespace={namespace}, http_port=0, chat_port=0)
lab.run("join")
print(lab.pid, flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("namespace", [False, pytest.param(True, marks=needs_namespace)], ids=["direct", "namespace"])
@pytest.mark.parametrize("victim", ["the program that started the lab", "the host process"])
def test_nothing_survives_a_killed(victim: str, namespace: bool) -> None:
    program = subprocess.Popen(
        [sys.executable, "-c", STARTER.format(namespace=namespace)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=launch.environment(),
    )
    with program:
        assert program.stdout is not None
        host = int(program.stdout.readline())
        relatives = family(host)
        assert len(relatives) == 6
        os.kill(program.pid if victim.startswith("the program") else host, signal.SIGKILL)
        wait_until(lambda: are_gone(relatives), "all of them to end")
        program.kill()


def test_everything_is_captured_whole(tmp_path: Path) -> None:
    spool = tmp_path / "demo.pcapng"
    with Lab.start(spool, http_port=0, chat_port=0) as lab:
        assert lab.mode == ("direct" if capture_refusal() is None else "namespace")
        for name in ("get", "alice_says_hi", "leave"):
            lab.run(name)
    capture = inspector.open(spool)
    assert ("private network" in lab.remark) == (lab.mode == "namespace")
    assert lab.troubles == []
    assert lab.capture_statistics == {"received": capture.packets.rows, "dropped": 0}
    assert [(row["protocol"], row["conn_state"]) for row in connection_rows(capture)] == [
        ("http", "SF"),
        ("websocket", "SF"),
        ("websocket", "SF"),
    ]
    capture.close()


CAPTURES = pytest.mark.skipif(
    capture_refusal() is not None and refusal() is not None,
    reason="needs the right to capture, or a private network",
)


def part(lab: Lab, module: str) -> psutil.Process:
    """The process of the lab that runs this module."""
    (found,) = [one for one in family(lab.pid) if module in one.cmdline()]
    return found


@CAPTURES
def test_a_capture_that_dies_is_told_and_the_rest_goes_on(tmp_path: Path) -> None:
    with Lab.start(tmp_path / "demo.pcapng", http_port=0, chat_port=0) as lab:
        part(lab, "inspector.live.capture_process").kill()
        wait_until(lambda: lab.troubles, "the trouble to be told")
        (trouble,) = lab.troubles
        assert trouble.ends_capture
        assert trouble.sentence.startswith("The capture process ended by itself: it was killed (SIGKILL")
        assert "200 OK" in lab.run("get")["result"]


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("inspector.sockets.watcher", "The process that watches the sockets"),
        ("inspector.lab.demo.http_server", "The café"),
        ("inspector.lab.demo.chat_server", "The chat server"),
        ("inspector.lab.demo.http_client", "The visitor"),
    ],
)
@CAPTURES
def test_another_part_that_dies_is_told_while_packets_are_captured(tmp_path: Path, module: str, name: str) -> None:
    with Lab.start(tmp_path / "demo.pcapng", http_port=0, chat_port=0) as lab:
        part(lab, module).kill()
        wait_until(lambda: lab.troubles, "the trouble to be told")
        (trouble,) = lab.troubles
        assert not trouble.ends_capture
        assert trouble.sentence.startswith(f"{name} ended by itself: it was killed (SIGKILL")


def test_a_host_that_dies_is_told(tmp_path: Path) -> None:
    with Lab.start(http_port=0, chat_port=0) as lab:
        os.kill(lab.pid, signal.SIGKILL)
        wait_until(lambda: lab.troubles, "the trouble to be told")
        (trouble,) = lab.troubles
        assert trouble.ends_capture
        assert "SIGKILL" in trouble.sentence
    assert lab.troubles == [trouble]


def test_a_lab_that_is_stopped_is_no_trouble() -> None:
    with Lab.start(http_port=0, chat_port=0) as lab:
        lab.run("join")
        lab.run("leave")
    assert lab.troubles == []
