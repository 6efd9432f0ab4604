"""`wireglass run`, as a user starts it: real commands in real networks."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import signal
import subprocess
import sys
import tempfile
import termios
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

import inspector
from inspector.cli.commands import run as run_command
from inspector.cli.main import main
from inspector.errors import CaptureRefused
from inspector.live.private_network import Network
from inspector.views import rows
from tests.lab.conftest import needs_namespace
from tests.users import each_user
from tests.waiting import PATIENCE_SECONDS, wait_until

pytestmark = needs_namespace

REQUESTS = 5

CONVERSATION = """
import http.client, http.server, pathlib, sys, threading
class Page(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")
    def log_message(self, *_):
        pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 8000), Page)
threading.Thread(target=server.serve_forever, daemon=True).start()
client = http.client.HTTPConnection("127.0.0.1", 8000)
for _ in range(int(sys.argv[2])):
    client.request("GET", "/")
    assert client.getresponse().read() == b"ok"
while b'"ESTABLISHED"' not in pathlib.Path(sys.argv[1]).read_bytes():
    pass
print(client.sock.fileno())
sys.exit(7)
"""
"""A server and its client on a port that somebody outside may be using; ends as soon as the socket was seen."""

SHOW_SIGNALS = """
import signal, sys
for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, lambda number, _: print(signal.Signals(number).name, flush=True))
print("ready", flush=True)
while True:
    signal.pause()
"""

LEAVE_BEHIND = "import subprocess; print(subprocess.Popen(['sleep', '1000'], start_new_session=True).pid, flush=True)"


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder in which every user may write."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o777)
        yield Path(folder)


def wireglass(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "inspector", "run", *arguments]


def python(code: str, *arguments: str) -> list[str]:
    return ["--", sys.executable, "-c", code, *arguments]


@pytest.fixture
def state(place: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of recordings without a name, of the program's processes as of this one."""
    monkeypatch.setenv("XDG_STATE_HOME", str(place))
    return place / "wireglass"


@pytest.fixture(autouse=True)
def _own_state(state: Path) -> None:
    pass


@each_user
def test_every_exchange_is_there_with_process_and_descriptor(place: Path, as_user: list[str]) -> None:
    recording = place / "out.pcapng"
    command = wireglass("--record", str(recording), *python(CONVERSATION, str(recording), str(REQUESTS)))
    done = subprocess.run([*as_user, *command], capture_output=True, text=True, check=False)
    assert done.returncode == 7, done.stderr
    fd = int(done.stdout)
    assert f"Exchanges    {REQUESTS}   {REQUESTS} 2xx" in done.stderr
    assert f"Recording: {recording}\n" in done.stderr
    with inspector.open(recording) as capture:
        assert [row["response"]["status"] for row in rows.exchange_rows(capture)] == [200] * REQUESTS
        (connection,) = rows.connection_rows(capture)
        assert (connection["protocol"], connection["missed_bytes"]) == ("http", [0, 0])
        client = [token for token in rows.BUILDERS["tokens"](capture) if token["local"] == connection["client"]]
        assert [token["fd"] for token in client] == [fd]


@pytest.mark.parametrize(
    ("code", "status"),
    [("exit 0", 0), ("exit 3", 3), ("kill -TERM $$", 128 + signal.SIGTERM)],
    ids=["success", "failure", "a signal"],
)
def test_the_exit_status_is_the_commands(code: str, status: int) -> None:
    done = subprocess.run(wireglass("--", "sh", "-c", code), capture_output=True, text=True, check=False)
    assert done.returncode == status
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("program", "status", "said"),
    [
        ("no-such-command", 127, "wireglass: no-such-command: command not found\n"),
        ("/no/such/command", 127, "wireglass: /no/such/command: command not found\n"),
        ("/usr/", 126, "wireglass: /usr/: is a directory\n"),
        ("/etc/passwd", 126, "wireglass: /etc/passwd: Permission denied\n"),
    ],
)
def test_what_cannot_be_executed_has_the_status_that_shells_give(
    state: Path, capsys: pytest.CaptureFixture[str], program: str, status: int, said: str
) -> None:
    assert main(["run", "--", program]) == status
    assert capsys.readouterr().err == said
    assert not state.exists()


def test_a_file_that_the_kernel_does_not_execute_is_told_from_one_that_is_not_there(place: Path) -> None:
    (place / "nothing").write_text("")
    (place / "nothing").chmod(0o755)
    done = subprocess.run(wireglass("--", str(place / "nothing")), capture_output=True, text=True, check=False)
    assert done.returncode == 126
    assert f"wireglass: {place / 'nothing'}: Exec format error\n" in done.stderr


def test_where_networks_are_forbidden_the_reason_is_given(
    state: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse() -> Network:
        raise CaptureRefused("No network, because a setting is 0.")

    monkeypatch.setattr(Network, "create", refuse)
    assert main(["run", "--", "true"]) == 1
    assert capsys.readouterr().err == "wireglass: No network, because a setting is 0.\n"
    assert not state.exists()


def test_standard_input_and_other_descriptors_are_the_commands(place: Path) -> None:
    (place / "three").write_text("three\n")
    with open(place / "three") as three:
        os.set_inheritable(three.fileno(), True)
        code = f"import os, sys; print(sys.stdin.read() + os.read({three.fileno()}, 9).decode(), end='')"
        command = wireglass(*python(code))
        done = subprocess.run(command, input=b"one\0two\n", capture_output=True, check=False, close_fds=False)
    assert done.stdout == b"one\0two\nthree\n"


def test_a_broken_pipe_ends_the_command_as_in_a_shell() -> None:
    code = "trap '' HUP; yes | head -n 1"
    done = subprocess.run(wireglass("--", "sh", "-c", code), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "y\n")


def test_tls_keys_are_kept_and_told_and_the_users_own_file_is_respected(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = wireglass("--", "sh", "-c", 'echo key >>"$SSLKEYLOGFILE"; echo "$SSLKEYLOGFILE"')
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    path = Path(done.stdout.strip())
    assert path.parent.parent == state
    assert f"TLS keys: {path}\n" in done.stderr
    assert path.read_text() == "key\n"
    monkeypatch.setenv("SSLKEYLOGFILE", str(state / "own"))
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == str(state / "own")
    assert "TLS keys" not in done.stderr


def test_a_run_into_a_named_file_leaves_nothing_else(place: Path, state: Path) -> None:
    command = wireglass("--record", str(place / "out.pcapng"), "--", "true")
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    assert list(state.iterdir()) == []


@contextmanager
def running(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """The program in the background of no terminal."""
    command = wireglass(*arguments)
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def line(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    return process.stdout.readline().rstrip()


def signal_again(process: subprocess.Popen[str], number: signal.Signals) -> None:
    """Send the second signal. If the machine was so slow that it counts as a first one again, send one more."""
    process.send_signal(number)
    while line(process):
        process.send_signal(number)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_goes_to_the_command_and_the_second_ends_everything(number: signal.Signals) -> None:
    with running(*python(SHOW_SIGNALS)) as process:
        assert line(process) == "ready"
        below = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(number)
        assert line(process) == number.name
        signal_again(process, number)
        assert process.wait(PATIENCE_SECONDS) == 130
        assert process.stderr
        assert "Recording: " in process.stderr.read()
    assert not [one for one in below if one.is_running()]


def test_a_terminals_interrupt_reaches_the_command_once() -> None:
    outer, inner = pty.openpty()

    def take_terminal() -> None:
        os.setsid()
        fcntl.ioctl(inner, termios.TIOCSCTTY, 0)

    command = wireglass("--no-dashboard", *python(SHOW_SIGNALS))
    with subprocess.Popen(
        command, stdin=inner, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, preexec_fn=take_terminal
    ) as process:
        os.close(inner)
        assert line(process) == "ready"
        os.write(outer, b"\x03")
        assert line(process) == "SIGINT"
        signal_again(process, signal.SIGTERM)
        assert process.wait(PATIENCE_SECONDS) == 130
    os.close(outer)


def test_what_the_command_leaves_running_ends_with_it_and_is_named() -> None:
    done = subprocess.run(wireglass(*python(LEAVE_BEHIND)), capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert not psutil.pid_exists(int(done.stdout))
    assert "wireglass: Ended processes that the command had left running: sleep.\n" in done.stderr


def test_nothing_outlives_a_program_that_is_killed() -> None:
    with running(*python(LEAVE_BEHIND + "\nimport time; time.sleep(1000)")) as process:
        left = int(line(process))
        below = psutil.Process(process.pid).children(recursive=True)
        assert left in [one.pid for one in below]
        process.kill()
        wait_until(lambda: not [one for one in below if one.is_running()], "the end of every process")


def ask(url: str) -> Any:
    address, _, token = url.partition("#t=")
    request = urllib.request.Request(address + "api/snapshot", headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(request, timeout=30) as response:
        return json.load(response)


def test_the_dashboard_shows_the_traffic_while_the_command_runs_and_after(place: Path) -> None:
    with running("--dashboard", "--no-browser", "--", "sh", "-c", "read line; exit 5") as process:
        assert process.stdin
        assert process.stderr
        url = next(said.split()[1] for said in process.stderr if said.startswith("Dashboard: "))
        assert (ask(url)["capture"]["name"], ask(url)["capture"]["state"]) == ("sh", "running")
        process.stdin.write("\n")
        process.stdin.flush()
        assert "The command ended with status 5. Ctrl-C ends the dashboard." in next(process.stderr)
        wait_until(lambda: ask(url)["capture"]["state"] == "ended")
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE_SECONDS) == 5


def test_the_statuses_are_those_of_shells() -> None:
    from inspector.live import command_supervisor

    assert run_command.NOT_FOUND == command_supervisor.NOT_FOUND
    assert run_command.NOT_EXECUTABLE == command_supervisor.NOT_EXECUTABLE
