"""Compressed capture files, unpacked into an unlinked temporary file that can be mapped."""

from __future__ import annotations

import gzip
import sys
import tempfile
import zlib
from typing import BinaryIO, cast

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

UNPACKED_LIMIT = 1 << 30
"""Bytes that a compressed file may unpack to: a bomb must not fill the disk."""

ZSTD_WINDOW_LOG = 27
"""The largest window a .zst file may ask the decoder to hold (2**27 bytes, the zstd program's own limit)."""

PIECE = 1 << 20

GZIP = b"\x1f\x8b"
ZSTD = b"\x28\xb5\x2f\xfd"


def is_packed(first_bytes: bytes) -> bool:
    """Whether a file that begins so is one we unpack."""
    return first_bytes.startswith((GZIP, ZSTD))


def unpack(packed: BinaryIO, limit: int = UNPACKED_LIMIT) -> tuple[BinaryIO, list[str]]:
    """Unpack one layer of gzip or zstd.

    Args:
        packed: open at its beginning; the caller closes it.
        limit: bytes after which to stop.
    Returns:
        The unpacked file, which vanishes when it is closed, and notes on what of the packed one could not be unpacked.
    Raises:
        OSError: there is no room for the temporary file.
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
    """Unpack piece by piece; notes on what could not be."""
    size = 0
    while size <= limit:
        try:
            piece = stream.read1(min(PIECE, limit + 1 - size))  # read() would lose what stands before the damage
        except (EOFError, gzip.BadGzipFile, zlib.error, zstd.ZstdError) as error:
            return [f"the compressed file is cut off or damaged ({error}): everything before that was read"]
        if not piece:
            return []
        unpacked.write(piece[: limit - size])
        size += len(piece)
    return [f"the file unpacks to more than {limit >> 20} MiB: the rest was not read"]
