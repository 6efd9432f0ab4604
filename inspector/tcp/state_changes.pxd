# state_changes.py for compiled modules; the docstrings are there.

cimport cython

from inspector.tcp.endpoint cimport End


@cython.final
cdef class StateChanges:
    cdef object moves
    cdef object packets
    cdef const unsigned char[::1] next_state
    cdef signed char[::1] direction
    cdef int[::1] previous
    cdef unsigned short[::1] flags
    cdef unsigned int[::1] seq
    cdef unsigned int[::1] ack
    cdef unsigned char[::1] client_state
    cdef unsigned char[::1] server_state
    cdef unsigned char[::1] assumed
    cdef unsigned char[::1] acceptance
    cdef unsigned int confirmed
    cdef unsigned int disproved
    cdef unsigned int lost
    cdef unsigned int late
    cdef bint is_doubtful

    cdef int apply_sent(self, End end, int signal) except? -1
    cdef int apply_received(self, End end, int signal, Py_ssize_t row, int side, bint is_carried) except? -1
    cdef int refresh(self, End end) except? -1
    cdef int settle(
        self,
        End end,
        End peer,
        Py_ssize_t row,
        int side,
        unsigned int flags,
        bint repeats_fin,
        bint is_open,
        bint was_revoked,
    ) except? -1
    cdef int revoke_reset(self, End end, End peer, Py_ssize_t row, int side) except? -1
    cdef int _first_word(self, End end, End peer, unsigned int flags, Py_ssize_t row) except? -1
    cdef int _judge(
        self, End end, End peer, Py_ssize_t row, unsigned int flags, bint repeats_fin, bint is_open
    ) except? -1
    cdef bint _acknowledges(self, unsigned int number, unsigned int flags, Py_ssize_t row) except? -1
    cdef int _judge_opening(self, End end, unsigned int flags, bint acks_syn, bint is_open) except? -1
    cdef int _judge_reset(self, End end, unsigned int flags) except? -1
    cdef int _apply(self, End end, int state, unsigned int kinds, Py_ssize_t until) except? -1
    cdef bint _any_by(self, End end, unsigned int kinds, Py_ssize_t row) except? -1
    cdef int _correct(
        self, End end, Py_ssize_t row, int side, unsigned int kinds, unsigned int still_open, bint is_guess
    ) except? -1
    cdef int _take_back(self, End end, Py_ssize_t row, int side, int kind) except? -1
    cdef bint _is_word_of(self, Py_ssize_t row, int side) except? -1
    cdef int _unmark(self, Py_ssize_t row, int side) except? -1
    cdef int _write(self, Py_ssize_t row, int side, int state, bint is_assumed) except? -1
