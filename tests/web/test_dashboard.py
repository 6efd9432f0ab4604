"""A session served: its address, what it prints, how it ends."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from web.dashboard import Dashboard
from web.server.http_server import listen
from web.session.session import Session

from .traffic import sample
from .visitor import PATIENCE, Visitor, page, served

ROOT = Path(__file__).resolve().parents[2]

SERVE = "import sys; from web import Session, listen, serve; serve(Session.of_file(sys.argv[1]), listen(0))"


def test_the_address_carries_the_key_where_browsers_keep_it_to_themselves(tmp_path: Path) -> None:
    session = Session.of_file(sample(tmp_path / "sample.pcapng"))
    dashboard = Dashboard(session, listen(0))
    assert dashboard.url == f"{dashboard.address}#t={dashboard.token}"
    assert dashboard.address.startswith("http://127.0.0.1:")
    thread = threading.Thread(target=dashboard.serve_forever)
    thread.start()
    dashboard.shutdown()
    thread.join(PATIENCE)
    assert not thread.is_alive()


def test_who_connects_early_is_answered_once_it_serves(tmp_path: Path) -> None:
    listener = listen(0)
    port = listener.getsockname()[1]
    answers: list[int] = []
    early = threading.Thread(target=lambda: answers.append(Visitor(port).ask("/healthz").status))
    early.start()
    dashboard = Dashboard(Session.of_file(sample(tmp_path / "sample.pcapng")), listener)
    thread = threading.Thread(target=dashboard.serve_forever)
    thread.start()
    early.join(PATIENCE)
    dashboard.shutdown()
    thread.join(PATIENCE)
    assert answers == [200]


def test_the_key_reaches_no_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.DEBUG), served(Session.of_file(sample(tmp_path / "sample.pcapng"))) as dashboard:
        ours = page(dashboard)
        ours.get("/api/snapshot")
        ours.ask("/nowhere?x=1")
        out, err = capfd.readouterr()
        for secret in (dashboard.token, ours.csrf, str(ours.fields["Cookie"]).partition("=")[2]):
            assert secret not in out + err + caplog.text


def test_in_a_terminal_it_says_where_it_is_and_ends_with_ctrl_c(tmp_path: Path) -> None:
    path = sample(tmp_path / "sample.pcapng")
    command = [sys.executable, "-c", SERVE, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("Dashboard: http://127.0.0.1:")
        address, _, token = line.split()[1].partition("/#t=")
        visitor = Visitor(int(address.rpartition(":")[2]), {"Authorization": f"Bearer {token}"})
        assert visitor.get("/api/snapshot")["capture"]["name"] == "sample.pcapng"
        os.kill(process.pid, signal.SIGINT)
        process.wait(PATIENCE)
