# What compiled modules see of framing.py; the docstrings are there.

cdef enum:
    METHOD_OTHER = 0
    METHOD_HEAD = 1
    METHOD_CONNECT = 2
    METHOD_PRI = 3
    CODING_NONE = 0
    CODING_CHUNKED = 1
    CODING_UNKNOWN = 2
    CODING_BAD = 3
