cimport cython

from inspector.websocket.direction_state cimport DirectionState
from inspector.tables.row_writer cimport Writer


@cython.final
cdef class FrameWriter(Writer):
    cdef int[::1] last_packet
    cdef int[::1] message
    cdef unsigned char[::1] damaged

    cdef int[::1] _connection
    cdef signed char[::1] _direction
    cdef int[::1] _packet
    cdef long long[::1] _time_ns
    cdef unsigned char[::1] _opcode
    cdef unsigned char[::1] _fin
    cdef unsigned char[::1] _rsv
    cdef unsigned char[::1] _masked
    cdef unsigned int[::1] _mask
    cdef unsigned long long[::1] _length
    cdef long long[::1] _payload_offset

    cdef add(self, DirectionState stream, Py_ssize_t key, int first, long long offset, int carrier)
