"""Reads messages, which consist of frames (RFC 6455 §5.4): unmasks, inflates and checks them, and keeps their
beginnings.

A small unfragmented message whose frame is completely in one stream chunk is read in place; all others go through
`Content`. Lengths in headers are trusted, but memory is never allocated for them in advance.

Hot module: compiled by Cython where there is a compiler, plain Python otherwise (docs/architecture.md).
"""

from __future__ import annotations

import cython
from cython import Py_ssize_t, bint, cclass, cfunc, longlong, ulonglong

from inspector.tables.arena import ARENA as _ARENA
from inspector.tables.chunk_cursor import ChunkCursor
from inspector.websocket import content_store
from inspector.websocket.anomaly_reports import Reports
from inspector.websocket.content_store import ContentStore
from inspector.websocket.deflate.inflate import INBOX as _INBOX
from inspector.websocket.deflate.inflate import FastInflater
from inspector.websocket.deflate.permessage_deflate import MessageInflater, Outcome
from inspector.websocket.direction_state import DirectionState
from inspector.websocket.masking import apply_mask
from inspector.websocket.message_content import PREVIEW as _PREVIEW
from inspector.websocket.message_content import Content
from inspector.websocket.message_writer import MessageWriter
from inspector.websocket.opcodes import Opcode, is_undefined, must_not_be_sent

ARENA = cython.declare(longlong, _ARENA)
PREVIEW = cython.declare(longlong, _PREVIEW)
INBOX = cython.declare(longlong, _INBOX)

GOOD = cython.declare(cython.int, int(Outcome.GOOD))

CONTEXT_LIMIT = 4096
"""The maximum number of directions that are inflated at the same time; a context takes up to 45 KiB."""

CONTINUATION = cython.declare(cython.int, int(Opcode.CONTINUATION))
TEXT = cython.declare(cython.int, int(Opcode.TEXT))
BINARY = cython.declare(cython.int, int(Opcode.BINARY))
CLOSE = cython.declare(cython.int, int(Opcode.CLOSE))


@cclass
class MessageParser:
    """Reads the payloads of frames whose headers were parsed."""

    _cursor: ChunkCursor
    _rows: MessageWriter
    _content_store: ContentStore
    _inflate: FastInflater
    _reports: Reports
    _contexts: cython.int

    def __init__(self, cursor: ChunkCursor, rows: MessageWriter, content_store: ContentStore, reports: Reports) -> None:
        self._cursor = cursor
        self._rows = rows
        self._content_store = content_store
        self._inflate = FastInflater()
        self._reports = reports
        self._contexts = 0

    # -- messages that are complete in one chunk -----------------------------------------------------------------

    @cfunc
    def whole(self, stream: DirectionState, key: Py_ssize_t, at: longlong) -> bint:
        """Read a message that is a single frame, all of whose payload is at `at`; return False if it is too long for
        that.
        """
        if stream.length > PREVIEW:
            return False
        if stream.rsv1 and self._is_compressed(stream):
            if not cython.compiled or not self._inflate_in_place(stream, key, at):
                self._inflate_whole(stream, key, at)
        else:
            self._read_whole(stream, key, at)
        return True

    @cfunc
    def _is_compressed(self, stream: DirectionState) -> bint:
        return stream.rsv1 and stream.may_deflate and (stream.opcode == TEXT or stream.opcode == BINARY)

    @cfunc
    def _read_whole(self, stream: DirectionState, key: Py_ssize_t, at: longlong) -> None:
        """Read a complete message that is not compressed."""
        length: longlong = stream.length
        address: longlong = at
        if stream.is_masked and length:
            address = self._content_store.unmask(stream.mask, at, length)
        self._write(stream, length, length, address, length)
        if stream.opcode == TEXT:
            if not self._content_store.is_ascii(address, length) and not is_utf8(
                self._content_store.bytes_at(address, length)
            ):
                self._reports.of("ws-bad-utf8", key)
        elif stream.opcode == CLOSE:
            self._read_close(stream, key, self._content_store.bytes_at(address, length) if address >= 0 else b"")

    @cfunc
    def _inflate_in_place(self, stream: DirectionState, key: Py_ssize_t, at: longlong) -> bint:
        """Read a complete compressed message with `FastInflater` alone; return False if that is not possible."""
        inflater = stream.inflater
        inflate = self._inflate
        length: Py_ssize_t = stream.length
        done: Py_ssize_t
        if inflater is None or stream.failed or length > INBOX or at >= ARENA:
            return False
        content_store.copy_unmasked(self._cursor.data, at, length, stream.mask, inflate.inbox, 0)
        done = inflater.read(length)
        if done < 0:
            return False
        self._rows.compressed[stream.frame_message] = 1
        if done > PREVIEW:
            self._write(stream, length, done, self._content_store.copy(inflate.outbox, PREVIEW), PREVIEW)
        else:
            self._write(stream, length, done, self._content_store.copy(inflate.outbox, done), done)
        is_ascii: bint = content_store.has_no_high_bit(inflate.outbox, 0, done)
        if stream.opcode == TEXT and not is_ascii and not is_utf8(bytes(inflate.outbox[:done])):
            self._reports.of("ws-bad-utf8", key)
        return True

    @cfunc
    def _inflate_whole(self, stream: DirectionState, key: Py_ssize_t, at: longlong) -> None:
        """Read a complete compressed message, with Python's zlib if necessary."""
        inflater = self.inflater(stream, key)
        length: longlong = stream.length
        payload: bytes = self._cursor.bytes_at(at, length)
        if stream.is_masked:
            payload = apply_mask(payload, stream.mask)
        content: bytes = inflater.whole(payload)
        outcome: cython.int = inflater.outcome
        preview: bytes
        self._rows.compressed[stream.frame_message] = 1
        if outcome != GOOD:
            self._write(stream, length, length, -1, 0)
        else:
            preview = content if len(content) <= PREVIEW else content[:PREVIEW]
            self._write(stream, length, len(content), self._content_store.keep(preview), len(preview))
        if outcome != GOOD or stream.failed:
            self._settle_inflated(stream, key, stream.frame_message, outcome, len(content))
        if outcome == GOOD and stream.opcode == TEXT and not content.isascii() and not is_utf8(content):
            self._reports.of("ws-bad-utf8", key)

    @cfunc
    def _write(
        self, stream: DirectionState, length: longlong, content: longlong, address: longlong, preview: longlong
    ) -> None:
        """Record a complete message: `length` bytes of payload, which decompressed to `content` bytes. The first
        `preview` of those are kept at `address`, unless it is -1: then they could not be kept.
        """
        rows = self._rows
        row: Py_ssize_t = stream.frame_message
        rows.last_packet[row] = self._cursor.carrier
        rows.end_ns[row] = stream.latest_ns
        rows.wire_bytes[row] = length
        rows.content_bytes[row] = content
        rows.complete[row] = 1
        if address >= 0:
            rows.text_address[row] = address
            rows.text_bytes[row] = preview

    # -- messages in several chunks or frames --------------------------------------------------------------------

    def inflater(self, stream: DirectionState, key: int) -> MessageInflater:
        """Return the decompressor of this direction; one that refuses to inflate if there are too many already."""
        if stream.inflater is None:
            self._contexts += 1
            is_refused = self._contexts > CONTEXT_LIMIT
            if is_refused:
                self._reports.of("ws-too-many-contexts", key, CONTEXT_LIMIT)
            stream.inflater = MessageInflater(stream.keeps_context, stream.is_midstream, is_refused, self._inflate)
        return stream.inflater

    def let_go(self, stream: DirectionState) -> None:
        """Release the compression context of a direction that has ended."""
        if stream.inflater is not None:
            self._contexts -= 1
            stream.inflater = None

    def open(self, stream: DirectionState, key: int) -> None:
        """Prepare for the payload of the current frame, which spans several chunks or is only a fragment of a
        message.
        """
        if stream.opcode >= CLOSE:
            stream.control = Content(False)
        elif stream.opcode != CONTINUATION and stream.frame_message >= 0:
            is_compressed = self._is_compressed(stream)
            stream.open_message = stream.frame_message
            self._rows.compressed[stream.frame_message] = is_compressed
            stream.content = Content(stream.opcode == TEXT, self.inflater(stream, key) if is_compressed else None)

    @cfunc
    def payload(self, stream: DirectionState, at: longlong, count: longlong) -> None:
        """Read the next `count` bytes of the current frame's payload."""
        content = stream.control if stream.opcode >= CLOSE else stream.content
        done: ulonglong = stream.done
        stream.done += count
        if content is None or stream.frame_message < 0:
            return
        self._rows.last_packet[stream.frame_message] = self._cursor.carrier
        self._rows.end_ns[stream.frame_message] = max(self._rows.end_ns[stream.frame_message], stream.latest_ns)
        piece: bytes = self._cursor.bytes_at(at, count)
        if stream.is_masked:
            piece = apply_mask(piece, stream.mask, done)
        content.add(piece)

    @cfunc
    def end_frame(self, stream: DirectionState, key: Py_ssize_t) -> None:
        """End the current frame, whose payload was read or is known to be missing."""
        row: Py_ssize_t = stream.frame_message
        rows = self._rows
        if row < 0:
            return
        rows.last_packet[row] = self._cursor.carrier
        rows.end_ns[row] = max(rows.end_ns[row], stream.latest_ns)
        rows.wire_bytes[row] += stream.length
        rows.content_bytes[row] = rows.wire_bytes[row]
        if stream.opcode >= CLOSE:
            if stream.control is not None:
                self._end_message(stream, key, row, stream.control)
            stream.control = None
        elif stream.fin:
            if stream.content is not None:
                self._end_message(stream, key, row, stream.content)
            stream.content = None
            stream.open_message = -1

    def _end_message(self, stream: DirectionState, key: int, row: int, content: Content) -> None:
        """Keep the beginning of a message's content, and report its anomalies."""
        content.end()
        self._rows.complete[row] = content.is_whole
        if self._rows.compressed[row]:
            self._settle_inflated(stream, key, row, content.outcome, content.length)
        if content.outcome == Outcome.GOOD:
            self._keep(row, content)
        if content.is_bad_text:
            self._reports.of("ws-bad-utf8", key)
        if stream.opcode == CLOSE and content.is_whole:
            self._read_close(stream, key, bytes(content.preview))

    def _keep(self, row: int, content: Content) -> None:
        """Keep the beginning of a message's content, if there is room in the arena."""
        address = self._content_store.append(content.preview)
        if address >= 0:
            self._rows.text_address[row] = address
            self._rows.text_bytes[row] = len(content.preview)

    def _settle_inflated(self, stream: DirectionState, key: int, row: int, outcome: int, length: int) -> None:
        """Record the outcome of inflating a message to `length` bytes."""
        if outcome == Outcome.GOOD:
            self._rows.content_bytes[row] = length
            if stream.failed:
                self._reports.of("ws-context-recovered", key, stream.failed)
            stream.failed = 0
            return
        stream.failed += 1
        wire = self._rows.wire_bytes[row]
        if outcome == Outcome.TOO_FAR:
            self._reports.of("ws-inflates-too-far", key, wire, length)
        elif outcome == Outcome.BAD_DATA:
            self._reports.of("ws-bad-deflate", key, wire)
        elif stream.failed == 1:
            self._reports.of("ws-context-lost", key, wire)

    def _read_close(self, stream: DirectionState, key: int, body: bytes) -> None:
        """Read the code and the reason of a close frame (RFC 6455 §5.5.1)."""
        stream.has_closed = True
        if len(body) == 1:
            self._reports.of("ws-close-length", key)
        elif body:
            code = int.from_bytes(body[:2], "big")
            self._rows.close_code[stream.frame_message] = code
            if must_not_be_sent(code):
                self._reports.of("ws-close-code", key, code)
            elif is_undefined(code):
                self._reports.of("ws-undefined-close-code", key, code)
            if not is_utf8(body[2:]):
                self._reports.of("ws-bad-utf8", key)

    # -- gaps and ends -------------------------------------------------------------------------------------------

    def lose(self, stream: DirectionState) -> None:
        """Handle a gap in the current payload."""
        content = stream.control if stream.opcode >= CLOSE else stream.content
        if content is not None:
            content.lose()

    def abandon(self, stream: DirectionState) -> None:
        """Give up the data message in progress, which will not be completed."""
        if stream.open_message >= 0:
            self._rows.complete[stream.open_message] = 0
            if stream.content is not None:
                self._leave(stream.open_message, stream.content)
                stream.content.lose()
        stream.open_message = -1
        stream.content = None

    def _leave(self, row: int, content: Content) -> None:
        """Keep the content of a message that remains incomplete."""
        content.leave()
        if content.length and content.outcome == Outcome.GOOD:
            self._rows.content_bytes[row] = content.length
            self._keep(row, content)

    def cut(self, stream: DirectionState, is_in_frame: bool) -> None:
        """End a stream, inside a frame if `is_in_frame`: keep the content of its incomplete messages."""
        if is_in_frame and stream.frame_message >= 0:
            self._rows.wire_bytes[stream.frame_message] += stream.done
        if stream.control is not None:
            self._leave(stream.frame_message, stream.control)
            stream.control = None
        self.abandon(stream)

    def lose_context(self, stream: DirectionState) -> None:
        """Handle a gap in which any number of messages may be missing."""
        self.abandon(stream)
        if stream.inflater is not None:
            stream.inflater.begin()
            stream.inflater.lose()


def is_utf8(text: bytes) -> bool:
    """Whether the bytes are valid UTF-8 (RFC 3629)."""
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
