"""Undoes content codings (RFC 9110 §8.4.1), bounded by what comes out.

Sizes are never bounded by what goes in: 1 600 bytes of brotli can become a GiB.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable

import brotli

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

ZSTD_WINDOW_LOG = 23
"""The largest window that is allocated for zstd: 8 MiB, the most that a sender may expect (RFC 8878 §3.1.1.1.2)."""


class BadCoding(ValueError):
    """The data is not what the coding's name says, from its first byte on."""


def decode(coding: str, coded: bytes, limit: int) -> tuple[bytes, bool]:
    """What `coded` becomes, at most `limit` bytes, and whether that is all: not if it is cut off, damaged or longer.

    Raises:
        KeyError: a coding that is not known.
        BadCoding: nothing of it can be decoded.
    """
    decoder = _DECODERS[coding]
    return decoder(coded, limit) if coded else (b"", True)


def _inflate(coded: bytes, limit: int) -> tuple[bytes, bool]:
    """gzip, in one member or several (RFC 1952 §2.2), or zlib; and what some servers send as deflate, bare RFC 1951."""
    for window_bits in (47, -15):
        decoded, is_whole = _inflate_as(window_bits, coded, limit)
        if decoded or is_whole:
            return decoded, is_whole
    raise BadCoding("neither gzip nor deflate")


def _inflate_as(window_bits: int, coded: bytes, limit: int) -> tuple[bytes, bool]:
    out = bytearray()
    while coded and len(out) < limit:
        stream = zlib.decompressobj(window_bits)
        is_first = not out
        try:
            # A little at a time: what came before a damaged place is kept.
            while not stream.eof and coded and len(out) < limit:
                out += stream.decompress(coded[:1024], limit - len(out))
                coded = stream.unconsumed_tail + coded[1024:]
        except zlib.error:
            # What follows the last member may be padding.
            return bytes(out), not is_first and len(out) > 0
        if not stream.eof:
            return bytes(out), False
        coded = stream.unused_data + coded
    return bytes(out), not coded


def _brotli(coded: bytes, limit: int) -> tuple[bytes, bool]:
    """RFC 7932. The library's limit is soft, so the result is cut."""
    stream = brotli.Decompressor()
    out = bytearray()
    at = 0
    try:
        while not stream.is_finished() and len(out) < limit:
            if stream.can_accept_more_data():
                if at >= len(coded):
                    break
                out += stream.process(coded[at : at + 1024], output_buffer_limit=limit - len(out))
                at += 1024
            else:
                out += stream.process(b"", output_buffer_limit=limit - len(out))
    except brotli.error as error:
        if not out:
            raise BadCoding("no brotli stream") from error
    return bytes(out[:limit]), stream.is_finished() and len(out) <= limit


def _zstd(coded: bytes, limit: int) -> tuple[bytes, bool]:
    """RFC 8878, one frame or several."""
    out = bytearray()
    try:
        while coded and len(out) < limit:
            frame = zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: ZSTD_WINDOW_LOG})
            while not frame.eof and len(out) < limit and (coded or not frame.needs_input):
                out += frame.decompress(coded[:1024] if frame.needs_input else b"", limit - len(out))
                coded = coded[1024:] if not frame.eof else frame.unused_data + coded[1024:]
            if not frame.eof:
                return bytes(out), False
    except zstd.ZstdError as error:
        if not out:
            raise BadCoding("no zstd frame") from error
        return bytes(out), False
    return bytes(out), not coded


_DECODERS: dict[str, Callable[[bytes, int], tuple[bytes, bool]]] = {
    "gzip": _inflate,
    "x-gzip": _inflate,
    "deflate": _inflate,
    "br": _brotli,
    "zstd": _zstd,
}
