from __future__ import annotations

import json
import subprocess
import sys

from inspector.lab.process import launch
from inspector.lab.process.namespace import IFREQ
from tests.lab.conftest import NAMESPACE_SCRIPT, needs_namespace

LOOK_AROUND = """
import os, socket
print([name for _, name in socket.if_nameindex() if name == "lo"], os.getuid())
with socket.create_server(("127.0.0.1", 0)) as listener, socket.create_connection(listener.getsockname()):
    print("loopback is up")
print(os.readlink("/proc/self/ns/net"))
"""


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(launch.private_command(list(command)), capture_output=True, text=True, check=False)


@needs_namespace
def test_a_command_finds_itself_as_root_of_a_network_with_loopback_up() -> None:
    lines = run(sys.executable, "-c", LOOK_AROUND).stdout.splitlines()
    assert lines[:2] == ["['lo'] 0", "loopback is up"]


@needs_namespace
def test_the_network_is_another_one() -> None:
    here = subprocess.run([sys.executable, "-c", LOOK_AROUND], capture_output=True, text=True, check=True).stdout
    assert run(sys.executable, "-c", LOOK_AROUND).stdout.splitlines()[2] != here.splitlines()[2]


def test_a_command_that_does_not_exist_is_said_in_a_line_of_json() -> None:
    done = run("/no/such/command")
    assert done.returncode == 1
    said = json.loads(done.stdout)
    assert said["event"] == "error"
    assert said["message"].startswith("This system does not let you make a network of your own")


def test_the_script_imports_nothing_that_starts_threads() -> None:
    code = f"import runpy, sys; runpy.run_path({str(NAMESPACE_SCRIPT)!r}); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True, env={})
    assert not {"numpy", "inspector"} & set(done.stdout.split())


def test_the_interface_request_is_as_large_as_the_kernels() -> None:
    assert IFREQ.size == 40
