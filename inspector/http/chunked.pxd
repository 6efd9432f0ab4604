# What other compiled modules see of chunked.py; the docstrings are there.
cimport cython
cimport inspector.http.char_classes as chars


@cython.final
cdef class ChunkedBody:
    cdef long long bare_lines
    cdef long long spaces
    cdef int _stage
    cdef unsigned char _last
    cdef long long _size
    cdef Py_ssize_t _count
    cdef int _line
    cdef unsigned int _notes

    cpdef Py_ssize_t read(self, const unsigned char[::1] data, Py_ssize_t at, Py_ssize_t stop)
    cpdef long long content_due(self)
    cpdef bint is_over(self)
    cpdef bint is_bad(self)
    cpdef unsigned int notes(self)
    cdef _byte(self, unsigned char byte)
    cdef _size_byte(self, unsigned char byte)
    cdef _extension_byte(self, unsigned char byte)
    cdef _digit(self, int value)
    cdef _end_size(self)
    cdef _trailer_byte(self, unsigned char byte)
