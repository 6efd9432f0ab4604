"""Content codings undone, bounded by what comes out."""

from __future__ import annotations

import gzip
import sys
import tracemalloc
import zlib

import brotli
import pytest

from inspector.content.content_coding import BadCoding, decode

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

TEXT = b"the quick brown fox jumps over the lazy dog, " * 2000


def raw_deflate(data: bytes) -> bytes:
    stream = zlib.compressobj(wbits=-15)
    return stream.compress(data) + stream.flush()


CODED = {
    "gzip": ("gzip", gzip.compress(TEXT)),
    "x-gzip": ("x-gzip", gzip.compress(TEXT)),
    "gzip in two members": ("gzip", gzip.compress(TEXT[:700]) + gzip.compress(TEXT[700:])),
    "deflate as zlib": ("deflate", zlib.compress(TEXT)),
    "deflate without its header": ("deflate", raw_deflate(TEXT)),
    "br": ("br", brotli.compress(TEXT)),
    "zstd": ("zstd", zstd.compress(TEXT)),
    "zstd in two frames": ("zstd", zstd.compress(TEXT[:700]) + zstd.compress(TEXT[700:])),
}


@pytest.mark.parametrize(("coding", "coded"), CODED.values(), ids=CODED)
def test_whole_and_within_bounds(coding: str, coded: bytes) -> None:
    assert decode(coding, coded, 1 << 20) == (TEXT, True)
    decoded, is_whole = decode(coding, coded, 1000)
    assert (decoded, is_whole) == (TEXT[:1000], False)


@pytest.mark.parametrize(("coding", "coded"), CODED.values(), ids=CODED)
def test_cut_off_and_damaged_data_gives_what_came_before(coding: str, coded: bytes) -> None:
    decoded, is_whole = decode(coding, coded[: len(coded) * 2 // 3], 1 << 20)
    assert TEXT.startswith(decoded)
    assert not is_whole
    with pytest.raises(BadCoding):
        decode(coding, b"this is neither of them, is it? " * 9, 1 << 20)


def test_nothing_is_nothing_and_unknown_is_unknown() -> None:
    assert decode("gzip", b"", 10) == (b"", True)
    with pytest.raises(KeyError):
        decode("sdch", b"x", 10)


def test_padding_behind_gzip_is_left_alone() -> None:
    assert decode("gzip", gzip.compress(TEXT) + bytes(512), 1 << 20) == (TEXT, True)


BOMBS = {
    "gzip": gzip.compress(bytes(1 << 27)),
    "br": brotli.compress(bytes(1 << 27), quality=3),
    "zstd": zstd.compress(bytes(1 << 27)),
}


@pytest.mark.parametrize(("coding", "bomb"), BOMBS.items(), ids=BOMBS)
def test_bombs_cost_no_more_than_the_bound(coding: str, bomb: bytes) -> None:
    tracemalloc.start()
    decoded, is_whole = decode(coding, bomb, 1 << 20)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (len(decoded), is_whole) == (1 << 20, False)
    assert peak < 8 << 20


def test_a_zstd_window_beyond_the_bound_is_refused() -> None:
    options = {zstd.CompressionParameter.window_log: 27, zstd.CompressionParameter.enable_long_distance_matching: 1}
    stream = zstd.ZstdCompressor(options=options)
    coded = stream.compress(TEXT) + stream.flush()
    with pytest.raises(BadCoding):
        decode("zstd", coded, 1 << 20)
