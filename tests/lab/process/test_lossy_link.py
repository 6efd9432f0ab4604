"""A lossy link carries real TCP: all bytes arrive, although packets are lost on the way."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import inspector
from inspector.lab.process.lossy_link import has_payload, port_to, turned
from inspector.live.private_network import in_new_network
from tests.lab.conftest import needs_namespace

DOWNLOAD = """
import hashlib, socket, sys, threading
from inspector.lab.process.lossy_link import FAR, NAME, NEAR, CLIENTS_VIEW, Plan, RoughLink
from inspector.live.live_capture import LiveCapture

content = bytes(range(256)) * 2000
with RoughLink(Plan(loss=0.03, repeat=0.02, reorder=0.03, delay=0.002)) as link:
    listener = socket.create_server((NEAR, 0))
    port = listener.getsockname()[1]

    def serve():
        connection, _ = listener.accept()
        with connection:
            connection.sendall(content)

    threading.Thread(target=serve).start()
    with LiveCapture.start(NAME, sys.argv[1], filter=CLIENTS_VIEW.format(far=FAR, port=port)) as capture:
        capture.wait_ready()
        with socket.create_connection((FAR, port)) as client:
            got = b"".join(iter(lambda: client.recv(65536), b""))
    print(got == content, link.lost)
"""

HEADER = bytes.fromhex("4500003c1c4640004006b1e6c0a80068c0a80001")


def test_turning_a_packet_exchanges_its_addresses_and_nothing_else() -> None:
    there = HEADER + b"segment"
    assert turned(there)[12:20] == HEADER[16:20] + HEADER[12:16]
    assert turned(turned(there)) == there


def test_the_link_knows_where_a_packet_goes_and_whether_it_carries_anything() -> None:
    segment = bytes.fromhex("c350005000000001000000015010ffff00000000")
    assert port_to(HEADER + segment) == 80
    assert not has_payload(HEADER + segment)
    assert has_payload(HEADER + segment + b"!")
    assert not has_payload(HEADER)


@needs_namespace
@pytest.mark.skipif(not os.access("/dev/net/tun", os.R_OK | os.W_OK), reason="needs /dev/net/tun")
def test_a_download_over_a_rough_link_is_whole_and_the_capture_shows_the_trouble(tmp_path: Path) -> None:
    spool = tmp_path / "rough.pcapng"
    command = in_new_network([sys.executable, "-c", DOWNLOAD, str(spool)])
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    is_whole, lost = done.stdout.split()
    assert is_whole == "True"
    assert int(lost) > 0
    with inspector.open(spool) as capture:
        assert len(capture.connections) == 1
        assert capture.stream_bytes(0, 1) == bytes(range(256)) * 2000
        assert capture.connections["missed_bytes"].tolist() == [[0, 0]]
        assert (capture.packets["analysis"] != 0).any()
