# What compiled modules see of char_classes.py; the docstrings are there.

cdef enum:
    TAB = 9
    LF = 10
    CR = 13
    SPACE = 32
    COMMA = 44
    DOT = 46
    SLASH = 47
    ZERO = 48
    COLON = 58
    SEMICOLON = 59
    UPPER_H = 72
    UPPER_T = 84
    UPPER_P = 80
    LOWER_H = 104
    LOWER_T = 116
    LOWER_P = 112


cdef inline bint is_upper(unsigned char c) noexcept:
    return c'A' <= c <= c'Z'


cdef inline unsigned char lower(unsigned char c) noexcept:
    return c | 0x20 if c'A' <= c <= c'Z' else c


cdef inline bint is_digit(unsigned char c) noexcept:
    return c'0' <= c <= c'9'


cdef inline bint is_space(unsigned char c) noexcept:
    return c == SPACE or c == TAB or c == CR or c == LF


cdef inline int hex_value(unsigned char c) noexcept:
    if is_digit(c):
        return c - ZERO
    return lower(c) - c'a' + 10 if c'a' <= lower(c) <= c'f' else -1
