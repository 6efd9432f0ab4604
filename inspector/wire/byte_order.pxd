# byte_order.py for compiled modules; the docstrings are there. One bounds check replaces one per byte.
cimport cython


@cython.boundscheck(False)
cdef inline int be16(const unsigned char[::1] data, Py_ssize_t at) except -1:
    if at < 0 or at + 2 > data.shape[0]:
        raise IndexError(at)
    return data[at] << 8 | data[at + 1]


@cython.boundscheck(False)
cdef inline long long be32(const unsigned char[::1] data, Py_ssize_t at) except -1:
    if at < 0 or at + 4 > data.shape[0]:
        raise IndexError(at)
    return <unsigned int>(data[at] << 24 | data[at + 1] << 16 | data[at + 2] << 8 | data[at + 3])


@cython.boundscheck(False)
cdef inline unsigned long long be64(const unsigned char[::1] data, Py_ssize_t at) except? 0xFFFFFFFFFFFFFFFF:
    if at < 0 or at + 8 > data.shape[0]:
        raise IndexError(at)
    return (
        <unsigned long long>data[at] << 56 | <unsigned long long>data[at + 1] << 48
        | <unsigned long long>data[at + 2] << 40 | <unsigned long long>data[at + 3] << 32
        | <unsigned long long>data[at + 4] << 24 | <unsigned long long>data[at + 5] << 16
        | <unsigned long long>data[at + 6] << 8 | data[at + 7]
    )
