"""The decoder of whole messages, held against zlib: what it makes is right, and what it does not it leaves to zlib."""

from __future__ import annotations

import random
import zlib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from inspector.websocket.deflate.inflate import INBOX, FastInflater
from inspector.websocket.deflate.window import History

TAIL = b"\x00\x00\xff\xff"
FINAL = b"\x01\x00\x00\xff\xff"
"""An empty block that ends a stream: only where a block may begin does zlib see the end in it."""

INFLATE = FastInflater()

WORDS = st.sampled_from(
    [b"the ", b"same ", b"words ", b"again, ", b'{"from": "guest ', b'", "text": "Hi"}', b"\0\xff", b"7"]
)
TEXTS = st.one_of(st.lists(WORDS, max_size=60).map(b"".join), st.binary(max_size=80), st.binary(max_size=3))
STRATEGIES = st.sampled_from([zlib.Z_DEFAULT_STRATEGY, zlib.Z_FIXED, zlib.Z_HUFFMAN_ONLY, zlib.Z_RLE, zlib.Z_FILTERED])


def remembering(content: bytes) -> History:
    """What a direction knows that has said this."""
    history = History()
    for i in range(0, len(content), 50_000):
        piece = content[i : i + 50_000]
        assert INFLATE.inflate(stored(piece), History(), len(piece)) == piece
        INFLATE.remember(history, len(piece))
    return history


def stored(content: bytes) -> bytes:
    """The payload of a message that is one block, not compressed; at most 65535 bytes."""
    length = len(content)
    return b"\0" + length.to_bytes(2, "little") + (length ^ 0xFFFF).to_bytes(2, "little") + content + b"\0"


def by_zlib(payload: bytes, known: bytes) -> bytes | None:
    """What zlib makes of a message; None when that is an error, or it does not end where a message must."""
    stream = zlib.decompressobj(-15, zdict=known[-32768:])
    try:
        content = stream.decompress(payload + TAIL)
        rest = stream.decompress(FINAL)
    except zlib.error:
        return None
    return content if stream.eof and not rest else None


@given(st.lists(TEXTS, min_size=1, max_size=8), st.integers(0, 9), STRATEGIES, st.integers(1, 9))
def test_messages_that_share_a_context(texts: list[bytes], level: int, strategy: int, memory: int) -> None:
    deflater = zlib.compressobj(level, zlib.DEFLATED, -15, memory, strategy)
    history = History()
    for text in texts:
        payload = (deflater.compress(text) + deflater.flush(zlib.Z_SYNC_FLUSH))[:-4]
        if text:  # zlib flushes nothing twice
            assert INFLATE.inflate(payload, history, len(text)) == text
            INFLATE.remember(history, len(text))
    assert history.to_bytes() == b"".join(texts)[-32768:]


@given(st.binary(min_size=1, max_size=60), st.sampled_from([b"", b"known", bytes(range(256)) * 200]))
@example(b"\x00", b"")
@example(b"\x02\x00", b"")
@example(b"\x05\x00", b"")
@example(b"\x00\x01\x00\xfe\xffx\x00", b"")
def test_whatever_it_makes_of_random_bytes_zlib_makes_too(payload: bytes, known: bytes) -> None:
    content = INFLATE.inflate(payload, remembering(known), 100_000)
    if content is not None:
        assert content == by_zlib(payload, known)


@given(st.lists(TEXTS, min_size=1, max_size=3), st.integers(0, 9), st.data())
def test_whatever_it_makes_of_damaged_data_zlib_makes_too(texts: list[bytes], level: int, data: st.DataObject) -> None:
    payload = bytearray(zlib.compress(b"".join(texts) * 3, level, -15))
    payload[0] &= 0xFE  # not the last block
    at = data.draw(st.integers(0, len(payload) - 1))
    payload[at] ^= data.draw(st.integers(0, 255))
    content = INFLATE.inflate(bytes(payload), History(), 100_000)
    if content is not None:
        assert content == by_zlib(bytes(payload), b"")


LONG = random.Random(1).choices([b"alpha", b"beta", b"gamma", b"delta", b"\n", bytes(20)], k=30_000)

LONG_MESSAGES = {
    "one byte again and again": b"x" * 300_000,
    "words": b"".join(LONG),
    "random bytes": random.Random(2).randbytes(60_000),
    "codes of every length": b"".join(bytes([i]) * (2 ** max(0, 14 - i)) for i in range(60)),
}


@pytest.mark.parametrize("text", LONG_MESSAGES.values(), ids=LONG_MESSAGES)
def test_long_messages_and_references_as_far_back_as_they_go(text: bytes) -> None:
    deflater = zlib.compressobj(9, zlib.DEFLATED, -15)
    history = History()
    for said in (text, text[:40], text):
        payload = (deflater.compress(said) + deflater.flush(zlib.Z_SYNC_FLUSH))[:-4]
        assert len(payload) <= INBOX
        assert INFLATE.inflate(payload, history, 1 << 20) == said
        INFLATE.remember(history, len(said))
    assert history.to_bytes() == (text + text[:40] + text)[-32768:]


def referring(text: bytes) -> bytes:
    """The payload of a message that says again what the one before it said."""
    deflater = zlib.compressobj(wbits=-15, zdict=text)
    return (deflater.compress(text) + deflater.flush(zlib.Z_SYNC_FLUSH))[:-4]


LEFT_TO_ZLIB = {
    "nothing at all": b"",
    "a stream that ends": zlib.compress(b"final", wbits=-15),
    "a kind of block that there is not": b"\x06\x00",
    "a message without its last block": zlib.compress(b"text", wbits=-15)[:-1],
    "a reference to what was said before the beginning": referring(b"a sentence, and another one"),
    "a stored block whose length is not confirmed": b"\x00\x01\x00\xff\xffx\x00",
    "a payload that is too long": bytes(INBOX + 1),
}


@pytest.mark.parametrize("payload", LEFT_TO_ZLIB.values(), ids=LEFT_TO_ZLIB)
def test_what_is_left_to_zlib(payload: bytes) -> None:
    assert INFLATE.inflate(payload, History(), 100_000) is None


def test_a_message_may_become_no_longer_than_is_allowed() -> None:
    deflater = zlib.compressobj(wbits=-15)
    payload = (deflater.compress(bytes(5000)) + deflater.flush(zlib.Z_SYNC_FLUSH))[:-4]
    assert INFLATE.inflate(payload, History(), 5000) == bytes(5000)
    assert INFLATE.inflate(payload, History(), 4999) is None
