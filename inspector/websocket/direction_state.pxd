cimport cython

cimport inspector.websocket.stages as stages
from inspector.websocket.deflate.permessage_deflate cimport MessageInflater


@cython.final
cdef class DirectionState:
    cdef int stage
    cdef long long position
    cdef bint masks
    cdef bint has_ended
    cdef bint has_closed
    cdef bytes header
    cdef int first_packet
    cdef long long first_ns
    cdef long long latest_ns
    cdef long long skipped
    cdef bint is_midstream

    cdef Py_ssize_t frame
    cdef int opcode
    cdef bint fin
    cdef bint rsv1
    cdef bint is_masked
    cdef unsigned int mask
    cdef unsigned long long length
    cdef unsigned long long done

    cdef Py_ssize_t frame_message
    cdef Py_ssize_t open_message
    cdef object control
    cdef object content

    cdef bint may_deflate
    cdef bint keeps_context
    cdef MessageInflater inflater
    cdef int failed
