cimport cython

from inspector.websocket.deflate.window cimport History
from inspector.websocket.deflate.inflate cimport FastInflater


@cython.final
cdef class MessageInflater:
    cdef public int outcome
    cdef public long long inflated
    cdef bint keeps_context
    cdef bint is_lost
    cdef bint is_refused
    cdef long long allowance
    cdef FastInflater inflate
    cdef History history
    cdef object stream
    cdef object gathered
    cdef bytes left
    cdef bint is_full
    cdef bint is_final

    cdef bint _begin(self)
    cdef bint _end(self)
    cdef Py_ssize_t read(self, Py_ssize_t length)
    cdef bytes _step(self, bytes piece)
    cdef bint _fail(self, int outcome)
    cdef bint _forget(self)
