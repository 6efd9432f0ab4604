# duplicate_packets.py for compiled modules; the docstrings are there.

cimport cython

@cython.final
cdef class Copies:
    cdef object moves
    cdef object packets
    cdef object headers
    cdef unsigned short[::1] tags
    cdef unsigned long long[::1] signatures
    cdef int[::1] rows
    cdef unsigned long long[::1] places
    cdef unsigned int[::1] last_id
    cdef unsigned char[::1] varies
    cdef unsigned char[::1] copied
    cdef readonly int count
    cdef bint is_elsewhere
    cdef long long[::1] times
    cdef unsigned short[::1] flags
    cdef unsigned int[::1] seq
    cdef unsigned int[::1] ack
    cdef unsigned int[::1] payload
    cdef int[::1] packet_connection
    cdef signed char[::1] packet_direction
    cdef unsigned short[::1] source_port
    cdef unsigned short[::1] window_field
    cdef unsigned short[::1] checksum
    cdef unsigned short[::1] ip_id
    cdef unsigned long long[::1] place

    cpdef int original(self, Py_ssize_t row, Py_ssize_t at, unsigned long long sockets) except? -2
    cpdef int follow(self, Py_ssize_t row, Py_ssize_t at) except? -1
    cdef bint _is_copy(self, int earlier, Py_ssize_t row, Py_ssize_t at, bint is_elsewhere) except? -1
    cdef unsigned long long _signature(self, Py_ssize_t row, Py_ssize_t at, unsigned long long sockets) except? -1
