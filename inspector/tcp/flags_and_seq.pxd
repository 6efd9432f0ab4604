# flags_and_seq.py for compiled modules; the comments and docstrings are there.

cdef enum:
    FIN = 1
    SYN = 2
    RST = 4
    ACK = 16


cdef inline long long seq_offset(unsigned int a, unsigned int b) noexcept:
    return <int>(b - a)
