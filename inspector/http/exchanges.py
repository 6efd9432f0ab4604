"""Pairs requests with responses: one first-in, first-out queue per connection (RFC 9112 §9.3.2).

Hot module: compiled by Cython where there is a compiler, plain Python otherwise (docs/architecture.md).
"""

from __future__ import annotations

import cython

from inspector.tables.row_writer import Writer
from inspector.tables.table import Table

WAITING_LIMIT = cython.declare(cython.Py_ssize_t, 1000)
"""The maximum number of requests of one connection that wait for responses. Requests beyond that are not paired any
more: a wrong pair is worse than none. No client in use pipelines more than a few."""

OVERTAKEN_LIMIT = 16
"""The maximum number of responses without a request that are remembered, in case their requests are found later."""


@cython.cclass
class Queue:
    """The unanswered requests of one connection."""

    waiting: list[int]  # exchange row * 4 + METHOD_… constant of the request, oldest first
    is_pipelining: cython.bint  # the client was seen sending a request before the previous response had arrived
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
        """Add an exchange for this request, which begins in `packet`.

        Returns 4 * its row, + 1 if other requests wait, + 2 if it is the first one beyond the limit, + 3 if its
        response was read before it, because a gap before the request was only noticed afterwards.
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
        """Return the exchange of the first orphan response that began in a packet after `packet`, or -1."""
        for i, (begun, exchange) in enumerate(queue.overtaken):
            if begun > packet:
                del queue.overtaken[: i + 1]
                return exchange
        queue.overtaken.clear()
        return -1

    @cython.ccall
    def answer(self, connection: cython.int, message: cython.int, packet: cython.int) -> cython.longlong:
        """Pair this response with the oldest waiting request.

        Returns 8 * the row of the exchange + 2 * the request's METHOD_… constant, + 1 if no request was waiting.
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
        """Add a response that belongs to no waiting request. Returns the same value as `answer`."""
        queue: Queue = self._queue(connection)
        row: cython.longlong = queue.orphan if queue.orphan >= 0 else self._new(connection)
        queue.orphan = -1
        self._response[row] = message
        return row * 8 + 1

    @cython.ccall
    def overtaken(self, connection: cython.int) -> cython.int:
        """Return the packet of the oldest remembered response without a request, which may turn out to belong to the
        next request; -1 if there is none.
        """
        queue: Queue = self._queue(connection)
        return queue.overtaken[0][0] if queue.overtaken else -1

    @cython.ccall
    def forget_overtaken(self, connection: cython.int) -> None:
        """Forget the response that `overtaken` refers to."""
        queue: Queue = self._queue(connection)
        del queue.overtaken[0]

    @cython.ccall
    def inform(self, connection: cython.int) -> cython.longlong:
        """Count a 1xx response to the oldest waiting request (RFC 9110 §15.2), which continues to wait. Returns the
        same value as `answer`.
        """
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
        """Discard waiting requests whose responses were lost in a gap.

        The next response belongs to the waiting request with index `sure`, unless that is -1; then it belongs to the
        newest one, if the client does not pipeline. Returns the number of older requests that are discarded.
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
        """Return the number of waiting requests."""
        return len(self._queue(connection).waiting)

    @cython.ccall
    def waiting(self, connection: cython.int, number: cython.Py_ssize_t) -> cython.int:
        """Return the row in http_messages of the waiting request with this index, counted from the oldest."""
        queue: Queue = self._queue(connection)
        entry: cython.longlong = queue.waiting[number]
        return self._request[entry >> 2]

    @cython.ccall
    def response_of(self, exchange: cython.Py_ssize_t) -> cython.int:
        """Return the row of the response in http_messages, or -1."""
        return self._response[exchange]

    @cython.ccall
    def request_of(self, exchange: cython.Py_ssize_t) -> cython.int:
        """Return the row of the request in http_messages, or -1."""
        return self._request[exchange]

    @cython.ccall
    def waiting_request(self, connection: cython.int) -> cython.int:
        """Return the row of the oldest waiting request in http_messages, or -1."""
        queue: Queue = self._queue(connection)
        entry: cython.longlong = queue.waiting[0] if queue.waiting else -1
        return self._request[entry >> 2] if entry >= 0 else -1

    @cython.ccall
    def forget(self, connection: cython.int) -> None:
        """Discard the queue of this connection."""
        self._queues.pop(connection, None)
