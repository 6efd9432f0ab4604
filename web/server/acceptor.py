"""The acceptor: one thread that accepts connections and waits for complete requests.

A worker thread is spent only on a request that has arrived. So hundreds of connections that say nothing, or a byte a
second, cost a buffer each and delay nobody.
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
"""Connections whose request has not arrived; one more and the oldest is closed."""

MAX_HEAD = 16 * 1024
"""Bytes of a request's head: a browser sends about 1 KiB."""

MAX_BODY = 64 * 1024
"""Bytes of a request's body: the JSON a page sends. A longer one is answered unread, with 413."""

ARRIVAL_SECONDS = 10.0
"""A request that has not arrived by then is given up."""

LONGEST_WAIT_SECONDS = 0.5
"""Ctrl-C that comes after Python's last look for signals and before the wait begins does not end the wait."""

NO_ROOM_SECONDS = 0.05
"""Pause before the next try when the system has no descriptor for a caller and none waits who could give up his."""

_END = b"\r\n\r\n"
_FRAMING = re.compile(rb"\r\n((?:content-length|transfer-encoding)[^\r\n]*)", re.IGNORECASE)
_LENGTH = re.compile(rb"content-length:[ \t]*([0-9]{1,15})[ \t]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A connection and what was read from it: the head, and the body unless it was too long to wait for."""

    connection: socket.socket
    address: tuple[str, int]
    received: bytes
    is_whole: bool
    """Whether nothing of the request is still under way."""


@dataclass(slots=True)
class _Caller:
    connection: socket.socket
    address: tuple[str, int]
    until: float
    received: bytearray
    wanted: int = 0
    """Bytes to wait for; 0 while the head is not all here."""
    is_whole: bool = False
    """Whether those are the whole request."""


class Acceptor:
    """Accepts on `listener` and hands every request to `deliver`, from the thread that calls `run`."""

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
        self._callers: OrderedDict[int, _Caller] = OrderedDict()  # by descriptor, in the order in which they came
        self._wake, self._bell = socket.socketpair()
        self._bell.setblocking(False)
        self._wake.setblocking(False)
        self._stopped = False

    def run(self) -> None:
        """Serve until `stop`; then close whatever still waits (the listener stays the caller's)."""
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
        """Make `run` return; may be called from any thread, and again."""
        self._stopped = True
        with contextlib.suppress(OSError):  # run is over already, or rung enough
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
        except OSError:  # out of descriptors, or the caller hung up before we answered
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
    """How many bytes to wait for, of the request that begins with `received`, and whether that is all of it.

    (0, False) while its head is not complete. A body that is too long, or whose length is not said in the plain way,
    is not waited for: the gate refuses it unread.
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
