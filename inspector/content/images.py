"""Images that the web page may show: raster formats, which cannot contain scripts, recognised by their first bytes.

The size in pixels is read as well, because a few bytes can decompress to gigabytes of pixels.
"""

from __future__ import annotations

from dataclasses import dataclass

MAX_PIXELS = 16_000_000
"""The maximum number of pixels of an image that is sent to the page: 64 MB once decompressed."""

SCAN = 64 * 1024
"""Bytes of a JPEG that are searched for its frame header."""

JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""The markers of JPEG frame headers, SOF0 to SOF15 (ITU-T T.81 table B.1)."""

JPEG_BARE = frozenset({0x01, *range(0xD0, 0xD9)})
"""Markers without a length field."""


@dataclass(frozen=True, slots=True)
class Picture:
    """The media type of an image and its size in pixels."""

    type: str
    width: int
    height: int

    @property
    def is_small_enough(self) -> bool:
        """Whether the image is small enough for a page to decompress."""
        return 0 < self.width * self.height <= MAX_PIXELS


def picture(content: bytes) -> Picture | None:
    """Return the media type and size of an image; None for any other content, including SVG."""
    for recognise in (_png, _gif, _jpeg, _webp):
        found = recognise(content)
        if found:
            return found
    return None


def _png(content: bytes) -> Picture | None:
    """Recognise PNG (W3C PNG §5.2, §11.2.1): the signature, then IHDR."""
    if not content.startswith(b"\x89PNG\r\n\x1a\n") or content[12:16] != b"IHDR" or len(content) < 24:
        return None
    return Picture("image/png", int.from_bytes(content[16:20], "big"), int.from_bytes(content[20:24], "big"))


def _gif(content: bytes) -> Picture | None:
    if content[:6] not in (b"GIF87a", b"GIF89a") or len(content) < 10:
        return None
    return Picture("image/gif", int.from_bytes(content[6:8], "little"), int.from_bytes(content[8:10], "little"))


def _jpeg(content: bytes) -> Picture | None:
    """Recognise JPEG (ITU-T T.81 §B.1.1.2): segments up to the frame header."""
    if not content.startswith(b"\xff\xd8\xff"):
        return None
    at = 2
    while at + 9 <= min(len(content), SCAN) and content[at] == 0xFF:
        marker = content[at + 1]
        if marker in JPEG_FRAMES:
            height, width = (int.from_bytes(content[at + skip : at + skip + 2], "big") for skip in (5, 7))
            return Picture("image/jpeg", width, height)
        if marker == 0xFF:
            at += 1
        elif marker in JPEG_BARE:
            at += 2
        else:
            at += 2 + max(int.from_bytes(content[at + 2 : at + 4], "big"), 2)
    return None


def _webp(content: bytes) -> Picture | None:
    """Recognise WebP (RFC 9649 §2): a RIFF file whose first chunk is VP8, VP8L or VP8X."""
    if content[:4] != b"RIFF" or content[8:12] != b"WEBP" or len(content) < 30:
        return None
    kind = content[12:16]
    if kind == b"VP8X":
        width, height = (1 + int.from_bytes(content[at : at + 3], "little") for at in (24, 27))
    elif kind == b"VP8L" and content[20] == 0x2F:
        bits = int.from_bytes(content[21:25], "little")
        width, height = 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    elif kind == b"VP8 " and content[23:26] == b"\x9d\x01\x2a":
        width, height = (int.from_bytes(content[at : at + 2], "little") & 0x3FFF for at in (26, 28))
    else:
        return None
    return Picture("image/webp", width, height)
