"""The state of one direction of a WebSocket connection: its current frame and message.

Hot module: compiled by Cython where there is a compiler, plain Python otherwise (docs/architecture.md).
"""

from __future__ import annotations

import cython
from cython import Py_ssize_t, bint, cclass, longlong, uint, ulonglong

from inspector.websocket import stages
from inspector.websocket.deflate.permessage_deflate import MessageInflater
from inspector.websocket.message_content import Content


@cclass
class DirectionState:
    """The state of one direction; stages.py lists the values of `stage`.

    Args:
        position: the stream offset of the first frame.
        masks: whether its frames must be masked, because the client sends them (RFC 6455 §5.1).
        keeps_context: whether messages share a compression context; None if they must not be compressed.
        is_midstream: whether earlier frames are missing from the capture.
    """

    stage: cython.int
    position: longlong  # stream offset of the next byte to read
    masks: bint
    has_ended: bint
    has_closed: bint  # a close frame was seen
    header: bytes  # the beginning of a header that spans several chunks
    first_packet: cython.int  # the packet in which that header, or the current frame, begins
    first_ns: longlong
    latest_ns: longlong  # the latest capture time among its packets so far, which may have been reordered
    skipped: longlong  # bytes skipped while searching for a frame
    is_midstream: bint

    # The current frame.
    frame: Py_ssize_t  # row in frames
    opcode: cython.int
    fin: bint
    rsv1: bint
    is_masked: bint
    mask: uint
    length: ulonglong
    done: ulonglong  # bytes of its payload read so far

    # Its message.
    frame_message: Py_ssize_t  # row in messages of the current frame's message, -1 if none
    open_message: Py_ssize_t  # row in messages of the data message in progress, -1 if none
    control: Content | None  # of the current control frame
    content: Content | None  # of the data message in progress

    # Compression.
    may_deflate: bint
    keeps_context: bint
    inflater: MessageInflater | None
    failed: cython.int  # consecutive messages that could not be inflated

    def __init__(self, position: int, masks: bool, keeps_context: bool | None, is_midstream: bool) -> None:
        self.stage = stages.HEADER
        self.position = position
        self.masks = masks
        self.has_ended = self.has_closed = self.fin = self.rsv1 = self.is_masked = False
        self.header = b""
        self.first_packet = self.opcode = self.failed = 0
        self.first_ns = self.latest_ns = self.skipped = 0
        self.mask = self.length = self.done = 0
        self.frame = self.frame_message = self.open_message = -1
        self.control = self.content = self.inflater = None
        self.may_deflate = keeps_context is not None
        self.keeps_context = bool(keeps_context)
        self.is_midstream = is_midstream
