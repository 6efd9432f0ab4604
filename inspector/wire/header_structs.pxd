# header_structs.py for compiled modules; the docstrings are there. One bounds check replaces one per byte.
cimport cython
from libc.string cimport memcpy


@cython.boundscheck(False)
cdef inline const unsigned char* _whole(const unsigned char[::1] data, Py_ssize_t at, Py_ssize_t size) except NULL:
    if at < 0 or at + size > data.shape[0]:
        raise IndexError(at)
    return &data[at]


cdef inline unsigned int _be16(const unsigned char* at) noexcept:
    return at[0] << 8 | at[1]


cdef inline unsigned int _be32(const unsigned char* at) noexcept:
    return _be16(at) << 16 | _be16(at + 2)


cdef inline (int, int, int, int, int, unsigned int, unsigned int) ipv4_header(
    const unsigned char[::1] data, Py_ssize_t at
) except *:
    cdef const unsigned char* header = _whole(data, at, 20)
    return (
        header[0], _be16(header + 2), _be16(header + 4), _be16(header + 6), header[9],
        _be32(header + 12), _be32(header + 16)
    )


cdef inline (int, int, unsigned int, unsigned int, int, int) tcp_header(
    const unsigned char[::1] data, Py_ssize_t at
) except *:
    cdef const unsigned char* header = _whole(data, at, 16)
    return (
        _be16(header), _be16(header + 2), _be32(header + 4), _be32(header + 8), _be16(header + 12), _be16(header + 14)
    )


cdef inline (unsigned int, unsigned int, unsigned int) tcp_timestamps(
    const unsigned char[::1] data, Py_ssize_t at
) except *:
    cdef const unsigned char* options = _whole(data, at, 12)
    return (_be32(options), _be32(options + 4), _be32(options + 8))


cdef inline unsigned int sum_of_words(const unsigned char[::1] data, Py_ssize_t at, Py_ssize_t size) except? 0xFFFFFFFF:
    # Words of the machine's own order: turned around, the sum is that of the words turned around (RFC 1071 §2). As
    # 2**64 is 1 modulo 0xFFFF, the bytes are added eight at a time and the carries are added back in at the end.
    cdef const unsigned char* bytes
    cdef unsigned long long total = 0, carries = 0, word
    cdef unsigned short order = 1
    if size <= 0:
        return 0
    bytes = _whole(data, at, size)
    while size >= 8:
        memcpy(&word, bytes, 8)
        total += word
        carries += total < word
        bytes += 8
        size -= 8
    word = 0
    memcpy(&word, bytes, size)
    total = total % 0xFFFF + word % 0xFFFF + carries
    return total * (256 if (<unsigned char*>&order)[0] else 1) % 0xFFFF
