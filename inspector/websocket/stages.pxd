# What compiled modules see of stages.py; the docstrings are there.

cdef enum:
    HEADER = 0
    PAYLOAD = 1
    SEARCH = 2
    STOPPED = 3
