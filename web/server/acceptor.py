"""The acceptor: one thread that accepts connections and waits for complete requests.

A worker thread is used only for a request that has arrived. So hundreds of connections that send nothing, or one byte
per second, cost only a buffer each and delay no other client.
"""

from __future__ import annotations

import contextlib
import re
import selectors
import socket
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

MAX_WAITING = 512
"""Maximum number of connections whose request has not arrived yet; when there is one more, the oldest is closed."""

MAX_HEAD = 16 * 1024
"""Maximum size in bytes of a request's head (request line and header); a browser sends about 1 KiB."""

MAX_BODY = 64 * 1024
"""Maximum size in bytes of a request's body, which is the JSON that a page sends. A longer body is not read; the
response is 413."""

ARRIVAL_SECONDS = 10.0
"""How long a request may take to arrive before its connection is closed."""

LONGEST_WAIT_SECONDS = 0.5
"""Maximum duration of one wait. A Ctrl-C that arrives after Python's last check for signals but before the wait begins
does not interrupt the wait; it takes effect when the wait ends."""

NO_ROOM_SECONDS = 0.05
"""Pause before the next attempt to accept when no file descriptor is available and there is no waiting connection to
close instead."""

_END = b"\r\n\r\n"
_FRAMING = re.compile(rb"\r\n((?:content-length|transfer-encoding)[^\r\n]*)", re.IGNORECASE)
_LENGTH = re.compile(rb"content-length:[ \t]*([0-9]{1,15})[ \t]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A connection and the bytes read from it: the request's head, and its body unless that is too long."""

    connection: socket.socket
    address: tuple[str, int]
    received: bytes
    is_whole: bool
    """Whether the whole request has been received."""


@dataclass(slots=True)
class _Caller:
    connection: socket.socket
    address: tuple[str, int]
    until: float
    received: bytearray
    wanted: int = 0
    """Number of bytes to wait for; 0 until the head is complete."""
    is_whole: bool = False
    """Whether `wanted` bytes are the whole request."""


class Acceptor:
    """Accepts connections on `listener` and passes every request to `deliver`, in the thread that calls `run`."""

    def __init__(
        self,
        listener: socket.socket,
        deliver: Callable[[Arrival], None],
        arrival_seconds: float = ARRIVAL_SECONDS,
    ) -> None:
        listener.setblocking(False)
        self._listener = listener
        self._deliver = deliver
        self._arrival_seconds = arrival_seconds
        self._callers: OrderedDict[int, _Caller] = OrderedDict()  # by file descriptor, in order of arrival
        self._wake, self._bell = socket.socketpair()
        self._bell.setblocking(False)
        self._wake.setblocking(False)
        self._stopped = False

    def run(self) -> None:
        """Accept connections until `stop`; then close the waiting ones. The caller closes the listener."""
        try:
            with selectors.DefaultSelector() as self._selector:
                self._selector.register(self._listener, selectors.EVENT_READ)
                self._selector.register(self._wake, selectors.EVENT_READ)
                while not self._stopped:
                    self._round()
        finally:
            for waiting in (*(caller.connection for caller in self._callers.values()), self._wake, self._bell):
                waiting.close()

    def stop(self) -> None:
        """Make `run` return. May be called from any thread and more than once."""
        self._stopped = True
        with contextlib.suppress(OSError):  # `run` has already returned, or enough wake-ups are pending
            self._bell.send(b"!")

    def _round(self) -> None:
        for key, _ in self._selector.select(self._patience()):
            if key.fileobj is self._listener:
                self._accept()
            elif key.fd in self._callers:
                self._listen_to(self._callers[key.fd])
        now = time.monotonic()
        while self._callers and (oldest := next(iter(self._callers.values()))).until <= now:
            self._dismiss(oldest)

    def _patience(self) -> float:
        if not self._callers:
            return LONGEST_WAIT_SECONDS
        oldest = next(iter(self._callers.values()))
        return min(LONGEST_WAIT_SECONDS, max(0.0, oldest.until - time.monotonic()))

    def _accept(self) -> None:
        try:
            connection, address = self._listener.accept()
        except BlockingIOError:
            return
        except OSError:  # out of file descriptors, or the client closed the connection before it was accepted
            self._make_room()
            return
        if len(self._callers) >= MAX_WAITING:
            self._make_room()
        connection.setblocking(False)
        until = time.monotonic() + self._arrival_seconds
        self._callers[connection.fileno()] = _Caller(connection, address, until, bytearray())
        self._selector.register(connection, selectors.EVENT_READ)

    def _make_room(self) -> None:
        if self._callers:
            self._dismiss(next(iter(self._callers.values())))
        else:
            time.sleep(NO_ROOM_SECONDS)

    def _listen_to(self, caller: _Caller) -> None:
        try:
            data = caller.connection.recv(MAX_HEAD)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        caller.received += data
        if not caller.wanted:
            caller.wanted, caller.is_whole = _extent(caller.received)
        if not data or (not caller.wanted and len(caller.received) > MAX_HEAD):
            self._dismiss(caller)
        elif 0 < caller.wanted <= len(caller.received):
            self._forget(caller)
            caller.connection.setblocking(True)
            self._deliver(Arrival(caller.connection, caller.address, bytes(caller.received), caller.is_whole))

    def _forget(self, caller: _Caller) -> None:
        self._selector.unregister(caller.connection)
        del self._callers[caller.connection.fileno()]

    def _dismiss(self, caller: _Caller) -> None:
        self._forget(caller)
        caller.connection.close()


def _extent(received: bytearray) -> tuple[int, bool]:
    """Return how many bytes of the request that begins with `received` to wait for, and whether those are all of it.

    The result is (0, False) until the head is complete. A body that is too long, or whose length is not given by one
    plain Content-Length field, is not waited for: the request guard refuses the request without reading the body.
    """
    end = received.find(_END, 0, MAX_HEAD + len(_END))
    if end < 0:
        return 0, False
    head = end + len(_END)
    framing = _FRAMING.findall(received, 0, head)
    if not framing:
        return head, True
    length = _LENGTH.fullmatch(framing[0]) if len(framing) == 1 else None
    if length is None or int(length[1]) > MAX_BODY:
        return head, False
    return head + int(length[1]), True
