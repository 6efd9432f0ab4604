# What other compiled modules see of start_line.py; the docstrings are there.

cimport inspector.http.char_classes as chars
cimport inspector.http.framing as framing
from inspector.http.byte_scanner cimport Text


cdef class StartLines(Text):
    cdef readonly int side
    cdef readonly int version
    cdef readonly int status
    cdef readonly int method
    cdef readonly bint has_start_line

    cpdef Py_ssize_t find(self, long long address, Py_ssize_t length, int side)
    cdef bint _is_well_formed(self)
    cdef Py_ssize_t _next_version(self, Py_ssize_t at, Py_ssize_t stop)
    cdef bint _shouts(self, Py_ssize_t start, Py_ssize_t stop)
    cdef Py_ssize_t _start_line(self, Py_ssize_t start, Py_ssize_t stop, int side)
    cdef Py_ssize_t _status_line(self, Py_ssize_t start, Py_ssize_t stop)
    cdef Py_ssize_t _status_version(self, Py_ssize_t start, Py_ssize_t stop)
    cdef bint _take_status(self, Py_ssize_t at, Py_ssize_t end)
    cdef Py_ssize_t _request_line(self, Py_ssize_t start, Py_ssize_t stop)
    cdef bint _target_and_version(self, Py_ssize_t space, Py_ssize_t end, Py_ssize_t stop, Py_ssize_t method)
    cdef int _meant_for_request(self, Py_ssize_t start, Py_ssize_t end, Py_ssize_t stop)
    cdef bint _is_registered(self, Py_ssize_t start, Py_ssize_t end)
    cdef bint _begins_a_version(self, Py_ssize_t at, Py_ssize_t end)
    cdef bint _names_another_protocol(self, Py_ssize_t at, Py_ssize_t end)
    cdef int _field_follows(self, Py_ssize_t at, Py_ssize_t stop)
    cdef bint _is_version(self, Py_ssize_t at, Py_ssize_t stop)
    cdef _take_version(self, Py_ssize_t at)
    cdef int _method(self, Py_ssize_t at, Py_ssize_t length)
