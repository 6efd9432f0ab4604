"""`wireglass record` as a process: what it says, what it writes, and how it ends."""

from __future__ import annotations

import os
import pty
import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import inspector
from inspector.views import rows
from tests.cli.processes import NEEDS_CAPTURE, PATIENCE_SECONDS, PROGRAM, run, without_capture

NOTHING = "tcp port 9"
"""A capture filter that no packet of this machine passes."""


@contextmanager
def recording(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A running `wireglass record` that captures already."""
    command = [*PROGRAM, "record", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr
            assert process.stderr.readline() == f"Capturing on lo to {arguments[0]}; Ctrl-C ends it.\n"
            yield process
        finally:
            process.terminate()


@NEEDS_CAPTURE
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
def test_a_signal_ends_it_with_every_packet_of_the_filter_in_the_file(tmp_path: Path, number: int) -> None:
    out = tmp_path / "x.pcapng"
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with recording(str(out), "-f", f"tcp port {port}") as process:
            with socket.create_connection(("127.0.0.1", port)), server.accept()[0]:
                pass
            process.send_signal(number)
            said, complaints = process.communicate(timeout=PATIENCE_SECONDS)
    with inspector.open(out) as capture:
        (connection,) = rows.connection_rows(capture)
        packets = len(capture.packets)
    assert connection["server"] == f"127.0.0.1:{port}"
    assert re.fullmatch(rf"{packets} packets in {re.escape(str(out))} \([\d.]+ k?B\), 0 dropped\.\n", complaints)
    assert (said, process.returncode) == ("", 0)


@NEEDS_CAPTURE
def test_it_ends_by_itself_after_the_duration(tmp_path: Path) -> None:
    done = run("record", str(tmp_path / "x.pcapng"), "-f", NOTHING, "--duration", "0.05")
    assert re.search(r"^0 packets in .*, 0 dropped\.$", done.stderr, re.MULTILINE)
    assert (done.stdout, done.returncode) == ("", 0)


@NEEDS_CAPTURE
def test_on_a_terminal_it_counts_and_takes_the_line_away(tmp_path: Path) -> None:
    outer, inner = pty.openpty()
    command = [*PROGRAM, "record", str(tmp_path / "x.pcapng"), "-f", NOTHING]
    with subprocess.Popen(command, stderr=inner) as process:
        os.close(inner)
        shown = b""
        while b"0 packets, 0 dropped" not in shown:
            shown += os.read(outer, 4096)
        process.send_signal(signal.SIGINT)
        while b"\r\x1b[K0 packets in " not in shown:
            shown += os.read(outer, 4096)
        assert process.wait(PATIENCE_SECONDS) == 0
    os.close(outer)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(["nowhere0"], "nowhere0", id="no such interface"),
        pytest.param(["lo", "-f", "tcp prot 80"], "tcp prot 80", id="a filter that is none"),
    ],
)
@NEEDS_CAPTURE
def test_what_cannot_be_captured_is_said_in_one_line_and_leaves_no_file(
    tmp_path: Path, arguments: list[str], said: str
) -> None:
    out = tmp_path / "x.pcapng"
    done = run("record", str(out), *arguments)
    assert done.stderr.startswith("wireglass: ")
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert (done.stdout, done.returncode) == ("", 1)
    assert not out.exists()


def test_a_user_who_may_not_capture_reads_what_to_do(tmp_path: Path) -> None:
    out = tmp_path / "x.pcapng"
    done = run("record", str(out), program=without_capture())
    assert "sudo setcap cap_net_raw+ep" in done.stderr
    assert (done.stdout, done.returncode) == ("", 1)
    assert not out.exists()
