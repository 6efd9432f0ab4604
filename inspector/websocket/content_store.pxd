cimport cython

from inspector.tables.chunk_cursor cimport ChunkCursor


@cython.final
cdef class ContentStore:
    cdef object _arena
    cdef ChunkCursor _cursor
    cdef object _memory
    cdef unsigned char[::1] _view
    cdef long long _at
    cdef long long _stop

    cdef bint refresh(self)
    cdef long long _reserve(self, long long length)
    cdef long long keep(self, bytes content)
    cdef long long copy(self, unsigned char[::1] source, Py_ssize_t length)
    cdef long long unmask(self, unsigned int mask, long long at, long long length)
    cdef bint is_ascii(self, long long at, long long length)
    cdef bytes bytes_at(self, long long at, long long length)


cdef bint has_no_high_bit(const unsigned char[::1] view, Py_ssize_t at, Py_ssize_t length)
cdef bint copy_unmasked(
    const unsigned char[::1] source,
    Py_ssize_t at,
    Py_ssize_t length,
    unsigned int mask,
    unsigned char[::1] target,
    Py_ssize_t to,
)
