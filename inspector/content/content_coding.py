"""Decodes content codings (RFC 9110 §8.4.1), with a limit on the output.

A limit on the input would not be enough: 1 600 bytes of brotli can decompress to a GiB.
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

STEP = 1024
"""Bytes of input decoded at a time, so that the output before damaged data is kept."""

GZIP_MAGIC = b"\x1f\x8b"

ZSTD_WINDOW_LOG = 23
"""The logarithm of the largest window that is allocated for zstd: 8 MiB, the most that a sender may expect (RFC 8878
§3.1.1.1.2)."""


class BadCoding(ValueError):
    """The data does not have the declared coding, not even at its beginning."""


def decode(coding: str, coded: bytes, limit: int) -> tuple[bytes, bool]:
    """Decode `coded`; return at most `limit` bytes, and whether they are all: not if the data is truncated, damaged or
    longer.

    Raises:
        KeyError: the coding is unknown.
        BadCoding: no part of the data can be decoded.
    """
    decoder = _DECODERS[coding]
    return decoder(coded, limit) if coded else (b"", True)


def _inflate(coded: bytes, limit: int) -> tuple[bytes, bool]:
    """Decode gzip, with one or more members (RFC 1952 §2.2), or zlib; also raw RFC 1951, which some servers send as
    deflate.
    """
    for window_bits in (47, -15):
        found = _inflate_as(window_bits, coded, limit)
        if found:
            return found
    raise BadCoding("neither gzip nor deflate")


def _inflate_as(window_bits: int, coded: bytes, limit: int) -> tuple[bytes, bool] | None:
    """Decode data of the format that `window_bits` selects in zlib. The result is that of `decode`; None if the data
    has another format.
    """
    out = bytearray()
    at = begin = 0
    stream = zlib.decompressobj(window_bits)
    while at < len(coded) and len(out) < limit:
        if stream.eof:
            begin = at
            if coded[begin : begin + 2] != GZIP_MAGIC:
                break  # padding after the last member
            stream = zlib.decompressobj(window_bits)
        piece = coded[at : at + STEP]
        try:
            out += stream.decompress(piece, limit - len(out))
        except zlib.error:
            return (bytes(out), False) if out else None
        at += len(piece) - len(stream.unconsumed_tail) - len(stream.unused_data)
    return bytes(out), stream.eof and (at == len(coded) or at == begin)


def _brotli(coded: bytes, limit: int) -> tuple[bytes, bool]:
    """Decode Brotli (RFC 7932). The library may exceed its output limit, so the result is truncated."""
    stream = brotli.Decompressor()
    out = bytearray()
    at = 0
    try:
        while not stream.is_finished() and len(out) < limit:
            if stream.can_accept_more_data():
                if at >= len(coded):
                    break
                out += stream.process(coded[at : at + STEP], output_buffer_limit=limit - len(out))
                at += STEP
            else:
                out += stream.process(b"", output_buffer_limit=limit - len(out))
    except brotli.error as error:
        if not out:
            raise BadCoding("not a brotli stream") from error
    return bytes(out[:limit]), stream.is_finished() and len(out) <= limit


def _zstd(coded: bytes, limit: int) -> tuple[bytes, bool]:
    """Decode Zstandard (RFC 8878), one or more frames."""
    out = bytearray()
    at = 0
    frame = _zstd_frame()
    try:
        while len(out) < limit and (at < len(coded) or not (frame.eof or frame.needs_input)):
            if frame.eof:
                frame = _zstd_frame()
            piece = coded[at : at + STEP] if frame.needs_input else b""
            out += frame.decompress(piece, limit - len(out))
            at += len(piece) - len(frame.unused_data)
    except zstd.ZstdError as error:
        if not out:
            raise BadCoding("not a zstd frame") from error
        return bytes(out), False
    return bytes(out), frame.eof and at == len(coded)


def _zstd_frame() -> zstd.ZstdDecompressor:
    return zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: ZSTD_WINDOW_LOG})


_DECODERS: dict[str, Callable[[bytes, int], tuple[bytes, bool]]] = {
    "gzip": _inflate,
    "x-gzip": _inflate,
    "deflate": _inflate,
    "br": _brotli,
    "zstd": _zstd,
}
