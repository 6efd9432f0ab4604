# What compiled modules see of char_classes.py; its docstrings stand there.

cdef enum:
    TAB = 9
    LF = 10
    CR = 13
    SPACE = 32
    COMMA = 44
    SLASH = 47
    COLON = 58
    SEMICOLON = 59


cdef inline unsigned char lower(unsigned char c) noexcept:
    return c | 0x20 if 65 <= c <= 90 else c


cdef inline bint is_digit(unsigned char c) noexcept:
    return 48 <= c <= 57
