"""Unpacks compressed capture files into an unlinked temporary file."""

from __future__ import annotations

import gzip
import sys
import tempfile
import zlib
from typing import BinaryIO, cast

from inspector.pcap.formats import GZIP

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

UNPACKED_LIMIT = 1 << 30
"""Maximum bytes that a compressed file may unpack to, so that a decompression bomb cannot fill the disk."""

ZSTD_WINDOW_LOG = 27
"""Base-2 logarithm of the largest window a .zst file may require (2**27 bytes, the zstd program's own limit)."""

PIECE = 1 << 20


def unpack(packed: BinaryIO, limit: int = UNPACKED_LIMIT) -> tuple[BinaryIO, list[str]]:
    """Unpack one layer of gzip or zstd.

    Args:
        packed: the compressed file, positioned at its beginning; the caller closes it.
        limit: the number of unpacked bytes after which to stop.
    Returns:
        The unpacked file, which is deleted when it is closed, and notes on any part that could not be unpacked.
    Raises:
        OSError: there is not enough room for the temporary file.
    """
    unpacked = cast(BinaryIO, tempfile.TemporaryFile(prefix="wireglass-"))  # noqa: SIM115  (the caller's)
    try:
        notes = _copy(_stream(packed), unpacked, limit)
        unpacked.flush()
    except BaseException:
        unpacked.close()
        raise
    return unpacked, notes


def _stream(packed: BinaryIO) -> gzip.GzipFile | zstd.ZstdFile:
    packed.seek(0)
    magic = packed.read(len(GZIP))
    packed.seek(0)
    if magic == GZIP:
        return gzip.GzipFile(fileobj=packed)
    return zstd.ZstdFile(packed, options={zstd.DecompressionParameter.window_log_max: ZSTD_WINDOW_LOG})


def _copy(stream: gzip.GzipFile | zstd.ZstdFile, unpacked: BinaryIO, limit: int) -> list[str]:
    """Unpack piece by piece; returns notes on any part that could not be unpacked."""
    size = 0
    while size <= limit:
        try:
            piece = stream.read1(min(PIECE, limit + 1 - size))  # read() would lose the data before the damage
        except (EOFError, gzip.BadGzipFile, zlib.error, zstd.ZstdError) as error:
            return [f"the compressed file is truncated or damaged ({error}): everything before that was read"]
        if not piece:
            return []
        unpacked.write(piece[: limit - size])
        size += len(piece)
    return [f"the file unpacks to more than {limit >> 20} MiB: the rest was not read"]
