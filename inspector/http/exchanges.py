"""Which response answers which request: a queue a connection, first in, first out (RFC 9112 §9.3.2).

Hot module: compiled by Cython where there is a compiler, plain Python otherwise (docs/architecture.md).
"""

from __future__ import annotations

import cython

from inspector.tables.row_writer import Writer
from inspector.tables.table import Table

WAITING_LIMIT = cython.declare(cython.Py_ssize_t, 1000)
"""Requests of one connection that may wait for answers. Behind them no request is paired any more: a wrong pair is
worse than none. No client in use pipelines more than a few."""

OVERTAKEN_LIMIT = 16
"""Responses without a request that are remembered, in case their requests come to light."""


@cython.cclass
class Queue:
    """The unanswered requests of one connection."""

    waiting: list[int]  # exchange row * 4 + class of the method, oldest first
    is_pipelining: cython.bint  # the client was seen sending a request before the last answer was there
    is_overrun: cython.bint
    orphan: cython.longlong  # the exchange of 1xx responses to a request that was not seen; -1 none
    overtaken: list[tuple[int, int]]  # (packet, exchange) of responses without a request, newest last

    def __init__(self) -> None:
        self.waiting = []
        self.is_pipelining = False
        self.is_overrun = False
        self.orphan = -1
        self.overtaken = []


@cython.cclass
class Exchanges(Writer):
    """Fills the exchanges table."""

    _queues: dict[int, Queue]
    _connection: cython.int[::1]
    _request: cython.int[::1]
    _response: cython.int[::1]
    _informational: cython.ushort[::1]

    def __init__(self, table: Table) -> None:
        super().__init__(table)
        self._queues = {}

    @cython.cfunc
    def _take_views(self) -> None:
        table = self._table
        self._connection = table.view("connection")
        self._request = table.view("request")
        self._response = table.view("response")
        self._informational = table.view("informational")

    @cython.cfunc
    def _new(self, connection: cython.int) -> cython.Py_ssize_t:
        row: cython.Py_ssize_t = self.count
        if row == self._room:
            self._make_room()
        self._connection[row] = connection
        self.count += 1
        return row

    @cython.cfunc
    def _queue(self, connection: cython.int) -> Queue:
        queue = self._queues.get(connection)
        if queue is None:
            queue = self._queues[connection] = Queue()
        return queue

    @cython.ccall
    def ask(
        self, connection: cython.int, message: cython.int, method: cython.int, packet: cython.int
    ) -> cython.longlong:
        """Add an exchange for this request, which `packet` carried.

        Returns its row * 4, + 1 when others wait, + 2 when it is one too many, + 3 when its response came to light
        first: a gap before the request was noticed only after that.
        """
        queue: Queue = self._queue(connection)
        row: cython.Py_ssize_t
        if queue.overtaken:
            row = self._overtaken_by(queue, packet)
            if row >= 0:
                self._request[row] = message
                return row * 4 + 3
        row = self._new(connection)
        others: cython.Py_ssize_t = len(queue.waiting)
        self._request[row] = message
        if others >= WAITING_LIMIT and not queue.is_overrun:
            queue.is_overrun = True
            return row * 4 + 2
        if not queue.is_overrun:
            queue.waiting.append(row * 4 + method)
        return row * 4 + (1 if others else 0)

    @cython.cfunc
    def _overtaken_by(self, queue: Queue, packet: cython.int) -> cython.Py_ssize_t:
        """The exchange of the first orphan response that a later packet than this began, or -1."""
        for i, (begun, exchange) in enumerate(queue.overtaken):
            if begun > packet:
                del queue.overtaken[: i + 1]
                return exchange
        queue.overtaken.clear()
        return -1

    @cython.ccall
    def answer(self, connection: cython.int, message: cython.int, packet: cython.int) -> cython.longlong:
        """The exchange of the oldest waiting request ends with this response.

        Returns its row * 8 + the request method's class * 2, + 1 when no request was waiting.
        """
        queue: Queue = self._queue(connection)
        entry: cython.longlong
        if not queue.waiting:
            entry = self.answer_nobody(connection, message)
            queue.overtaken.append((packet, entry >> 3))
            del queue.overtaken[:-OVERTAKEN_LIMIT]
            return entry
        entry = queue.waiting.pop(0)
        entry *= 2
        if queue.waiting:
            queue.is_pipelining = True
        self._response[entry >> 3] = message
        return entry

    @cython.ccall
    def answer_nobody(self, connection: cython.int, message: cython.int) -> cython.longlong:
        """This response answers no request that waits. Returns what `answer` does."""
        queue: Queue = self._queue(connection)
        row: cython.longlong = queue.orphan if queue.orphan >= 0 else self._new(connection)
        queue.orphan = -1
        self._response[row] = message
        return row * 8 + 1

    @cython.ccall
    def overtaken(self, connection: cython.int) -> cython.int:
        """The packet of the first response without a request that may prove to be that of the next one; -1 none."""
        queue: Queue = self._queue(connection)
        return queue.overtaken[0][0] if queue.overtaken else -1

    @cython.ccall
    def forget_overtaken(self, connection: cython.int) -> None:
        """Discard the note about that response."""
        queue: Queue = self._queue(connection)
        del queue.overtaken[0]

    @cython.ccall
    def inform(self, connection: cython.int) -> cython.longlong:
        """A 1xx response to the oldest waiting request (RFC 9110 §15.2), which stays. Returns what `answer` does."""
        queue: Queue = self._queue(connection)
        entry: cython.longlong
        if queue.waiting:
            entry = queue.waiting[0]
            entry *= 2
        else:
            if queue.orphan < 0:
                queue.orphan = self._new(connection)
            entry = queue.orphan * 8 + 1
        self._informational[entry >> 3] += 1
        return entry

    @cython.ccall
    def pass_over(self, connection: cython.int, sure: cython.Py_ssize_t) -> cython.Py_ssize_t:
        """Responses were lost in a gap: the next one answers the waiting request of number `sure`, where that is not
        -1; else, unless the client pipelines, its newest.

        Returns how many older requests are given up.
        """
        queue: Queue = self._queue(connection)
        passed: cython.Py_ssize_t = sure
        if sure < 0:
            passed = 0 if queue.is_pipelining else len(queue.waiting) - 1
        if passed < 1:
            return 0
        del queue.waiting[:passed]
        return passed

    @cython.ccall
    def unanswered(self, connection: cython.int) -> cython.Py_ssize_t:
        """How many requests wait."""
        return len(self._queue(connection).waiting)

    @cython.ccall
    def waiting(self, connection: cython.int, number: cython.Py_ssize_t) -> cython.int:
        """The row in http_messages of the waiting request of that number, the oldest first."""
        queue: Queue = self._queue(connection)
        entry: cython.longlong = queue.waiting[number]
        return self._request[entry >> 2]

    @cython.ccall
    def response_of(self, exchange: cython.Py_ssize_t) -> cython.int:
        """The response's row in http_messages, or -1."""
        return self._response[exchange]

    @cython.ccall
    def request_of(self, exchange: cython.Py_ssize_t) -> cython.int:
        """The request's row in http_messages, or -1."""
        return self._request[exchange]

    @cython.ccall
    def waiting_request(self, connection: cython.int) -> cython.int:
        """The oldest waiting request's row in http_messages, or -1."""
        queue: Queue = self._queue(connection)
        entry: cython.longlong = queue.waiting[0] if queue.waiting else -1
        return self._request[entry >> 2] if entry >= 0 else -1

    @cython.ccall
    def forget(self, connection: cython.int) -> None:
        """End all exchanges of this connection."""
        self._queues.pop(connection, None)
