"""The state of one direction of a connection that may carry HTTP.

Hot module: compiled by Cython where there is a compiler, plain Python otherwise (docs/architecture.md).
"""

from __future__ import annotations

import cython
from cython import Py_ssize_t, bint, cclass, cfunc, longlong, uint

from inspector.http import stages
from inspector.http.chunked import ChunkedBody
from inspector.http.head_buffer import HeldHead

PATIENCE = cython.declare(cython.int, 8)
"""Pieces in which a start line is looked for before a direction counts as something else: HTTP behind a short preamble,
as SOCKS has one, is found."""

LONG_PATIENCE = 64
"""The same limit for a capture that begins mid-stream: the end of a body may come first."""


@cclass
class Half:
    """The state of one direction; stages.py lists the values of `stage`."""

    stage: cython.int
    role: cython.int  # what it sends: requests (ASKS) or responses (ANSWERS)
    is_known: bint  # an HTTP message was seen in this direction
    is_midstream: bint  # its beginning is not in the capture
    has_ended: bint
    patience: cython.int
    origin: longlong  # stream offset at which what is spoken now began
    position: longlong  # stream offset of the next byte to read
    message: Py_ssize_t  # row in http_messages of the message in hand, or -1
    remaining: longlong  # bytes to come of a body with a length, or of a chunk
    announced: longlong  # Content-Length of the message in hand, -1 none
    chunks: ChunkedBody | None  # framing of the message in hand
    held: HeldHead | None  # the head of the next message, as far as it came
    start_offset: longlong  # where the next message begins: stream offset, packet, time
    start_packet: cython.int
    start_ns: longlong
    start_seq: uint  # the sequence number of its first byte
    latest_ns: longlong  # when the latest packet of it so far was captured: one that was overtaken is no earlier
    expects: bint  # the message in hand waits for 100 Continue before its body, of which nothing came yet
    doubtful: bytes  # what came instead, as long as that may be the body or the next request; its chunks are `pending`
    blank: longlong  # bytes of empty lines before it
    skipped: longlong  # bytes passed over in search of it
    was_lost: bint  # where the next message begins was not known: it was searched for
    has_gap: bint  # and bytes are missing, in which messages may have been
    pausing: longlong  # exchange whose request asked for another protocol, -1 none
    pending: list[int]  # rows of chunks that wait, while PAUSED or doubtful

    def __init__(self, is_midstream: bool, role: int) -> None:
        self.stage = stages.DETECT
        self.role = role
        self.is_known = self.has_ended = self.was_lost = self.has_gap = self.expects = False
        self.is_midstream = is_midstream
        self.patience = LONG_PATIENCE if is_midstream else PATIENCE
        self.message = self.announced = self.pausing = -1
        self.position = self.remaining = self.start_offset = self.start_ns = self.latest_ns = self.blank = (
            self.skipped
        ) = 0
        self.start_packet = self.start_seq = 0
        self.origin = 0
        self.chunks = self.held = None
        self.doubtful = b""
        self.pending = []

    @cfunc
    def restart(self) -> None:
        """What follows is a conversation of its own, inside a tunnel: nothing of it is known yet."""
        self.is_known = self.is_midstream = self.was_lost = self.has_gap = self.expects = False
        self.patience = PATIENCE
        self.message = self.announced = -1
        self.blank = self.skipped = 0
