"""Masking, against the RFC's example and its definition."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from inspector.websocket.masking import apply_mask

KEY = 0x37FA213D


def test_the_example_of_the_rfc() -> None:
    # RFC 6455 §5.7: a single-frame masked text message that contains "Hello"
    assert apply_mask(b"\x7f\x9f\x4d\x51\x58", KEY) == b"Hello"


@given(st.binary(max_size=100), st.integers(0, 2**32 - 1), st.integers(0, 100))
def test_pieces_are_masked_as_the_whole_is(payload: bytes, mask: int, cut: int) -> None:
    key = mask.to_bytes(4, "big")
    expected = bytes(byte ^ key[i % 4] for i, byte in enumerate(payload))
    assert apply_mask(payload, mask) == expected
    assert apply_mask(payload[:cut], mask) + apply_mask(payload[cut:], mask, min(cut, len(payload))) == expected
