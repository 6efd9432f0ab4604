# What other compiled modules see of exchanges.py; the docstrings are there.
cimport cython

from inspector.tables.row_writer cimport Writer


@cython.final
cdef class Queue:
    cdef list waiting
    cdef bint is_pipelining
    cdef bint is_overrun
    cdef long long orphan
    cdef list overtaken


@cython.final
cdef class Exchanges(Writer):
    cdef dict _queues
    cdef int[::1] _connection
    cdef int[::1] _request
    cdef int[::1] _response
    cdef unsigned short[::1] _informational

    cdef Py_ssize_t _new(self, int connection)
    cdef Queue _queue(self, int connection)
    cpdef long long ask(self, int connection, int message, int method, int packet)
    cdef Py_ssize_t _overtaken_by(self, Queue queue, int packet)
    cpdef long long answer(self, int connection, int message, int packet)
    cpdef long long answer_nobody(self, int connection, int message)
    cpdef int overtaken(self, int connection)
    cpdef forget_overtaken(self, int connection)
    cpdef long long inform(self, int connection)
    cpdef Py_ssize_t pass_over(self, int connection, Py_ssize_t sure)
    cpdef int waiting(self, int connection, Py_ssize_t number)
    cpdef Py_ssize_t unanswered(self, int connection)
    cpdef int response_of(self, Py_ssize_t exchange)
    cpdef int request_of(self, Py_ssize_t exchange)
    cpdef int waiting_request(self, int connection)
    cpdef forget(self, int connection)
