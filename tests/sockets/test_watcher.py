"""The watching process beside a real recording: what it writes down while real sockets open and close."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from inspector.lab.process import launch
from inspector.pcap import pcapng_writer
from inspector.pcap.interfaces import Interface
from inspector.pcap.reader import PacketFile, open_packets
from inspector.tables.table import Table
from tests.sockets.connected_sockets import ConnectedSockets, connected_sockets
from tests.waiting import PATIENCE_SECONDS, wait_until

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="netlink and /proc are Linux's")

Report = dict[str, Any]


class Recording:
    """The reports so far."""

    def __init__(self, file: PacketFile) -> None:
        self._file = file
        self._packets = Table("packets")
        self.reports: list[Report] = []

    def look(self) -> list[Report]:
        self._file.refresh()
        self._file.read(self._packets, 1)
        self.reports += [json.loads(one) for one in self._file.take_reports()]
        return self.reports

    def await_end(self, local: str, remote: str, is_it: Callable[[Report], bool]) -> Report:
        """The first report of this end that is so, once it is there."""
        hits: list[Report] = []

        def found() -> bool:
            mine = [one for one in self.look() if (one["local"], one["remote"]) == (local, remote)]
            hits[:] = [one for one in mine if is_it(one)]
            return bool(hits)

        wait_until(found)
        return hits[0]


@contextmanager
def watched(path: Path, p: ConnectedSockets) -> Iterator[Recording]:
    """The sockets of this connection, watched into a new recording."""
    path.write_bytes(pcapng_writer.section_header("x") + pcapng_writer.interface_description(Interface(1, 0, "lo")))
    options = ["--spool", str(path), "--interface", "lo", "--only-ports", str(p.port)]
    command = launch.command("inspector.sockets.watcher", *options)
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline()) == {"event": "ready"}
        file = open_packets(path)
        try:
            yield Recording(file)
        finally:
            process.communicate(timeout=PATIENCE_SECONDS)
            file.close()
    assert process.returncode == 0


def test_the_five_facts_of_tokens_as_the_kernel_tells_them(tmp_path: Path) -> None:
    with connected_sockets() as p, watched(tmp_path / "x.pcapng", p) as recording:
        ends = p.server_name, p.client_name
        waiting = recording.await_end(*ends, lambda one: one.get("state") == "ESTABLISHED")
        assert (waiting["inode"], waiting["holders"]) == (0, []), "a connection before accept has no token"
        backlog = recording.await_end(p.server_name, "0.0.0.0:0", lambda one: one.get("unread") == 1)
        assert backlog["state"] == "LISTEN"

        server = p.accept()
        taken = recording.await_end(*ends, lambda one: bool(one.get("holders")))
        ((pid, _, number),) = taken["holders"]
        assert (pid, number) == (os.getpid(), server.fileno())
        assert taken["figures"]["congestion_window"] > 0

        server.close()
        going = recording.await_end(*ends, lambda one: one.get("state") in ("FIN-WAIT-1", "FIN-WAIT-2"))
        assert (going["inode"], going["holders"]) == (0, []), "the token is gone, the connection still closes"
        left = recording.await_end(p.client_name, p.server_name, lambda one: one.get("state") == "CLOSE-WAIT")
        assert [fd for _, _, fd in left["holders"]] == [p.client.fileno()]
        again = os.dup(p.listener.fileno())
        os.close(again)
        assert again == number, "the number that was given back is the lowest free one, and handed out at once"

        p.client.close()
        resting = recording.await_end(*ends, lambda one: one.get("state") == "TIME-WAIT")
        assert (resting["inode"], resting["holders"]) == (0, []), "TIME-WAIT belongs to nobody"
        recording.await_end(left["local"], left["remote"], lambda one: one["seen"] == "gone")


def test_the_process_is_named_as_the_kernel_names_it(tmp_path: Path) -> None:
    with connected_sockets() as p, watched(tmp_path / "x.pcapng", p) as recording:
        told = recording.await_end(p.client_name, p.server_name, lambda one: bool(one.get("holders")))
        assert told["holders"][0][1] == Path("/proc/self/comm").read_text().rstrip("\n")


def test_a_quiet_connection_is_not_reported_over_and_over(tmp_path: Path) -> None:
    with connected_sockets() as p, watched(tmp_path / "x.pcapng", p) as recording:
        p.accept()
        recording.await_end(p.server_name, p.client_name, lambda one: bool(one.get("holders")))
        before = len(recording.look())
        with socket_pair_of_another_port():
            pass
        p.client.sendall(b"x")
        recording.await_end(p.server_name, p.client_name, lambda one: one.get("unread") == 1)
        assert len(recording.reports) - before <= 4


@contextmanager
def socket_pair_of_another_port() -> Iterator[None]:
    """A connection that rings the bell and is none of the watched ones."""
    with connected_sockets() as other:
        other.accept()
        yield


def test_a_recording_that_is_not_there_ends_the_watch_with_a_reason(tmp_path: Path) -> None:
    options = ["--spool", str(tmp_path / "none.pcapng"), "--interface", "lo"]
    command = launch.command("inspector.sockets.watcher", *options)
    done = subprocess.run(command, capture_output=True, text=True, check=False, input="")
    assert done.returncode == 1
    assert "cannot be added to" in json.loads(done.stdout)["message"]
