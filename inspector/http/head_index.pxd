# What compiled modules see of head_index.py; its docstrings stand there.

cdef enum:
    F_KIND = 0
    F_VERSION = 1
    F_STATUS = 2
    F_METHOD = 3
    F_LENGTH = 4
    F_OTHER_LENGTH = 5
    F_CODING = 6
    F_NOTES = 7
    F_START_LINE = 8
    M_OTHER = 0
    M_HEAD = 1
    M_CONNECT = 2
    M_PRI = 3
    C_NONE = 0
    C_CHUNKED = 1
    C_UNKNOWN = 2
    C_BAD = 3
