cimport cython

cimport inspector.websocket.content_store as content_store
from inspector.websocket.deflate.permessage_deflate cimport Inflater
from inspector.tables.chunk_cursor cimport Pieces
from inspector.websocket.deflate.inflate cimport Inflate
from inspector.websocket.content_store cimport Kept
from inspector.websocket.message_rows cimport MessageRows
from inspector.websocket.direction_state cimport Stream


@cython.final
cdef class MessageReader:
    cdef Pieces _pieces
    cdef MessageRows _rows
    cdef Kept _kept
    cdef Inflate _inflate
    cdef object _reports
    cdef int _contexts

    cdef bint whole(self, Stream stream, Py_ssize_t key, long long at)
    cdef bint _is_compressed(self, Stream stream)
    cdef _read_whole(self, Stream stream, Py_ssize_t key, long long at)
    cdef bint _inflate_in_place(self, Stream stream, Py_ssize_t key, long long at)
    cdef _inflate_whole(self, Stream stream, Py_ssize_t key, long long at)
    cdef _write(
        self, Stream stream, long long length, long long content, long long address, long long preview
    )
    cdef payload(self, Stream stream, long long at, long long count)
    cdef end_frame(self, Stream stream, Py_ssize_t key)
