"""The content of one message, piece by piece."""

from __future__ import annotations

from inspector.websocket.deflate.permessage_deflate import MessageInflater, Outcome
from inspector.websocket.message_content import PREVIEW, Content
from tests.websocket.wires import Deflater


def test_pieces_add_up_and_the_beginning_is_kept() -> None:
    content = Content(is_text=False)
    for _ in range(3):
        content.add(b"x" * 30_000)
    content.end()
    assert (content.length, len(content.preview)) == (90_000, PREVIEW)
    assert content.is_whole


def test_text_is_checked_over_pieces() -> None:
    for pieces, is_bad in (
        ([b"\xc3", b"\xa4"], False),
        ([b"\xc3"], True),
        ([b"\xc3", b"x"], True),
        ([b"\xed\xa0\x80"], True),
        ([b"fine"], False),
    ):
        content = Content(is_text=True)
        for piece in pieces:
            content.add(piece)
        content.end()
        assert content.is_bad_text == is_bad


def test_compressed_text_is_checked_after_inflating() -> None:
    content = Content(True, MessageInflater(True))
    content.add(Deflater()(b"\xff\xfe"))
    content.end()
    assert (content.is_bad_text, content.outcome, content.length) == (True, Outcome.GOOD, 2)


def test_what_is_lost_makes_no_text_bad() -> None:
    content = Content(True, MessageInflater(True))
    content.add(Deflater()(b"text")[:2])
    content.lose()
    content.add(b"xx")
    content.end()
    assert (content.is_whole, content.is_bad_text, content.outcome) == (False, False, Outcome.CONTEXT_LOST)
