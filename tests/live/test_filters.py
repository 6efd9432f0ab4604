"""Capture filters on a live interface, compared with tcpdump's."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys

import pytest

from inspector.live.afpacket import ANY
from tests.live.filtered_veth import LAST, MARK

ON_ONE = [
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


ON_ALL = [
    "ip or ip6",
    "inbound",
    "outbound",
    "host 192.0.2.7",
    "net 127.0.0.0/8",
    "udp port 53",
    "dst host 224.0.0.1 and inbound",
    "ip6 host fe80::1",
    "ip[8] = 64",
]
"""Where all interfaces are captured, packets have no Ethernet header, and no tag that the kernel took out."""

WISHES = [*(("ours", wish) for wish in ON_ONE), *((ANY, wish) for wish in ON_ALL)]


@pytest.fixture(scope="module")
def captured(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], tuple[list[str], list[str]]]:
    """By interface and filter: the packets that tcpdump wrote and those that we wrote, the marks left out."""
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("a veth pair of its own takes root on Linux")
    for tool in ("tcpdump", "ip"):
        if not shutil.which(tool):
            pytest.skip(f"{tool} is not installed")
    command = [sys.executable, "-m", "tests.live.filtered_veth", str(tmp_path_factory.mktemp("veth"))]
    done = subprocess.run(command, input=json.dumps(WISHES), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    if "impossible" in found:
        pytest.skip(f"no veth pair: {found['impossible']}")
    marks = MARK[14:].hex(), LAST[14:].hex()
    # Sorted: two processors may hand two packets to two sockets in different orders.
    unmarked = [[sorted(p for p in packets if not p.endswith(marks)) for packets in both] for both in found]
    return {wish: (theirs, ours) for wish, (theirs, ours) in zip(WISHES, unmarked, strict=True)}


@pytest.mark.parametrize("wish", WISHES, ids=" ".join)
def test_a_filter_lets_the_same_packets_through_as_tcpdumps(
    captured: dict[tuple[str, str], tuple[list[str], list[str]]], wish: tuple[str, str]
) -> None:
    theirs, ours = captured[wish]
    assert theirs, "the filter is tried on something"
    assert ours == theirs
