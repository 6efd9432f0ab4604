"""The commands that show a dashboard, started as a user starts them and asked as a program asks."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest

import inspector
from inspector.cli import open_browser
from inspector.cli.main import main
from inspector.cli.shared_options import again
from inspector.engine.capture import Capture
from inspector.live.private_network import in_new_network
from inspector.live.recording_paths import folder
from inspector.views import rows
from tests.cli.processes import NEEDS_CAPTURE, Running, started
from tests.lab.conftest import needs_namespace
from tests.waiting import wait_until
from web import listen

DEMO = str(Path(__file__).parent.parent.parent / "captures" / "demo.pcapng")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
def test_open_shows_the_capture_and_a_signal_is_its_normal_end(demo: Capture, number: int) -> None:
    with started("open", DEMO) as command:
        shown = command.ask("api/connections?start=0&stop=1000")["rows"]
        assert [row["id"] for row in shown] == [row["id"] for row in rows.connection_rows(demo)]
        assert command.end(number) == ""
        assert command.process.returncode == 0


def test_replay_shows_the_capture_from_its_beginning() -> None:
    with started("replay", DEMO, "--speed", "0.01") as command:
        capture = command.ask("api/snapshot")["capture"]
        assert (capture["source"], capture["name"]) == ("replay", "demo.pcapng")


@NEEDS_CAPTURE
def test_live_shows_loopback_without_the_dashboards_own_packets(tmp_path: Path) -> None:
    recording = tmp_path / "live.pcapng"
    with started("live", "--record", str(recording)) as command:
        port = command.address.rstrip("/").rpartition(":")[2]
        for _ in range(3):
            assert command.ask("api/snapshot")["capture"]["source"] == "live"
        assert f"Recording: {recording}" in command.end(signal.SIGINT)
        assert command.process.returncode == 0
    with inspector.open(recording) as capture:
        sockets = [row[side] for row in rows.connection_rows(capture) for side in ("client", "server")]
        assert not [socket for socket in sockets if socket.endswith(f":{port}")]


SERVE = """
import socket, sys
with socket.create_server(("127.0.0.1", 0)) as listener:
    print("ready", flush=True)
    sys.stdin.readline()
    client = socket.create_connection(listener.getsockname())
    server, _ = listener.accept()
    client.sendall(b"GET / HTTP/1.1\\r\\n\\r\\n")
    sys.stdin.readline()
"""


@needs_namespace
def test_live_shows_the_network_of_another_process() -> None:
    with subprocess.Popen(
        in_new_network([sys.executable, "-c", SERVE]), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdin
        assert other.stdout
        assert other.stdout.readline() == "ready\n"
        with started("live", "--netns", str(other.pid)) as command:
            assert command.ask("api/snapshot")["capture"]["name"] == f"lo of {other.pid}"
            other.stdin.write("\n")
            other.stdin.flush()
            wait_until(lambda: command.ask("api/snapshot")["lengths"]["exchanges"] == 1)
            wait_until(lambda: command.ask("api/snapshot")["capture"]["tokens"])
        other.communicate("\n")


def test_demo_starts_everything_and_ends_everything(tmp_path: Path) -> None:
    recording = tmp_path / "demo.pcapng"
    with started("demo", "--record", str(recording)) as command:
        assert command.ask("api/demo/get", {})["ok"]
        assert f"Recording: {recording}" in command.end(signal.SIGINT)
        assert command.process.returncode == 0
    with inspector.open(recording) as capture:
        assert [row["request"]["target"] for row in rows.exchange_rows(capture)] == ["/"]


def process_of(command: Running, module: str) -> psutil.Process:
    """The process below the command that runs this module."""
    below = psutil.Process(command.process.pid).children(recursive=True)
    (found,) = [one for one in below if module in one.cmdline()]
    return found


@pytest.mark.parametrize(
    ("words", "victim", "state", "said"),
    [
        (
            ["live"],
            "inspector.live.capture_process",
            "ended",
            "The capture process ended by itself: it was killed (SIGKILL",
        ),
        (["live"], "inspector.sockets.watcher", "running", "The process that watches the sockets ended by itself"),
        (
            ["demo"],
            "inspector.live.capture_process",
            "ended",
            "The capture process ended by itself: it was killed (SIGKILL",
        ),
        (["demo"], "inspector.lab.demo.http_server", "running", "The café ended by itself: it was killed (SIGKILL"),
        (["demo"], "inspector.lab.demo.host_process", "ended", "The demo's main process ended by itself"),
    ],
    ids=["live, capture", "live, sockets", "demo, capture", "demo, web server", "demo, all of it"],
)
@NEEDS_CAPTURE
def test_what_ends_by_itself_is_said_and_the_exit_status_is_1(
    tmp_path: Path, words: list[str], victim: str, state: str, said: str
) -> None:
    complaints = tmp_path / "stderr"
    with (
        complaints.open("w") as stderr,
        started(*words, "--record", str(tmp_path / "x.pcapng"), stderr=stderr) as command,
    ):
        wait_until(lambda: psutil.Process(command.process.pid).children(recursive=True))
        process_of(command, victim).kill()
        wait_until(lambda: said in complaints.read_text(), "the terminal to say so")

        def shown() -> dict[str, Any]:
            capture: dict[str, Any] = command.ask("api/snapshot")["capture"]
            return capture

        wait_until(lambda: shown()["troubles"] and shown()["state"] == state, "the page to say so")
        assert shown()["troubles"][0].startswith(said)
        command.end(signal.SIGINT)
        assert command.process.returncode == 1
    assert complaints.read_text().count(said) == 1


@NEEDS_CAPTURE
def test_a_record_whose_capture_is_killed_says_so_and_its_exit_status_is_1(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "inspector", "record", str(tmp_path / "x.pcapng")]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        assert "Capturing on" in process.stderr.readline()
        below = psutil.Process(process.pid).children()
        next(one for one in below if "inspector.live.capture_process" in one.cmdline()).kill()
        rest = process.stderr.read()
        assert process.wait() == 1
    assert "The capture process ended by itself: it was killed (SIGKILL" in rest
    assert "is in the recording x.pcapng" in rest


@pytest.mark.parametrize(
    ("typed", "path", "expected"),
    [
        (".venv/bin/wireglass", "/usr/bin", ".venv/bin/wireglass open 'a b.pcapng'"),
        ("{bin}/wireglass", "{bin}", "wireglass open 'a b.pcapng'"),
        ("/somewhere/inspector/__main__.py", "{bin}", "{python} -m inspector open 'a b.pcapng'"),
    ],
    ids=["not on the path", "on the path", "run as a module"],
)
def test_how_to_see_a_recording_again_works_as_it_is_typed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typed: str, path: str, expected: str
) -> None:
    program = tmp_path / "wireglass"
    program.touch(0o755)
    names = {"bin": str(tmp_path), "python": sys.executable}
    monkeypatch.setattr(sys, "argv", [typed.format(**names)])
    monkeypatch.setenv("PATH", path.format(**names))
    assert again("open", "a b.pcapng") == expected.format(**names)


def test_the_usual_port_gives_way_when_it_is_taken_and_one_asked_for_does_not(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with listen(0) as taken:
        port = taken.getsockname()[1]
        assert main(["open", DEMO, "--no-browser", "--port", str(port)]) == 1
        assert f"Cannot listen on port {port}" in capsys.readouterr().err
    with started("open", DEMO) as one, started("open", DEMO) as other:
        assert one.address != other.address


def test_recordings_lie_in_a_folder_that_is_the_users_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    assert folder() == tmp_path / "state" / "wireglass"
    assert folder().stat().st_mode & 0o777 == 0o700


def test_the_browser_is_given_a_file_that_only_the_user_can_read(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    monkeypatch.setattr(open_browser, "has_screen", lambda: True)
    with open_browser.show("http://127.0.0.1:1/#t=secret&x", wanted=True) as thread:
        assert thread
        thread.join()
        page = Path(opened[0].removeprefix("file://"))
        assert "secret" not in opened[0]
        assert 'url=http://127.0.0.1:1/#t=secret&amp;x"' in page.read_text("utf-8")
        assert page.parent.stat().st_mode & 0o077 == 0
    assert not page.exists()


def test_no_browser_is_opened_where_none_is_wanted_or_there_is_no_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open_browser, "has_screen", lambda: False)
    with open_browser.show("http://127.0.0.1:1/", wanted=True) as thread:
        assert thread is None
