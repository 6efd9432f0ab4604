"""Kinds of value, how a literal is read as one, and how values are compared.

Values are numpy arrays: int64 for numbers, booleans, times and durations in ns, IPv4 and Ethernet addresses; uint64 of
shape (n, 2) for IPv6 addresses; objects for texts and bytes. Values with names are the indexes of their names.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from datetime import UTC, datetime
from enum import Enum
from typing import Any

import numpy as np
import re2

from inspector.query.language.errors import FilterError
from inspector.query.language.syntax import Literal
from inspector.tables.arrays import Mask, Values


class Kind(Enum):
    """The kinds of value; the text of each is its name in the list of fields."""

    NUMBER = "number"
    BOOLEAN = "boolean"
    LABEL = "label"
    """Present or not, without a value."""
    PROTOCOL = "protocol"
    TIME = "date and time"
    DURATION = "duration"
    TEXT = "text"
    NAME = "name"
    """One of a list of names."""
    BYTES = "bytes"
    IPV4 = "IPv4 address"
    IPV6 = "IPv6 address"
    ETHERNET = "Ethernet address"

    @property
    def phrase(self) -> str:
        """The kind in a sentence: "a number", "an IPv4 address", "bytes"."""
        name: str = self.value
        return name if self is Kind.BYTES else f"{'an' if name[0] in 'IE' else 'a'} {name}"


NUMERIC = {Kind.NUMBER, Kind.BOOLEAN, Kind.TIME, Kind.DURATION}
SLICEABLE = {Kind.TEXT, Kind.NAME, Kind.BYTES, Kind.PROTOCOL, Kind.IPV4, Kind.IPV6, Kind.ETHERNET}

Test = Callable[[Values], Mask]
"""Decides for each value whether it passes."""

UNITS = {"ns": 1, "us": 1000, "µs": 1000, "μs": 1000, "ms": 1_000_000, "s": 1_000_000_000, "min": 60_000_000_000,
         "m": 60_000_000_000, "h": 3_600_000_000_000}  # fmt: skip
SIZES = {"k": 1000, "kb": 1000, "kib": 1024, "m": 1_000_000, "mb": 1_000_000, "mib": 1 << 20, "g": 10**9, "gb": 10**9,
         "gib": 1 << 30}  # fmt: skip

_NUMBER = re.compile(r"([+-]?)(0[xX][0-9a-fA-F]{1,16}|0[bB][01]{1,64}|0[oO]?[0-7]{1,21}|[0-9]{1,19})")
_SIZE = re.compile(r"(\d{1,9}(?:\.\d{1,6})?)([kKmMgG](?:i?[bB])?)")
_DURATION = re.compile(r"([+-]?)(\d{1,12})(?:\.(\d{0,9})\d*)?([a-zµμ]{0,3})")
_HEX_BYTES = re.compile(r"[0-9A-Fa-f]{2}(?:([:.-]?)[0-9A-Fa-f]{2})*")
_SEPARATED = re.compile(r"[0-9A-Fa-f]{1,2}([:-])[0-9A-Fa-f]{1,2}(?:\1[0-9A-Fa-f]{1,2})*")

TRUTHS = {"true": 1, "false": 0, "set": 1, "not set": 0, "yes": 1, "no": 0}


def wrong(literal: Literal, expected: str) -> FilterError:
    """The error of a literal that is no value of its field."""
    return FilterError(f"“{literal.text}” is not {expected}.", literal.at, len(literal.text) + 2 * literal.is_quoted)


def number(literal: Literal, names: dict[str, int] | None = None) -> int:
    """The number that a literal states: decimal, hexadecimal, octal or binary; or one of the names."""
    text = literal.text
    if names and text.lower() in names:
        return names[text.lower()]
    if found := None if literal.is_quoted else _NUMBER.fullmatch(text):
        digits = found[2].lower()
        value = int(digits, 0) if digits[:2] in ("0x", "0b", "0o") else int(digits, 8 if digits[0] == "0" else 10)
        return -value if found[1] == "-" else value
    if not literal.is_quoted and (size := _SIZE.fullmatch(text)):
        return round(float(size[1]) * SIZES[size[2].lower()])
    if literal.is_quoted and not names:
        raise FilterError("Numbers are written without quotation marks.", literal.at, len(text) + 2)
    choices = f" or one of {', '.join(list(names)[:8])}" if names else ""
    raise wrong(literal, f"a number{choices}")


def duration(literal: Literal) -> int:
    """A duration in ns; a number without unit counts seconds."""
    found = _DURATION.fullmatch(literal.text)
    if found is None or (found[4] and found[4] not in UNITS):
        raise wrong(literal, "a duration, such as 0.2, 200ms, 50us or 2s")
    unit = UNITS[found[4] or "s"]
    fraction = (found[3] or "").ljust(9, "0")
    value = int(found[2]) * unit + int(fraction) * unit // 10**9
    return -value if found[1] else value


_FORMATS = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d", "%b %d, %Y %H:%M:%S", "%b %d, %Y", "%Y-%m-%dT%H:%M:%S")
_ZONE = re.compile(r"\s*(Z|UTC|[+-]\d\d:?\d\d)$")


def moment(literal: Literal) -> int:
    """A time in ns since 1970. Without a zone it is local time, as everywhere in Wireshark."""
    text = literal.text.strip()
    zone = _ZONE.search(text)
    plain = text[: zone.start()] if zone else text
    whole, point, fraction = plain.partition(".")
    for form in _FORMATS:
        try:
            found = datetime.strptime(whole, form)
            if zone:
                offset = "+0000" if zone[1] in ("Z", "UTC") else zone[1]
                found = datetime.strptime(whole + offset, form + "%z")
            seconds = (found - datetime(1970, 1, 1, tzinfo=UTC)) if zone else None
            whole_seconds = int(found.timestamp()) if seconds is None else seconds.days * 86400 + seconds.seconds
        except (ValueError, OverflowError, OSError):
            continue
        if point and not (fraction.isascii() and fraction.isdigit()):
            break
        return whole_seconds * 10**9 + int(fraction[:9].ljust(9, "0") if point else 0)
    raise wrong(literal, 'a time, such as "2026-11-30 08:55:44.123" or "Nov 30, 2026 08:55:44"')


def as_bytes(literal: Literal) -> bytes:
    """The bytes of a literal: hexadecimal with or without separators, or the UTF-8 of a string."""
    text = literal.text
    if literal.is_quoted:
        return text.encode("utf-8", "surrogatepass")
    if found := _SEPARATED.fullmatch(text):
        return bytes(int(part, 16) for part in text.split(found[1]))
    if _HEX_BYTES.fullmatch(text):
        return bytes.fromhex(re.sub("[:.-]", "", text))
    raise wrong(literal, 'bytes, such as 47:45:54, or a string in quotation marks, such as "GET"')


def ipv4(literal: Literal) -> tuple[int, int]:
    """An IPv4 address and the mask of its prefix length."""
    try:
        address, _, length = literal.text.partition("/")
        bits = int(length) if length else 32
        found = int(ipaddress.IPv4Address(address))
    except ValueError:
        bits = -1
    if not 0 <= bits <= 32:
        raise wrong(literal, "an IPv4 address, such as 192.0.2.7 or 10.0.0.0/8")
    mask = 0xFFFF_FFFF << (32 - bits) & 0xFFFF_FFFF
    return found & mask, mask


def ipv6(literal: Literal) -> tuple[int, int]:
    """An IPv6 address and the mask of its prefix length."""
    try:
        address, _, length = literal.text.strip("[]").partition("/")
        bits = int(length) if length else 128
        found = int(ipaddress.IPv6Address(address))
    except ValueError:
        bits = -1
    if not 0 <= bits <= 128:
        raise wrong(literal, "an IPv6 address, such as 2001:db8::7 or fe80::/10")
    mask = ((1 << 128) - 1) << (128 - bits) & (1 << 128) - 1
    return found & mask, mask


def ethernet(literal: Literal) -> int:
    """An Ethernet address as a number."""
    found = b"" if literal.is_quoted else as_bytes(literal)
    if len(found) != 6:
        raise wrong(literal, "an Ethernet address, such as 00:11:22:33:44:55")
    return int.from_bytes(found, "big")


def pattern_of(literal: Literal, *, is_bytes: bool = False) -> Callable[[bytes], bool]:
    """Whether bytes contain a match of the regular expression, in upper or lower case. RE2 takes time linear in their
    length. With `is_bytes`, each byte is a character; otherwise they are UTF-8.
    """
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1 if is_bytes else re2.Options.Encoding.UTF8
    options.case_sensitive = False
    options.log_errors = False
    options.max_mem = 8 << 20
    try:
        found = re2.compile(literal.text.encode("latin-1" if is_bytes else "utf-8", "replace"), options)
    except re2.error as error:
        reason = error.args[0].decode() if error.args and isinstance(error.args[0], bytes) else str(error)
        raise FilterError(
            f"This is no regular expression of RE2: {reason}.", literal.at, len(literal.text) + 2 * literal.is_quoted
        ) from None
    return lambda data: found.search(data) is not None


ORDER: dict[str, Callable[[Any, Any], Any]] = {
    "==": np.equal, "!=": np.not_equal, "===": np.equal, "!==": np.not_equal,
    ">": np.greater, "<": np.less, ">=": np.greater_equal, "<=": np.less_equal,
}  # fmt: skip


def halves(value: int) -> tuple[np.uint64, np.uint64]:
    return np.uint64(value >> 64), np.uint64(value & (1 << 64) - 1)


def compare_ipv6(operator: str, left: Values, right: Any) -> Mask:
    """Compare IPv6 addresses, given as upper and lower halves."""
    high, low = left[:, 0], left[:, 1]
    other_high, other_low = (right[:, 0], right[:, 1]) if isinstance(right, np.ndarray) else right
    if operator in ("==", "==="):
        return np.asarray((high == other_high) & (low == other_low))
    if operator in ("!=", "!=="):
        return np.asarray((high != other_high) | (low != other_low))
    strict = np.greater if operator[0] == ">" else np.less
    return np.asarray(strict(high, other_high) | (high == other_high) & ORDER[operator](low, other_low))


def each(test: Callable[[Any], bool]) -> Test:
    """A test of objects, which decides once for equal ones that follow each other often."""

    def passes(values: Values) -> Mask:
        known: dict[Any, bool] = {}
        found = np.zeros(len(values), bool)
        for i, value in enumerate(values.tolist()):
            result = known.get(value)
            if result is None:
                result = known[value] = test(value)
                if len(known) > 4096:
                    known.clear()
            found[i] = result
        return found

    return passes


def to_bytes(kind: Kind, values: Values) -> list[bytes]:
    """The values as bytes, in the order of the network."""
    if kind is Kind.IPV4:
        return [value.to_bytes(4, "big") for value in values.tolist()]
    if kind is Kind.ETHERNET:
        return [value.to_bytes(6, "big") for value in values.tolist()]
    if kind is Kind.IPV6:
        return [high.to_bytes(8, "big") + low.to_bytes(8, "big") for high, low in values.tolist()]
    if kind is Kind.TEXT:
        return [text.encode("utf-8", "surrogateescape") for text in values.tolist()]
    return values.tolist()  # type: ignore[no-any-return]


def objects(values: list[Any]) -> Values:
    """An array of Python objects, also where they are of equal length."""
    found = np.empty(len(values), object)
    found[:] = values
    return found
