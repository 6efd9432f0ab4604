# What other compiled modules see of row_writer.py; the docstrings are there.


cdef class Writer:
    cdef Py_ssize_t count
    cdef object _table
    cdef Py_ssize_t _room

    cdef _take_views(self)
    cdef _make_room(self)
