# What compiled modules see of stages.py; the docstrings are there.

cdef enum:
    DETECT = 0
    START = 1
    HEAD = 2
    LENGTH = 3
    CLOSE = 4
    CHUNK = 5
    FRAMING = 6
    PAUSED = 7
    SEARCH = 8
    STOPPED = 9
    TLS = 10
