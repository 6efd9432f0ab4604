"""Runs a scenario from outside: starts its process in a private network and returns its result."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

from inspector.errors import LabError
from inspector.lab.process import launch
from inspector.lab.process.json_lines import Message
from inspector.live.private_network import in_new_network

STAGE_SECONDS = 60.0
"""How long a scenario may take. The longest ones wait for some seconds on purpose."""

DIRECTOR = "inspector.lab.scenarios.scenario_process"


def command(name: str, spool: str | os.PathLike[str]) -> list[str]:
    """The command line that runs a scenario in a private network and captures it into `spool`."""
    return in_new_network(launch.command(DIRECTOR, name, "--spool", str(Path(spool).absolute())))


def play(name: str, spool: str | os.PathLike[str]) -> Message:
    """Run a scenario and capture it into the new file `spool`; return when it has ended.

    Returns:
        `result`, a sentence or two; `clients`, the clients' addresses ("ip:port"); `received` and `dropped`, the
        packet counts of the capture.

    Raises:
        LabError: the scenario cannot run here, or did not go as planned; the message says why.
    """
    if not sys.platform.startswith("linux"):
        raise LabError(
            "Scenarios need Linux: each runs in a network of its own. Their recordings can be opened on every system."
        )
    found: Message = {"event": "", "received": 0, "dropped": 0}
    director = subprocess.Popen(
        command(name, spool),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=launch.environment(),
        process_group=0,  # Ctrl-C reaches only us; the scenario process ends in order when its input ends
    )
    timer = threading.Timer(STAGE_SECONDS, director.kill)
    timer.start()
    try:
        assert director.stdout is not None, "started with a pipe"
        for line in director.stdout:
            found |= json.loads(line)
    finally:
        timer.cancel()
        director.communicate()
    return judged(found)


def judged(found: Message) -> Message:
    """The result that the scenario process reported. Raises LabError if it reported none."""
    if found["event"] != "done":
        raise LabError(found.get("message", "The scenario ended without a report."))
    return {key: found[key] for key in ("result", "clients", "received", "dropped")}
