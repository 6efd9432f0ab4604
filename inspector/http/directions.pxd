# What other compiled modules see of directions.py; the docstrings are there.
cimport cython

cimport inspector.http.stages as stages
from inspector.http.exchanges cimport Exchanges
from inspector.http.direction_state cimport DirectionState


@cython.final
cdef class Directions:
    cdef unsigned char[::1] routes
    cdef unsigned char[::1] _protocols
    cdef unsigned char[::1] _inside
    cdef list states
    cdef public list turned
    cdef object _connections
    cdef unsigned char[:, ::1] _isn_known
    cdef Exchanges _exchanges

    cdef DirectionState state(self, Py_ssize_t key)
    cdef DirectionState seen(self, Py_ssize_t key)
    cdef recognise(self, DirectionState state, Py_ssize_t key)
    cpdef name(self, Py_ssize_t connection, int protocol)
    cdef turn(self, DirectionState state, Py_ssize_t key)
    cdef Py_ssize_t asking(self, Py_ssize_t connection)
    cdef bint is_http(self, Py_ssize_t connection)
    cdef leave(self, Py_ssize_t connection, int route)
    cdef give_up(self, DirectionState state, Py_ssize_t key)
