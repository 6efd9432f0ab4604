# What other compiled modules see of anomaly_writer.py; the docstrings are there.

cimport cython

@cython.final
cdef class AnomalyWriter:
    cdef object table
    cdef dict counts
    cdef Py_ssize_t capacity
    cdef unsigned short[::1] codes
    cdef int[::1] packets
    cdef int[::1] connections
    cdef signed char[::1] directions
    cdef long long[::1] first
    cdef long long[::1] second
    cdef long long[::1] third

    cdef void _make_room(self)
    cpdef void note(
        self, int code, int packet, int connection,
        int direction=*, long long a=*, long long b=*, long long c=*
    )
    cpdef void note_once(
        self, int code, int packet, int connection,
        int direction=*, long long a=*, long long b=*, long long c=*
    )
