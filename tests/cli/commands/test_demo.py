"""`wireglass demo` as a process of users who may do less: in a private network, or as a replay."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

import inspector
from inspector.lab.demo.action_list import ACTIONS
from inspector.views import rows
from tests.cli.processes import started, without_capture, without_namespaces
from tests.lab.conftest import needs_namespace


@needs_namespace
def test_without_the_right_to_capture_every_button_works_in_a_private_network(tmp_path: Path) -> None:
    out = tmp_path / "x.pcapng"
    with started("demo", "--record", str(out), program=without_capture()) as command:
        assert command.printed[0].startswith("The demo runs in a private network")
        assert [line.split(":")[0] for line in command.printed[1:]] == ["Web server", "Chat", "Dashboard"]
        for action in ACTIONS:
            assert command.ask(f"api/demo/{action.name}", {})["ok"], action.name
        assert f"Recording: {out}" in command.end(signal.SIGTERM)
        assert command.process.returncode == 0
    with inspector.open(out) as capture:
        protocols = {row["protocol"] for row in rows.connection_rows(capture)}
        said = [row["text"] for row in rows.message_rows(capture)]
    assert protocols == {"http", "websocket"}
    assert any('"Hi"' in (text or "") for text in said)


@needs_namespace
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
def test_without_private_networks_too_a_recorded_demo_is_replayed(tmp_path: Path, number: int) -> None:
    complaints = tmp_path / "stderr"
    with (
        complaints.open("w") as stderr,
        started("demo", program=without_namespaces(without_capture()), stderr=stderr) as command,
    ):
        assert len(command.printed) == 1
        assert command.end(number) == ""
        assert command.process.returncode == 0
    refusal, instead = complaints.read_text().splitlines()
    assert "sudo setcap cap_net_raw+ep" in refusal
    assert instead == "Replaying a recorded demo instead; its buttons do nothing."
