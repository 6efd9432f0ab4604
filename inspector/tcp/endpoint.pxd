# endpoint.py for compiled modules; the docstrings are there.

cimport cython


@cython.final
cdef class End:
    cdef int state
    cdef int shown
    cdef bint is_assumed
    cdef bint has_sent
    cdef bint skipped_ahead
    cdef bint sent_dropped_rst
    cdef bint sent_syn
    cdef unsigned int pending
    cdef unsigned int doubted
    cdef unsigned int denied
    cdef int[8] at
    cdef int zeek
    cdef bint zeek_finished
    cdef unsigned int syn_seq
    cdef bint syn_known
    cdef unsigned int syn_ack_number
    cdef unsigned int fin_end
    cdef bint fin_sent
    cdef unsigned int contiguous
    cdef unsigned int furthest
    cdef bint seq_known
    cdef unsigned int acked
    cdef bint has_acked
    cdef unsigned int edge
    cdef bint has_edge
    cdef bint makes_checksums
    cdef bint is_altered
    cdef int first_dropped
    cdef unsigned int proof
    cdef bint has_proof
    cdef int reset_from
    cdef unsigned int reset_seq
    cdef bint payload
    cdef unsigned int letters
    cdef unsigned int last_fin
    cdef unsigned int last_rst
    cdef unsigned int repeats
    cdef unsigned int zero_windows


@cython.no_gc
@cython.final
cdef class Life:
    cdef End client
    cdef End server
    cdef int syn_packet
    cdef int history_length
    cdef bint flipped


cdef End fresh_end(int state)
cdef Life fresh_life()
