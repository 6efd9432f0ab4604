"""The host process, driven by JSON lines."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from inspector.lab.process import launch
from inspector.lab.process.json_lines import encode
from inspector.lab.process.ports import listen
from tests.waiting import PATIENCE_SECONDS


@contextmanager
def host(*flags: str) -> Iterator[subprocess.Popen[bytes]]:
    """A host process that is ready, or has reported why not."""
    with listen(0) as http, listen(0) as chat:
        descriptors = http.fileno(), chat.fileno()
        command = launch.command(
            "inspector.lab.demo.host_process", "--http", str(descriptors[0]), "--chat", str(descriptors[1]), *flags
        )
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pass_fds=descriptors,
            env=launch.environment(),
        )
    with process:
        try:
            yield process
        finally:
            process.kill()


def read(process: subprocess.Popen[bytes]) -> Any:
    assert process.stdout is not None
    return json.loads(process.stdout.readline())


def test_it_gets_ready_acts_and_ends_with_its_input() -> None:
    with host() as process:
        assert read(process) == {"event": "ready"}
        assert process.stdin is not None
        process.stdin.write(encode({"id": 1, "do": "get"}) + encode({"id": 2, "do": "dance"}))
        process.stdin.flush()
        done = read(process)
        assert done["id"] == 1
        assert "200 OK" in done["done"]["result"]
        assert "'dance'" in read(process)["failed"]
        process.stdin.close()
        assert process.wait(PATIENCE_SECONDS) == 0
        assert process.stderr is not None
        assert process.stderr.read() == b""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_in_order(number: int) -> None:
    with host() as process:
        read(process)
        process.send_signal(number)
        assert process.wait(PATIENCE_SECONDS) == 0
        assert process.stderr is not None
        assert process.stderr.read() == b""


def test_input_that_ends_in_the_middle_of_an_act_breaks_it_off() -> None:
    with host() as process:
        read(process)
        assert process.stdin is not None
        process.stdin.write(encode({"id": 1, "do": "join"}))
        process.stdin.close()
        assert process.wait(PATIENCE_SECONDS) == 0


def test_what_cannot_start_is_said_in_a_line() -> None:
    with host("--spool", "/proc/no/such/place.pcapng") as process:
        said = read(process)
        assert said["event"] == "error"
        assert process.wait(PATIENCE_SECONDS) == 1
