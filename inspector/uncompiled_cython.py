"""What `import cython` gives the hot modules where they run as plain Python and Cython is not installed.

Its types annotate, its decorators leave functions and classes as they are, and `declare` returns the value.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")

compiled = False


class _Type:
    """A C type, or an array or a constant of one: it only annotates."""

    def __getitem__(self, of: object) -> _Type:
        return self


bint = char = schar = uchar = short = ushort = int = uint = long = ulong = longlong = ulonglong = _Type()
Py_ssize_t = size_t = float = double = void = const = _Type()


def _unchanged(decorated: T) -> T:
    return decorated


cclass = cfunc = ccall = inline = final = no_gc = _unchanged


def _decorator(*_given: Any, **_named: Any) -> Callable[[T], T]:
    return _unchanged


exceptval = boundscheck = wraparound = _decorator


def declare(_kind: Any, value: T) -> T:
    """The value of a constant that has a C type in a compiled module."""
    return value


def cast(_kind: Any, value: T) -> T:
    """The value, which has the C type in a compiled module."""
    return value
