# ends.py for compiled modules; its docstrings stand there.

cimport cython


cdef class End:
    cdef int state
    cdef bint has_lived
    cdef int zeek
    cdef unsigned int syn_seq
    cdef bint syn_known
    cdef unsigned int fin_end
    cdef bint fin_sent
    cdef bint fin_got
    cdef unsigned int contiguous
    cdef bint speaks
    cdef bint payload
    cdef unsigned int letters
    cdef unsigned int last_fin
    cdef unsigned int last_rst
    cdef unsigned int repeats
    cdef unsigned int zero_windows


@cython.no_gc
cdef class Life:
    cdef End client
    cdef End server
    cdef long long syn_ns
    cdef int history_length
    cdef bint flipped


cdef End fresh_end(int state)
cdef Life fresh_life()
