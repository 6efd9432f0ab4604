"""What messages may refer to: the last 32 KiB, however they came."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from inspector.websocket.deflate.inflate import FastInflater
from inspector.websocket.deflate.window import History

WINDOW = 32 * 1024
INFLATE = FastInflater()


@given(
    st.lists(st.integers(0, 700), max_size=20), st.lists(st.sampled_from([1, WINDOW - 1, WINDOW, 40_000]), max_size=3)
)
def test_the_last_32_kib_are_kept_in_order(short: list[int], long: list[int]) -> None:
    history, said = History(), b""
    for number, length in enumerate([*short, *long, *short]):
        content = bytes((number + i) % 251 for i in range(length))
        payload = b"\0" + length.to_bytes(2, "little") + (length ^ 0xFFFF).to_bytes(2, "little") + content + b"\0"
        assert INFLATE.inflate(payload, history, length) == content
        INFLATE.remember(history, length)
        said = (said + content)[-WINDOW:]
        assert history.to_bytes() == said
