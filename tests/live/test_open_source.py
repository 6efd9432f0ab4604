"""The packet source that a live capture gets."""

from __future__ import annotations

import pytest

from inspector.errors import BadFilter
from inspector.live import afpacket
from inspector.live.afpacket import PacketRing, RingUnavailable
from inspector.live.open_source import open_source
from inspector.live.scapy_sniffer import Sniffer
from tests.tools import needs_capture


@needs_capture
def test_the_ring_is_taken_where_there_is_one() -> None:
    source = open_source("lo", "tcp", [8000], [9000])
    assert isinstance(source, PacketRing)
    source.close()


@needs_capture
def test_scapy_is_taken_where_there_is_no_ring_or_when_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    asked_for = open_source("lo", None, [8000], [], through="scapy")
    assert isinstance(asked_for, Sniffer)
    asked_for.close()
    monkeypatch.setattr(afpacket, "TPACKET_V3", 99)
    fallen_back = open_source("lo", None, [], [9000])
    assert isinstance(fallen_back, Sniffer)
    fallen_back.close()
    with pytest.raises(RingUnavailable):
        open_source("lo", None, [], [], through="ring")


@needs_capture
def test_a_wrong_filter_is_an_error_before_anything_is_captured() -> None:
    with pytest.raises(BadFilter):
        open_source("lo", "tcp prot", [], [])
