cimport cython

from inspector.websocket.deflate.window cimport History
from inspector.websocket.deflate.huffman cimport Codes


@cython.final
cdef class FastInflater:
    cdef unsigned char[::1] inbox
    cdef unsigned char[::1] outbox

    cdef Codes _codes
    cdef History _history
    cdef Py_ssize_t _at
    cdef Py_ssize_t _stop
    cdef unsigned long long _bits
    cdef int _held
    cdef Py_ssize_t _done
    cdef Py_ssize_t _room

    cdef unsigned short[::1] _length_base
    cdef unsigned short[::1] _length_bits
    cdef unsigned short[::1] _distance_base
    cdef unsigned short[::1] _distance_bits
    cdef const unsigned char[::1] _order

    cdef Py_ssize_t read(self, Py_ssize_t length, History history, Py_ssize_t room)
    cdef void _refill(self) noexcept
    cdef void _drop(self, int count) noexcept
    cdef unsigned int _take(self, int count) noexcept
    cdef int _symbol(self, Py_ssize_t code)
    cdef int _long_symbol(self, Py_ssize_t code)
    cdef bint _is_end(self)
    cdef bint _stored(self)
    cdef bint _block(self, Py_ssize_t lengths, Py_ssize_t distances)
    cdef bint _reference(self, int symbol, Py_ssize_t distances)
    cdef bint _copy(self, Py_ssize_t length, Py_ssize_t distance)
    cdef bint _has_room(self, Py_ssize_t more)
    cdef bint _grow(self)
    cdef _make_fixed(self)
    cdef bint _make_dynamic(self)
    cdef bint _read_lengths(self, Py_ssize_t count)
