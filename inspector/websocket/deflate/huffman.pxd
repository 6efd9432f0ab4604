# What other compiled modules see of huffman.py; the docstrings are there.
cimport cython


@cython.final
cdef class Codes:
    cdef unsigned short[::1] fast
    cdef unsigned short[::1] counts
    cdef unsigned short[::1] symbols
    cdef unsigned char[::1] lengths
    cdef unsigned short[::1] offsets

    cdef bint make(self, Py_ssize_t code, Py_ssize_t start, Py_ssize_t count)
    cdef bint _make_fast(self, Py_ssize_t code)


cdef Py_ssize_t reversed_bits(unsigned int value, int count) noexcept
