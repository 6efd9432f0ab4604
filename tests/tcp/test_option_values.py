"""TCP options read from a packet's bytes."""

from __future__ import annotations

from pathlib import Path

import pytest

import inspector
from inspector.tcp.option_values import _parsed, fast_open_cookie, sack_blocks, tcp_options
from inspector.wire.tcp_options import Option, OptionKind

CAPTURES = Path(__file__).parent.parent.parent / "captures"

BITS = {
    OptionKind.MSS: Option.MSS,
    OptionKind.SCALE: Option.SCALE,
    OptionKind.SACK_PERMITTED: Option.SACK_PERMITTED,
    OptionKind.TIMESTAMPS: Option.TIMESTAMPS,
}


@pytest.mark.parametrize("name", ["demo", "fast-open", "ipv6", "loss-fast"])
def test_the_syns_options_are_those_that_the_engine_found(name: str) -> None:
    with inspector.open(CAPTURES / f"{name}.pcapng") as capture:
        assert len(capture.connections)
        for connection, row in enumerate(capture.connections["first_packet"].tolist()):
            found = tcp_options(capture, row)
            said = int(capture.connections["options"][connection, 0])
            assert {bit for kind, bit in BITS.items() if kind in found} == {bit for bit in BITS.values() if bit & said}


def test_sack_blocks_lie_beyond_the_acknowledgment() -> None:
    with inspector.open(CAPTURES / "loss-fast.pcapng") as capture:
        blocks = {row: sack_blocks(capture, row) for row in range(len(capture.packets))}
        told = [row for row, found in blocks.items() if found]
        assert told
        for row in told:
            for left, right in blocks[row]:
                assert 0 < left - int(capture.packets["ack"][row]) < right - int(capture.packets["ack"][row])


def test_a_fast_open_cookie_is_asked_for_and_then_shown() -> None:
    with inspector.open(CAPTURES / "fast-open.pcapng") as capture:
        cookies = [fast_open_cookie(capture, row) for row in range(len(capture.packets))]
        asked, given, shown = [cookie for cookie in cookies if cookie is not None]
        assert asked == b""
        assert given == shown != b""


@pytest.mark.parametrize(
    ("options", "found"),
    [
        (b"", {}),
        (b"\1\1\5\n" + bytes(range(8)), {5: bytes(range(8))}),
        (b"\0\2\4\5\xb4", {}),
        (b"\2\4\5\xb4\5\x28", {2: b"\5\xb4"}),
        (b"\5\0\2\4\5\xb4", {}),
        (b"\5", {}),
    ],
    ids=["none", "padding before", "end of list", "one that goes on beyond the header", "length 0", "no length"],
)
def test_options_are_read_as_far_as_they_are_well_formed(options: bytes, found: dict[int, bytes]) -> None:
    assert _parsed(options) == found
