# What other compiled modules see of head_reader.py; the docstrings are there.

cimport cython

cimport inspector.http.char_classes as chars
cimport inspector.http.framing as framing
from inspector.http.start_line cimport StartLines


@cython.final
cdef class HeadReader(StartLines):
    cdef readonly long long content_length
    cdef readonly long long other_length
    cdef readonly int coding
    cdef int _chunked
    cdef int _last_coding
    cdef bint _has_other_coding
    cdef bint _has_bad_coding

    cpdef Py_ssize_t read(self, long long address, Py_ssize_t length, int side)
    cpdef Py_ssize_t read_held(self, bytearray held, int side)
    cdef Py_ssize_t _read(self, Py_ssize_t start, Py_ssize_t stop, int side)
    cdef Py_ssize_t _fields(self, Py_ssize_t at, Py_ssize_t stop)
    cdef Py_ssize_t _skip_to_colon(self, Py_ssize_t name, Py_ssize_t at, Py_ssize_t stop)
    cdef _field(self, Py_ssize_t name, Py_ssize_t colon, Py_ssize_t end)
    cdef Py_ssize_t _value(self, Py_ssize_t at, Py_ssize_t end)
    cdef _content_length(self, Py_ssize_t at, Py_ssize_t end)
    cdef _take_length(self, long long value)
    cdef _transfer_encoding(self, Py_ssize_t at, Py_ssize_t end)
    cdef bint _ends_coding(self, Py_ssize_t at, Py_ssize_t end)
    cdef _settle(self)
