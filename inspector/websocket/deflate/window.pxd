cimport cython


@cython.final
cdef class History:
    cdef Py_ssize_t size
    cdef Py_ssize_t next
    cdef unsigned char[::1] ring
    cdef add(self, unsigned char[::1] content, Py_ssize_t length)
    cdef _write(self, unsigned char[::1] content, Py_ssize_t start, Py_ssize_t stop)
    cdef _copy(self, unsigned char[::1] content, Py_ssize_t start, Py_ssize_t stop)
    cdef _grow(self, Py_ssize_t wanted)
