# byte_order.py for compiled modules; its docstrings stand there.

cdef inline int be16(const unsigned char[::1] data, Py_ssize_t at) except -1:
    return data[at] << 8 | data[at + 1]


cdef inline long long be32(const unsigned char[::1] data, Py_ssize_t at) except -1:
    return <long long>be16(data, at) << 16 | data[at + 2] << 8 | data[at + 3]
