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
"""The number of chunks searched for a start line before a direction is considered not to be HTTP. This finds HTTP that
follows a short preamble, such as that of SOCKS."""

LONG_PATIENCE = 64
"""The same limit for a capture that begins mid-stream: the end of a body may come first."""


@cclass
class DirectionState:
    """The state of one direction; stages.py lists the values of `stage`."""

    stage: cython.int
    role: cython.int  # what it sends: requests (0) or responses (1)
    is_known: bint  # an HTTP message was seen in this direction
    is_midstream: bint  # its beginning is not in the capture
    has_ended: bint
    patience: cython.int
    origin: longlong  # stream offset at which the current protocol began
    position: longlong  # stream offset of the next byte to read
    message: Py_ssize_t  # row of the current message in http_messages, or -1
    remaining: longlong  # bytes still missing of a body with a length, or of a chunk
    announced: longlong  # Content-Length of the current message, -1 if none
    chunks: ChunkedBody | None  # framing of the current message, if chunked
    held: HeldHead | None  # the part of the next message's header received so far
    start_offset: longlong  # where the next message begins: stream offset, packet, time
    start_packet: cython.int
    start_ns: longlong
    start_seq: uint  # the sequence number of its first byte
    latest_ns: longlong  # the latest capture time among its packets so far, which may have been reordered
    expects: bint  # the current message awaits 100 Continue; no byte of its body has arrived yet
    doubtful: bytes  # bytes that may be the body or the next request; their chunks are `pending`
    blank: longlong  # bytes of empty lines before it
    skipped: longlong  # bytes skipped while searching for it
    was_lost: bint  # the start of the next message was unknown and had to be searched for
    has_gap: bint  # as was_lost, and bytes are missing that may have contained messages
    pausing: longlong  # exchange whose request is for another protocol (Upgrade, CONNECT), -1 if none
    pending: list[int]  # rows of the chunks that wait while the direction is PAUSED or its bytes are doubtful

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
        """Reset the state: a new conversation follows inside a tunnel, of which nothing is known yet."""
        self.is_known = self.is_midstream = self.was_lost = self.has_gap = self.expects = False
        self.patience = PATIENCE
        self.message = self.announced = -1
        self.blank = self.skipped = 0
