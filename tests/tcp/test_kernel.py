"""The states inferred from packets are the kernel's own, in every state that a kernel can be brought to."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from inspector.live.private_network import in_new_network
from tests.lab.conftest import needs_namespace

PLAYS = (
    "ordinary close",
    "simultaneous close",
    "reset",
    "refused",
    "simultaneous open",
    "SYN lost",
    "SYN-ACK lost",
    "ACK of the SYN-ACK lost",
    "client's FIN lost",
    "server's FIN lost",
    "ACK of the client's FIN lost",
    "ACK of the server's FIN lost",
    "client's bytes lost",
    "server's bytes lost",
)


@needs_namespace
@pytest.mark.skipif(not os.access("/dev/net/tun", os.R_OK | os.W_OK), reason="needs /dev/net/tun")
def test_kernel_and_wire_agree_on_every_state(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.tcp.kernel_states", str(tmp_path / "states.pcapng")]
    done = subprocess.run(in_new_network(command), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines() == [f"{play}: agreed" for play in PLAYS]
