from __future__ import annotations

import struct

import pytest

from inspector.content.images import MAX_PIXELS, Picture, picture

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">IIBBBBB", 640, 480, 8, 2, 0, 0, 0)
GIF = b"GIF89a" + struct.pack("<HH", 16, 9) + b"\0\0\0"
JPEG = (
    b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0\xff\xff\xc2\0\x11\x08"
    + struct.pack(">HH", 300, 200)
    + b"\3\1\x22\0"
)
WEBP_X = b"RIFF\x32\0\0\0WEBPVP8X\n\0\0\0\0\0\0\0" + (99).to_bytes(3, "little") + (49).to_bytes(3, "little")
WEBP_L = b"RIFF\x32\0\0\0WEBPVP8L\n\0\0\0\x2f" + struct.pack("<I", 99 | 49 << 14) + bytes(8)
WEBP = b"RIFF\x32\0\0\0WEBPVP8 \n\0\0\0\0\0\0\x9d\x01\x2a" + struct.pack("<HH", 100, 50) + bytes(4)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(PNG, Picture("image/png", 640, 480), id="PNG"),
        pytest.param(GIF, Picture("image/gif", 16, 9), id="GIF"),
        pytest.param(JPEG, Picture("image/jpeg", 200, 300), id="JPEG, progressive, with a fill byte"),
        pytest.param(WEBP_X, Picture("image/webp", 100, 50), id="WebP, extended"),
        pytest.param(WEBP_L, Picture("image/webp", 100, 50), id="WebP, lossless"),
        pytest.param(WEBP, Picture("image/webp", 100, 50), id="WebP, lossy"),
        pytest.param(b"<svg xmlns='http://www.w3.org/2000/svg'/>", None, id="SVG, which can hold scripts"),
        pytest.param(b"GIF89a", None, id="a GIF without a size"),
        pytest.param(b"\x89PNG\r\n\x1a\n" + b"<script>" * 4, None, id="a PNG without its first chunk"),
        pytest.param(b"\xff\xd8\xff" + b"\xe0\0\0" * 50, None, id="a JPEG that goes round in circles"),
        pytest.param(b"\xff\xd8\xff\xda\0\2", None, id="a JPEG without a frame"),
        pytest.param(b"RIFF\0\0\0\0WEBPxxxx" + bytes(20), None, id="a WebP of a chunk that nobody knows"),
        pytest.param(b"", None, id="nothing"),
    ],
)
def test_pictures_are_told_by_their_bytes(content: bytes, expected: Picture | None) -> None:
    assert picture(content) == expected


@pytest.mark.parametrize("whole", [PNG, GIF, JPEG, WEBP_X, WEBP_L, WEBP])
def test_a_picture_that_is_cut_off_anywhere_is_no_error(whole: bytes) -> None:
    for length in range(len(whole)):
        picture(whole[:length])


def test_a_picture_that_would_unfold_to_gigabytes_is_too_large() -> None:
    bomb = picture(PNG[:16] + struct.pack(">II", 60_000, 60_000))
    assert bomb is not None
    assert not bomb.is_small_enough
    assert Picture("image/png", 4000, MAX_PIXELS // 4000).is_small_enough
    assert not Picture("image/png", 0, 10).is_small_enough
