"""scapy's sniffer against the real kernel. It may be slower than the ring, but not less right."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from inspector.errors import BadFilter, CaptureRefused
from inspector.live.packet_source import Counters
from inspector.live.scapy_sniffer import Sniffer
from inspector.pcap.pcapng_writer import SpoolWriter
from tests.live.traffic import datagrams
from tests.pcap.craft import contents, read, times
from tests.tools import needs_capture

pytestmark = needs_capture


def test_each_loopback_packet_is_there_once_whole_and_timed(tmp_path: Path) -> None:
    with datagrams() as (sender, port):
        sniffer = Sniffer("lo", f"udp dst port {port}")
        spool = SpoolWriter(tmp_path / "x.pcapng", sniffer.interface)
        before = time.time_ns()
        for i in range(100):
            sender.send(b"%d" % i * 500)
        sniffer.wait(1)
        while sniffer.drain(spool):
            pass
        sniffer.shut()
        assert sniffer.counters() == Counters(100, 0)
        sniffer.close()
        spool.close()
    file, packets = read(spool.path)
    assert [data[42:] for data in contents(file, packets)] == [b"%d" % i * 500 for i in range(100)]
    assert before - 1000 <= times(packets)[0] <= times(packets)[-1] <= time.time_ns()
    assert file.link_types == [1]
    file.close()


def test_once_shut_it_lets_no_more_in(tmp_path: Path) -> None:
    with datagrams() as (sender, port):
        sniffer = Sniffer("lo", f"udp dst port {port}")
        spool = SpoolWriter(tmp_path / "x.pcapng", sniffer.interface)
        sender.send(b"before")
        sniffer.shut()
        sender.send(b"after")
        assert sniffer.drain(spool) == 1
        assert sniffer.drain(spool) == 0
        sniffer.close()
        spool.close()


def test_a_wrong_filter_is_quoted() -> None:
    with pytest.raises(BadFilter, match="tcp prot 80"):
        Sniffer("lo", "tcp prot 80")


def test_an_interface_that_is_not_there_is_named() -> None:
    with pytest.raises(CaptureRefused, match="nope0"):
        Sniffer("nope0", None)
