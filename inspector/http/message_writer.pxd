# What other compiled modules see of message_writer.py; the docstrings are there.
cimport cython

from inspector.http.direction_state cimport DirectionState
from inspector.tables.chunk_cursor cimport ChunkCursor
from inspector.tables.row_writer cimport Writer


@cython.final
cdef class MessageWriter(Writer):
    cdef int[::1] exchange
    cdef int[::1] connection
    cdef signed char[::1] direction
    cdef unsigned char[::1] kind
    cdef int[::1] packet
    cdef int[::1] last_packet
    cdef long long[::1] end_ns
    cdef long long[::1] body_offset
    cdef long long[::1] body_end
    cdef long long[::1] body_bytes
    cdef unsigned char[::1] framing
    cdef unsigned char[::1] complete
    cdef unsigned int[::1] notes

    cdef long long[::1] _time_ns
    cdef long long[::1] _head_address
    cdef unsigned int[::1] _head_bytes
    cdef long long[::1] _stream_offset
    cdef unsigned short[::1] _status

    cdef Py_ssize_t add(
        self, DirectionState state, Py_ssize_t key, ChunkCursor cursor, long long address, Py_ssize_t count, int status
    )
