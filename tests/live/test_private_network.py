from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from inspector.errors import CaptureRefused, InspectorError
from inspector.live import private_network
from inspector.live.private_network import Network, in_new_network
from tests.lab.conftest import needs_namespace

pytestmark = needs_namespace


def inode(path: object) -> int:
    return os.stat(path).st_ino  # type: ignore[arg-type]


def test_the_network_of_a_process_is_found() -> None:
    with subprocess.Popen(
        in_new_network(["sh", "-c", "echo; read line"]), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout
        other.stdout.readline()
        with Network.find(str(other.pid)) as network:
            assert inode(network.fd) == inode(f"/proc/{other.pid}/ns/net") != inode("/proc/self/ns/net")
        other.communicate(b"\n")


def test_a_network_is_found_by_its_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "blue").symlink_to("/proc/self/ns/net")  # ip netns add mounts the namespace there, which needs root
    monkeypatch.setattr(private_network, "NAMED", tmp_path)
    with Network.find("blue") as network:
        assert inode(network.fd) == inode("/proc/self/ns/net")


def test_what_is_not_there_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(InspectorError, match="There is no process 4194305 here"):
        Network.find("4194305")
    monkeypatch.setattr(private_network, "NAMED", tmp_path / "netns")
    with pytest.raises(InspectorError, match=r"There is no network blue in .*there are: none\."):
        Network.find("blue")
    (tmp_path / "netns").mkdir()
    (tmp_path / "netns" / "red").touch()
    with pytest.raises(InspectorError, match=r"there are: red\."):
        Network.find("blue")
    with pytest.raises(InspectorError, match=r"There is no network \.\./red in"):
        Network.find("../red")


def test_the_process_of_another_user_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(CaptureRefused, match=r"network of process 1, which another user runs\. Run it with sudo"):
        Network.find("1")


def test_a_file_that_is_no_network_is_refused(tmp_path: Path) -> None:
    file = os.open(tmp_path, os.O_RDONLY)
    network = Network(file)
    done = subprocess.run(network.command(["true"]), pass_fds=[file], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "may not enter that network (Invalid argument)" in done.stdout
    network.close()
