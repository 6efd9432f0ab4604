cimport cython

from inspector.websocket.direction_state cimport DirectionState
from inspector.tables.row_writer cimport Writer


@cython.final
cdef class MessageWriter(Writer):
    cdef int[::1] last_packet
    cdef unsigned int[::1] frames
    cdef long long[::1] end_ns
    cdef unsigned char[::1] compressed
    cdef unsigned long long[::1] wire_bytes
    cdef unsigned long long[::1] content_bytes
    cdef long long[::1] text_address
    cdef unsigned int[::1] text_bytes
    cdef int[::1] close_code
    cdef unsigned char[::1] complete

    cdef int[::1] _connection
    cdef signed char[::1] _direction
    cdef unsigned char[::1] _kind
    cdef int[::1] _first_packet
    cdef int[::1] _first_frame
    cdef long long[::1] _time_ns

    cdef add(self, DirectionState stream, Py_ssize_t key)
