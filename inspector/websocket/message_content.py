"""The content of a message whose payload arrives in several parts: inflated and checked, with its beginning kept."""

from __future__ import annotations

import codecs

from inspector.websocket.deflate.permessage_deflate import MessageInflater, Outcome

PREVIEW = 64 * 1024
"""Maximum bytes kept of a message's content; all of its bytes are counted."""


class Content:
    """Collects the content of a message from its unmasked payload.

    Attributes:
        preview: the beginning of the content.
        length: the number of bytes of content so far.
        is_whole: whether no byte of the payload was missing.
        is_bad_text: whether a text message turned out not to be valid UTF-8 (RFC 6455 §8.1).
    """

    def __init__(self, is_text: bool, inflater: MessageInflater | None = None) -> None:
        self.preview = bytearray()
        self.length = 0
        self.is_whole = True
        self.is_bad_text = False
        self._inflater = inflater
        self._decoder = codecs.getincrementaldecoder("utf-8")() if is_text else None
        if inflater:
            inflater.begin()

    @property
    def outcome(self) -> Outcome:
        """The outcome of inflating; GOOD if the message is not compressed."""
        return self._inflater.outcome if self._inflater else Outcome.GOOD

    def add(self, payload: bytes) -> None:
        """Add the next part of the payload."""
        if self._inflater is None:
            self._take(payload)
        elif self.is_whole:
            for piece in self._inflater.feed(payload):
                self._take(piece)

    def lose(self) -> None:
        """Handle bytes of the payload that are not in the capture."""
        self.is_whole = False
        self._decoder = None
        if self._inflater:
            self._inflater.lose()

    def leave(self) -> None:
        """End the content early: no more payload will arrive."""
        if self._inflater and self.is_whole:
            for piece in self._inflater.so_far():
                self._take(piece)

    def end(self) -> None:
        """End the content after all of the payload was added."""
        if self._inflater and self.is_whole:
            for piece in self._inflater.end():
                self._take(piece)
        if self._decoder and self.outcome == Outcome.GOOD:
            self._check(b"", True)

    def _take(self, piece: bytes) -> None:
        self.length += len(piece)
        if len(self.preview) < PREVIEW:
            self.preview += piece[: PREVIEW - len(self.preview)]
        if self._decoder:
            self._check(piece, False)

    def _check(self, piece: bytes, is_last: bool) -> None:
        assert self._decoder is not None
        try:
            self._decoder.decode(piece, is_last)
        except UnicodeDecodeError:
            self.is_bad_text = True
            self._decoder = None
