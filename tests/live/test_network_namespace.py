from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from inspector.live import network_namespace
from inspector.live.network_namespace import IFREQ, why_not
from inspector.live.private_network import in_new_network
from tests.lab.conftest import needs_namespace
from tests.users import each_user

LOOK_AROUND = """
import os, socket
print([name for _, name in socket.if_nameindex() if name == "lo"], os.getuid(), os.getgid())
with socket.create_server(("127.0.0.1", 0)) as listener, socket.create_connection(listener.getsockname()):
    print("loopback is up")
print(os.readlink("/proc/self/ns/net"))
"""
OPEN_PACKET_SOCKET = "import socket; socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)"


def run(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False)


@needs_namespace
@each_user
def test_a_command_finds_itself_with_its_own_ids_in_a_network_with_loopback_up(as_user: list[str]) -> None:
    user, group = run([*as_user, "id", "-u"]).stdout.strip(), run([*as_user, "id", "-g"]).stdout.strip()
    lines = run([*as_user, *in_new_network([sys.executable, "-c", LOOK_AROUND])]).stdout.splitlines()
    assert lines[:2] == [f"['lo'] {user} {group}", "loopback is up"]


@needs_namespace
@each_user
def test_it_may_capture_there(as_user: list[str]) -> None:
    assert run([*as_user, *in_new_network([sys.executable, "-c", OPEN_PACKET_SOCKET])]).returncode == 0


@needs_namespace
def test_the_network_is_another_one() -> None:
    here = run([sys.executable, "-c", LOOK_AROUND]).stdout.splitlines()[2]
    assert run(in_new_network([sys.executable, "-c", LOOK_AROUND])).stdout.splitlines()[2] != here


ENTER = """
import subprocess, sys
from inspector.live.private_network import Network
with Network.create() as network:
    for make in (network.command, network.unprivileged_command):
        for code in sys.argv[1:]:
            command = make([sys.executable, "-c", code])
            done = subprocess.run(command, pass_fds=[network.fd], stderr=subprocess.DEVNULL)
            print(done.returncode)
"""


@needs_namespace
@each_user
def test_a_network_is_entered_with_rights_over_it_or_without_new_ones(as_user: list[str]) -> None:
    is_another = f"import os; assert os.readlink('/proc/self/ns/net') != {os.readlink('/proc/self/ns/net')!r}"
    done = run([*as_user, sys.executable, "-c", ENTER, is_another, OPEN_PACKET_SOCKET])
    is_root = run([*as_user, "id", "-u"]).stdout == "0\n"
    assert done.stdout.split() == ["0", "0", "0", "0" if is_root else "1"]


READ = """
import pathlib, subprocess, sys
from inspector.live.private_network import Network
with Network.create() as network:
    command = network.unprivileged_command(["cat", "/etc/resolv.conf"], pathlib.Path(sys.argv[1]))
    subprocess.run(command, pass_fds=[network.fd])
"""


@needs_namespace
@each_user
def test_a_command_sees_another_resolv_conf_and_nobody_else_does(as_user: list[str]) -> None:
    before = Path("/etc/resolv.conf").read_text()
    with tempfile.NamedTemporaryFile("w", suffix=".conf") as file:
        file.write("nameserver 192.0.2.53\n")
        file.flush()
        os.chmod(file.name, 0o644)
        assert run([*as_user, sys.executable, "-c", READ, file.name]).stdout == "nameserver 192.0.2.53\n"
    assert Path("/etc/resolv.conf").read_text() == before


def test_a_command_that_does_not_exist_is_said_in_a_line_of_json() -> None:
    done = run(in_new_network(["/no/such/command"]))
    assert done.returncode == 1
    assert json.loads(done.stdout)["event"] == "error"


@pytest.mark.parametrize(
    ("setting", "value"),
    [(name, forbids) for name, (forbids, _) in network_namespace.SETTINGS.items()],
    ids=network_namespace.SETTINGS,
)
def test_the_setting_that_forbids_it_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, setting: str, value: str
) -> None:
    file = tmp_path.joinpath(*setting.split("."))
    file.parent.mkdir()
    file.write_text(value + "\n")
    monkeypatch.setattr(network_namespace, "PROC_SYS", tmp_path)
    said = why_not(PermissionError(1, "Operation not permitted"))
    assert f"because {setting} is {value}." in said
    assert f"sudo sysctl -w {setting}=" in said


def test_without_such_a_setting_containers_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(network_namespace, "PROC_SYS", tmp_path)
    assert "--cap-add SYS_ADMIN" in why_not(PermissionError(1, "Operation not permitted"))
    assert "already as many namespaces" in why_not(OSError(28, "No space left on device"))


def test_the_script_imports_nothing_that_starts_threads() -> None:
    script = str(Path(network_namespace.__file__))
    code = f"import runpy, sys; runpy.run_path({script!r}); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True, env={})
    assert not {"numpy", "inspector"} & set(done.stdout.split())


def test_the_interface_request_is_as_large_as_the_kernels() -> None:
    assert IFREQ.size == 40
