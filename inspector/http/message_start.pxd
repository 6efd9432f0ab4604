# What other compiled modules see of message_start.py; the docstrings are there.
cimport cython

cimport inspector.http.char_classes as chars
cimport inspector.http.framing as framing
cimport inspector.http.stages as stages
from inspector.http.directions cimport Directions
from inspector.http.exchanges cimport Exchanges
from inspector.http.direction_state cimport DirectionState
from inspector.http.head_reader cimport HeadReader
from inspector.http.message_writer cimport MessageWriter
from inspector.http.message_reader cimport MessageReader
from inspector.tables.chunk_cursor cimport ChunkCursor


@cython.final
cdef class MessageStarts:
    cdef list suspects
    cdef ChunkCursor _cursor
    cdef object _arena
    cdef HeadReader _reader
    cdef Exchanges _exchanges
    cdef Directions _directions
    cdef MessageWriter _rows
    cdef MessageReader _message_reader
    cdef object _reports

    cdef unsigned char _byte(self, long long at)
    cdef long long start(self, DirectionState state, Py_ssize_t key, long long at, long long stop)
    cdef _begin_message(self, DirectionState state, long long at)
    cdef long long more_head(self, DirectionState state, Py_ssize_t key, long long at, long long stop)
    cdef cut_head(self, DirectionState state, Py_ssize_t key, unsigned int note)
    cdef bint _is_turned(self, DirectionState state, Py_ssize_t key, long long at, long long stop)
    cdef long long _not_http(self, DirectionState state, Py_ssize_t key, long long at, long long stop)
    cdef long long tls(self, DirectionState state, Py_ssize_t key, long long at, long long stop)
    cdef long long _found_tls(self, DirectionState state, Py_ssize_t key, long long stop)
    cdef bint _is_hello(self, long long at, long long stop)
    cdef long long _pair(self, long long at)
    cdef _headless_response(self, DirectionState state, Py_ssize_t key, long long at)
    cdef long long search(self, DirectionState state, Py_ssize_t key, long long at, long long stop)
    cdef bint _begins_here(self, long long at, long long stop, int side)
    cdef lose(self, DirectionState state, long long missing)
