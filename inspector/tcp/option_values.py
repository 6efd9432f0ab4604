"""The TCP options of one packet, read from its bytes on demand: the tables record only which options there were."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.wire.tcp_options import FAST_OPEN_EXPERIMENT, OptionKind

if TYPE_CHECKING:
    from inspector.engine.capture import Capture

FIXED = 20
"""The length in bytes of a TCP header without options (RFC 9293 §3.1)."""

LONGEST = 60
"""The maximum length in bytes of a TCP header: its length field can count up to fifteen 4-byte words."""


def tcp_options(capture: Capture, row: int) -> dict[int, bytes]:
    """The contents of the TCP options of packets row `row`, by option kind (RFC 9293 §3.1); empty if it has none."""
    packets = capture.packets
    end = int(packets["payload_address"][row])
    seq = int(packets["seq"][row]).to_bytes(4)
    for length in range(FIXED, LONGEST + 1, 4):
        header = capture.bytes_at(end - length, length)
        if len(header) == length and header[12] >> 4 == length // 4 and header[4:8] == seq:
            return _parsed(header[FIXED:])
    return {}


def _parsed(options: bytes) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    at = 0
    while at < len(options) and options[at] != OptionKind.END:
        if options[at] == OptionKind.NOP:
            at += 1
            continue
        length = options[at + 1] if at + 1 < len(options) else 0
        if not 2 <= length <= len(options) - at:
            break
        found[options[at]] = options[at + 2 : at + length]
        at += length
    return found


def sack_blocks(capture: Capture, row: int) -> list[tuple[int, int]]:
    """A packet's SACK blocks: left and right edge as sent (RFC 2018 §3); the bytes between the edges have arrived."""
    content = tcp_options(capture, row).get(OptionKind.SACK, b"")
    edges = [int.from_bytes(content[i : i + 4]) for i in range(0, len(content) - 3, 4)]
    return list(zip(edges[::2], edges[1::2], strict=False))


def fast_open_cookie(capture: Capture, row: int) -> bytes | None:
    """A packet's Fast Open cookie: empty if it requests one, None if it does not have the option (RFC 7413 §4.1.1)."""
    options = tcp_options(capture, row)
    experiment = options.get(OptionKind.EXPERIMENT, b"")
    if experiment[:2] == FAST_OPEN_EXPERIMENT.to_bytes(2):
        return experiment[2:]
    return options.get(OptionKind.FAST_OPEN)
