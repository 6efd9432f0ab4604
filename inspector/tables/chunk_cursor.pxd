cimport cython


@cython.final
cdef class ChunkCursor:
    cdef const unsigned char[::1] data
    cdef long long floor
    cdef object want
    cdef const unsigned char[::1] arena
    cdef object data_memory
    cdef object arena_memory
    cdef object _source
    cdef object _moves
    cdef object _packets
    cdef object _chunks

    cdef int[::1] connection
    cdef signed char[::1] direction
    cdef unsigned char[::1] kinds
    cdef int[::1] packet
    cdef long long[::1] _address
    cdef long long[::1] _length
    cdef long long[::1] _stream_offset
    cdef long long[::1] _times
    cdef long long[::1] _payload_address
    cdef unsigned short[::1] flags
    cdef unsigned int[::1] seq
    cdef unsigned int[::1] ack

    cdef Py_ssize_t row
    cdef int kind
    cdef public int carrier
    cdef long long now
    cdef long long address
    cdef long long length
    cdef long long offset
    cdef long long shift

    cdef take(self, Py_ssize_t row, long long position)
    cdef unsigned int sequence_number(self, long long at)
    cdef bytes bytes_at(self, long long at, long long count)
