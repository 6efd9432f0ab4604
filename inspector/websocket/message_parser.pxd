cimport cython

cimport inspector.websocket.content_store as content_store
from inspector.websocket.deflate.permessage_deflate cimport MessageInflater
from inspector.tables.chunk_cursor cimport ChunkCursor
from inspector.websocket.deflate.inflate cimport FastInflater
from inspector.websocket.content_store cimport ContentStore
from inspector.websocket.message_writer cimport MessageWriter
from inspector.websocket.direction_state cimport DirectionState


@cython.final
cdef class MessageParser:
    cdef ChunkCursor _cursor
    cdef MessageWriter _rows
    cdef ContentStore _content_store
    cdef FastInflater _inflate
    cdef object _reports
    cdef int _contexts

    cdef bint whole(self, DirectionState stream, Py_ssize_t key, long long at)
    cdef bint _is_compressed(self, DirectionState stream)
    cdef _read_whole(self, DirectionState stream, Py_ssize_t key, long long at)
    cdef bint _inflate_in_place(self, DirectionState stream, Py_ssize_t key, long long at)
    cdef _inflate_whole(self, DirectionState stream, Py_ssize_t key, long long at)
    cdef _write(
        self, DirectionState stream, long long length, long long content, long long address, long long preview
    )
    cdef payload(self, DirectionState stream, long long at, long long count)
    cdef end_frame(self, DirectionState stream, Py_ssize_t key)
