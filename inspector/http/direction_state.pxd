# What other compiled modules see of direction_state.py; the docstrings are there.
cimport cython

cimport inspector.http.stages as stages
from inspector.http.chunked cimport ChunkedBody


@cython.final
cdef class DirectionState:
    cdef int stage
    cdef int role
    cdef bint is_known
    cdef bint is_midstream
    cdef bint has_ended
    cdef int patience
    cdef long long origin
    cdef long long position
    cdef Py_ssize_t message
    cdef long long remaining
    cdef long long announced
    cdef ChunkedBody chunks
    cdef object held
    cdef long long start_offset
    cdef int start_packet
    cdef long long start_ns
    cdef unsigned int start_seq
    cdef long long latest_ns
    cdef bint expects
    cdef bytes doubtful
    cdef long long blank
    cdef long long skipped
    cdef bint was_lost
    cdef bint has_gap
    cdef long long pausing
    cdef list pending

    cdef restart(self)
