"""Messages of one direction inflated: shared context, lost context, bounds."""

from __future__ import annotations

import random
import zlib

import pytest

from inspector.websocket.deflate.permessage_deflate import (
    ALLOWANCE,
    MESSAGE_LIMIT,
    RATIO,
    TAIL,
    MessageInflater,
    Outcome,
)
from tests.websocket.wires import Deflater


def inflate(inflater: MessageInflater, payload: bytes, step: int = 1 << 20) -> bytes:
    inflater.begin()
    out = b"".join(b"".join(inflater.feed(payload[i : i + step])) for i in range(0, len(payload), step))
    return out + b"".join(inflater.end())


@pytest.mark.parametrize("keeps_context", [True, False])
@pytest.mark.parametrize("step", [1, 7, 1 << 20])
def test_messages_one_after_the_other(keeps_context: bool, step: int) -> None:
    deflater, inflater = Deflater(keeps_context), MessageInflater(keeps_context)
    for text in (b"again and again", b"", b"again and again", bytes(100_000), random.Random(1).randbytes(70_000)):
        assert inflate(inflater, deflater(text), step) == text
        assert (inflater.outcome, inflater.inflated) == (Outcome.GOOD, len(text))


def test_what_fills_the_last_step_exactly_is_not_left_behind() -> None:
    for length in (64 * 1024 - 1, 64 * 1024, 64 * 1024 + 1, 128 * 1024):
        assert len(inflate(MessageInflater(True), Deflater(False)(bytes(length)))) == length


def test_a_lost_message_is_an_error_for_those_that_refer_to_it_and_nobody_else() -> None:
    deflater, inflater = Deflater(), MessageInflater(True)
    deflater(b"a sentence")
    refers, alone = deflater(b"a sentence"), deflater(b"0123456789")
    inflater.begin()
    inflater.lose()
    assert inflate(inflater, refers) == b""
    assert inflater.outcome == Outcome.CONTEXT_LOST
    assert inflate(inflater, alone) == b"0123456789"
    assert inflater.outcome == Outcome.GOOD


def test_bad_data_is_no_lost_context() -> None:
    inflater = MessageInflater(True)
    assert inflate(inflater, b"\xff\xff\xff") == b""
    assert inflater.outcome == Outcome.BAD_DATA


def test_a_stream_that_ends_with_bfinal_goes_on_in_another() -> None:
    stream = zlib.compressobj(wbits=-15)
    final = stream.compress(b"final") + stream.flush()
    assert inflate(MessageInflater(True), final + b"\x00") == b"final"


def test_a_bomb_is_stopped_at_the_allowance() -> None:
    inflater = MessageInflater(True)
    bomb = Deflater()(bytes(1 << 26))
    out = inflate(inflater, bomb)
    assert inflater.outcome == Outcome.TOO_FAR
    assert len(out) <= ALLOWANCE + 100 * len(bomb)


def longest_of_zeros() -> tuple[bytes, int]:
    """The payload of a message of zeros that inflates to all that a direction may, and that length."""
    length = ALLOWANCE
    while True:
        payload = Deflater()(bytes(length))
        room = ALLOWANCE + RATIO * (len(payload) + len(TAIL))
        if room == length:
            return payload, length
        length = room


@pytest.mark.parametrize("over", [0, 1], ids=["at the limit", "a byte beyond"])
@pytest.mark.parametrize("way", ["in steps", "whole"])
def test_a_direction_may_inflate_to_so_much(over: int, way: str) -> None:
    payload, length = longest_of_zeros()
    assert length > 100 * len(payload)
    payload = Deflater()(bytes(length + over)) if over else payload
    inflater = MessageInflater(True)
    out = inflate(inflater, payload) if way == "in steps" else inflater.whole(payload)
    assert inflater.outcome == (Outcome.TOO_FAR if over else Outcome.GOOD)
    assert over or len(out) == length


def test_a_message_is_stopped_at_its_limit_however_honest() -> None:
    dice = random.Random(1)
    text = b"".join(bytes([dice.randrange(4)]) * 40 for _ in range((MESSAGE_LIMIT + 100_000) // 40))
    inflater = MessageInflater(True)
    assert len(inflate(inflater, Deflater()(text))) <= MESSAGE_LIMIT
    assert inflater.outcome == Outcome.TOO_FAR


def test_one_that_is_refused_inflates_nothing() -> None:
    inflater = MessageInflater(True, is_refused=True)
    assert inflate(inflater, Deflater()(b"text")) == b""
    assert inflater.outcome == Outcome.CONTEXT_LOST


@pytest.mark.parametrize("keeps_context", [True, False])
@pytest.mark.parametrize("step", [1000, 1 << 20])
def test_long_messages_leave_the_context_to_the_short_ones_behind_them(keeps_context: bool, step: int) -> None:
    deflater, inflater = Deflater(keeps_context), MessageInflater(keeps_context)
    long = random.Random(1).randbytes(100_000)
    for text in (b"a short one", long, b"a short one", long[-300:], b"a short one", bytes(2_000_000), bytes(300)):
        assert inflate(inflater, deflater(text), step) == text
        assert inflater.whole(deflater(text)) == text
        assert (inflater.outcome, inflater.inflated) == (Outcome.GOOD, len(text))


def test_behind_a_stream_that_ended_messages_begin_with_an_empty_context() -> None:
    inflater = MessageInflater(True)
    stream = zlib.compressobj(wbits=-15)
    assert inflater.whole(stream.compress(b"final") + stream.flush() + b"\x00") == b"final"
    deflater = Deflater()
    for text in (b"after it", b"after it", b"after it, more"):
        assert inflater.whole(deflater(text)) == text


def test_a_message_that_is_cut_off_is_followed_into_the_next_one() -> None:
    # Without its end, a message leaves zlib inside a block: what comes then is read as the rest of it.
    whole = Deflater()(b"0123456789abcdef")
    followed = 0
    for cut in range(1, len(whole)):
        inflater, by_zlib = MessageInflater(True), zlib.decompressobj(-15)
        for payload in (whole[:cut], whole[cut:], whole):
            content = inflater.whole(payload)
            try:
                expected = by_zlib.decompress(payload + b"\x00\x00\xff\xff")
            except zlib.error:
                assert (content, inflater.outcome) == (b"", Outcome.BAD_DATA)
                break
            assert (content, inflater.outcome) == (expected, Outcome.GOOD)
            followed += 1
    assert followed


def final(content: bytes, padding: bytes) -> bytes:
    """A message in a DEFLATE stream of its own, whose last block has BFINAL set (RFC 7692 §7.2.3.4)."""
    stream = zlib.compressobj(wbits=-15)
    return stream.compress(content) + stream.flush(zlib.Z_FINISH) + padding


@pytest.mark.parametrize("padding", [b"", b"\0"], ids=["without the zero octet", "with it"])
@pytest.mark.parametrize("size", [1, 1000, 1 << 20], ids=["byte by byte", "pieces", "whole"])
@pytest.mark.parametrize("keeps_context", [True, False], ids=["context kept", "no context"])
def test_behind_a_final_block_the_next_message_begins_a_new_stream(
    padding: bytes, size: int, keeps_context: bool
) -> None:
    inflater = MessageInflater(keeps_context)
    for i in range(4):
        content = b"final block %d, and random words to make it long: %r" % (i, random_bytes(i))
        payload, found = final(content, padding), b""
        inflater.begin()
        for at in range(0, len(payload), size):
            found += b"".join(inflater.feed(payload[at : at + size]))
        found += b"".join(inflater.end())
        assert (found, inflater.outcome) == (content, Outcome.GOOD)


@pytest.mark.parametrize("padding", [b"", b"\0"], ids=["without the zero octet", "with it"])
def test_final_blocks_and_usual_ones_may_take_turns(padding: bytes) -> None:
    inflater = MessageInflater(True)
    for i in range(6):
        content = b"message %d " % i * 20
        payload = final(content, padding) if i % 2 else Deflater()(content)
        assert (inflater.whole(payload), inflater.outcome) == (content, Outcome.GOOD)


def test_a_long_message_that_ends_in_a_final_block_is_read_in_steps() -> None:
    inflater, content = MessageInflater(True), random_bytes(7, 200_000)
    for _ in range(2):
        inflater.begin()
        found = b"".join(piece for part in (final(content, b""),) for piece in inflater.feed(part))
        assert found + b"".join(inflater.end()) == content


def random_bytes(seed: int, length: int = 300) -> bytes:
    return random.Random(seed).randbytes(length)
