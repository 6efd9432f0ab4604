# What other compiled modules see of byte_scanner.py; the docstrings are there.


cimport inspector.http.char_classes as chars


cdef class Text:
    cdef const unsigned char[::1] _b
    cdef const unsigned char[::1] _data
    cdef const unsigned char[::1] _arena
    cdef const unsigned char[::1] _token
    cdef readonly unsigned int notes

    cdef Py_ssize_t _go_to(self, long long address)
    cdef bint _is(self, Py_ssize_t at, bytes word)
    cdef bint _is_exactly(self, Py_ssize_t at, bytes word)
    cdef bint _has_space(self, Py_ssize_t at, Py_ssize_t stop)
    cdef Py_ssize_t _token_end(self, Py_ssize_t at, Py_ssize_t stop)
    cdef Py_ssize_t _line_end(self, Py_ssize_t at, Py_ssize_t stop)
    cdef Py_ssize_t _skip_space(self, Py_ssize_t at, Py_ssize_t end)
    cdef bint _is_text(self, Py_ssize_t at, Py_ssize_t stop)
