# zeek_conn_state.py for compiled modules; the docstrings are there.

cimport cython

from inspector.tcp.endpoint cimport End, Life


@cython.final
cdef class Zeek:
    cdef object moves
    cdef object packets
    cdef object connections
    cdef unsigned int[::1] seq
    cdef unsigned int[::1] window
    cdef unsigned int[::1] payload
    cdef unsigned int[::1] analysis
    cdef unsigned char[::1] conn_state
    cdef unsigned char[:, ::1] history

    cdef int take(self, Life life, Py_ssize_t row, Py_ssize_t connection, int side, unsigned int flags) except? -1
    cdef int sum_up(self, Life life, Py_ssize_t connection) except? -1
    cdef int _write(
        self, Life life, End sender, End receiver, Py_ssize_t row, Py_ssize_t connection, int side, unsigned int flags
    ) except? -1
    cdef int _move(self, End sender, End receiver, unsigned int flags) except? -1
    cdef int _letter_once(self, Life life, End sender, Py_ssize_t connection, int side, unsigned int letter) except? -1
    cdef int _letter(self, Life life, Py_ssize_t connection, int side, unsigned int letter) except? -1
    cdef int _conn_state(self, Life life, Py_ssize_t connection) except? -1
    cdef bint _reset_unanswered(self, Life life, Py_ssize_t connection) except? -1
