# What other compiled modules see of body_reader.py; its docstrings stand there.
cimport cython

cimport inspector.http.stages as stages
from inspector.http.chunked cimport ChunkedBody
from inspector.http.exchanges cimport Exchanges
from inspector.http.direction_state cimport Half
from inspector.http.message_rows cimport MessageRows
from inspector.tables.chunk_cursor cimport Pieces


@cython.final
cdef class BodyReader:
    cdef Pieces _pieces
    cdef MessageRows _rows
    cdef Exchanges _exchanges
    cdef object _reports

    cdef open_length(self, Half half, Py_ssize_t row, long long length)
    cdef open_chunks(self, Half half, Py_ssize_t row)
    cdef open_close(self, Half half, Py_ssize_t row)
    cdef none(self, Half half, Py_ssize_t row)
    cdef _between_messages(self, Half half)
    cdef long long take(self, Half half, long long at, long long stop)
    cdef grow(self, Half half, long long count, long long end)
    cdef _reach(self, Half half, long long end)
    cdef end_of_length(self, Half half)
    cdef long long read_framing(self, Half half, Py_ssize_t key, long long at, long long stop)
    cdef long long skip(self, Half half, Py_ssize_t key, long long offset, long long length)
    cdef cut(self, Half half, Py_ssize_t key, bint is_close)
    cdef end(self, Half half)
    cdef lose(self, Half half)
    cdef note_framing(self, Half half)
    cdef bint may_be_withheld(self, Half half)
    cdef withhold(self, Half half, Py_ssize_t key)
