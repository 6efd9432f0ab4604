# What other compiled modules see of body_reader.py; the docstrings are there.
cimport cython

cimport inspector.http.stages as stages
from inspector.http.chunked cimport ChunkedBody
from inspector.http.exchanges cimport Exchanges
from inspector.http.direction_state cimport DirectionState
from inspector.http.message_writer cimport MessageWriter
from inspector.tables.chunk_cursor cimport ChunkCursor


@cython.final
cdef class BodyReader:
    cdef ChunkCursor _cursor
    cdef MessageWriter _rows
    cdef Exchanges _exchanges
    cdef object _reports

    cdef open_length(self, DirectionState state, Py_ssize_t row, long long length)
    cdef open_chunks(self, DirectionState state, Py_ssize_t row)
    cdef open_close(self, DirectionState state, Py_ssize_t row)
    cdef none(self, DirectionState state, Py_ssize_t row)
    cdef _between_messages(self, DirectionState state)
    cdef long long take(self, DirectionState state, long long at, long long stop)
    cdef grow(self, DirectionState state, long long count, long long end)
    cdef _extend_message(self, DirectionState state, long long end)
    cdef end_of_length(self, DirectionState state)
    cdef long long read_framing(self, DirectionState state, Py_ssize_t key, long long at, long long stop)
    cdef long long skip(self, DirectionState state, Py_ssize_t key, long long offset, long long length)
    cdef cut(self, DirectionState state, Py_ssize_t key, bint is_close)
    cdef end(self, DirectionState state)
    cdef lose(self, DirectionState state)
    cdef note_framing(self, DirectionState state)
    cdef bint may_be_withheld(self, DirectionState state)
    cdef withhold(self, DirectionState state, Py_ssize_t key)
