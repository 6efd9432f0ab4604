"""Capture filters on a live interface, held against tcpdump's."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys

import pytest

from tests.sources.filtered_veth import MARK

WISHES = [
    "vlan",
    "vlan 5",
    "vlan 5 and host 192.0.2.7",
    "not vlan",
    "vlan 5 or vlan 6",
    "vlan and vlan 6",
    "vlan 300 and ip6",
    "vlan and udp port 8000",
    "vlan 5 and inbound",
    "vlan 5 and outbound",
    "inbound",
    "outbound",
    "host 192.0.2.7",
    "net 127.0.0.0/8",
    "net 10.0.0.0/8",
    "dst host 224.0.0.1",
    "ip6 host fe80::1",
    "ether host 02:00:00:00:00:0b",
    "udp port 53",
    "ip6 or vlan 5",
    "ether proto 0x88a8",
    "less 60",
]


@pytest.fixture(scope="module")
def captured(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[list[str], list[str]]]:
    """By filter: the packets that tcpdump wrote and those that we wrote, the marks left out."""
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("a veth pair of its own takes root on Linux")
    for tool in ("tcpdump", "ip"):
        if not shutil.which(tool):
            pytest.skip(f"{tool} is not installed")
    command = [sys.executable, "-m", "tests.sources.filtered_veth", str(tmp_path_factory.mktemp("veth"))]
    done = subprocess.run(command, input=json.dumps(WISHES), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    if "impossible" in found:
        pytest.skip(f"no veth pair: {found['impossible']}")
    return {wish: tuple([p for p in packets if p != MARK.hex()] for packets in both) for wish, both in found.items()}


@pytest.mark.parametrize("wish", WISHES)
def test_a_filter_lets_the_same_packets_through_as_tcpdumps(
    captured: dict[str, tuple[list[str], list[str]]], wish: str
) -> None:
    theirs, ours = captured[wish]
    assert theirs, "the filter is tried on something"
    assert ours == theirs
