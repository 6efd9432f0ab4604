# What other compiled modules see of message_reader.py; the docstrings are there.
cimport cython

cimport inspector.tcp.flags_and_seq as tcp_header
cimport inspector.http.framing as framing
cimport inspector.http.stages as stages
from inspector.http.body_reader cimport BodyReader
from inspector.http.directions cimport Directions
from inspector.http.exchanges cimport Exchanges
from inspector.http.direction_state cimport DirectionState
from inspector.http.head_reader cimport HeadReader
from inspector.http.message_writer cimport MessageWriter
from inspector.tables.chunk_cursor cimport ChunkCursor


@cython.final
cdef class MessageReader:
    cdef int switching
    cdef int switch_request
    cdef int switch_response
    cdef long long unpaused
    cdef HeadReader _head
    cdef ChunkCursor _cursor
    cdef Directions _directions
    cdef MessageWriter _rows
    cdef BodyReader _bodies
    cdef Exchanges _exchanges
    cdef object _reports

    cdef read(self, DirectionState state, Py_ssize_t key, long long address, Py_ssize_t count, unsigned int more)
    cdef unsigned int _request(self, DirectionState state, Py_ssize_t key, Py_ssize_t row, unsigned int notes)
    cdef unsigned int _response(self, DirectionState state, Py_ssize_t key, Py_ssize_t row, unsigned int notes)
    cdef bint _is_unasked(self, DirectionState state, Py_ssize_t key)
    cdef bint _is_too_early(self, int response, int request)
    cdef _forget_too_early(self, int connection, int request)
    cdef _response_body(self, DirectionState state, Py_ssize_t key, Py_ssize_t row, long long entry)
    cdef _pass_over(self, DirectionState state, Py_ssize_t key)
    cdef _tunnel(self, DirectionState state, Py_ssize_t key, Py_ssize_t row)
    cdef _switch(self, DirectionState state, Py_ssize_t key, Py_ssize_t row, Py_ssize_t exchange)
