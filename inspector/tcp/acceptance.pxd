# acceptance.py for compiled modules; the docstrings are there.

cimport cython

from inspector.tcp.endpoint cimport End


@cython.final
cdef class Acceptor:
    cdef object moves
    cdef object packets
    cdef unsigned char[::1] checksum_is
    cdef Py_ssize_t first
    cdef unsigned short[::1] flags
    cdef unsigned int[::1] seq
    cdef unsigned int[::1] ack
    cdef unsigned int[::1] window
    cdef unsigned int[::1] payload
    cdef signed char[::1] window_shift
    cdef signed char[::1] direction
    cdef int[::1] previous
    cdef unsigned char[::1] acceptance

    cdef int test(self, End sender, End receiver, Py_ssize_t row, unsigned int flags) except? -1
    cdef bint _is_damaged(self, End sender, Py_ssize_t row, unsigned int flags) except? -1
    cdef bint _is_stale_fin(self, End sender, unsigned int end) except? -1
    cdef int _test_first_ack(self, End sender, End receiver, Py_ssize_t row, unsigned int flags) except? -1
    cdef bint _acknowledges_syn(self, End receiver, Py_ssize_t row) except? -1
    cdef int _test_reset(self, End sender, End receiver, Py_ssize_t row, unsigned int flags) except? -1
    cdef int _test_syn(self, End sender, End receiver, Py_ssize_t row, unsigned int flags) except? -1
    cdef bint _is_beyond(self, End receiver, unsigned int seq) except? -1
    cdef int announce(self, End sender, Py_ssize_t row) except? -1
    cdef bint acknowledges_dropped(self, End sender, End peer, Py_ssize_t row, int side) except? -1
    cdef bint _was_taken(self, End peer, Py_ssize_t at, Py_ssize_t row) except? -1
