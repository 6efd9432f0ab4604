"""A font in which every character is an empty box of the same width: texts take room, alike on every machine."""

from __future__ import annotations

import struct

EM = 1000
ASCENT, DESCENT = 800, -200
ADVANCE = 550
GLYPHS = 2
"""The one for missing characters, and the one for all others."""


def blank_font() -> bytes:
    """The font as an OpenType file with TrueType outlines, of which there are none (ISO/IEC 14496-22 §5)."""
    one_for_all = struct.pack(">HHIIIIII", 13, 0, 28, 0, 1, 0x20, 0x10FFFF, 1)  # cmap format 13, one group
    tables = {
        b"OS/2": struct.pack(
            ">HhHHH11h10s4I4sHHHhhhHH",
            0, ADVANCE, 400, 5, 0, *[0] * 11, bytes(10), *[0] * 4, b"NONE", 0x40, 0x20, 0xFFFF,
            ASCENT, DESCENT, 0, ASCENT, -DESCENT,
        ),
        b"cmap": struct.pack(">HHHHI", 0, 1, 3, 10, 12) + one_for_all,
        b"glyf": bytes(4),
        b"head": struct.pack(
            ">IIIIHHqqhhhhHHhhh", 0x10000, 0x10000, 0, 0x5F0F3CF5, 0, EM, 0, 0, 0, 0, 0, 0, 0, 8, 2, 1, 0
        ),
        b"hhea": struct.pack(">IhhhH11hH", 0x10000, ASCENT, DESCENT, 0, ADVANCE, *[0] * 11, GLYPHS),
        b"hmtx": struct.pack(">Hh", ADVANCE, 0) * GLYPHS,
        b"loca": struct.pack(">I", 0) * (GLYPHS + 1),
        b"maxp": struct.pack(">I14H", 0x10000, GLYPHS, *[0, 0, 0, 0, 2], *[0] * 8),
        b"name": struct.pack(">HHH", 0, 0, 6),
        b"post": struct.pack(">IIhhIIIII", 0x30000, 0, -100, 50, 0, 0, 0, 0, 0),
    }  # fmt: skip
    directory, contents = struct.pack(">IHHHH", 0x10000, len(tables), 128, 3, 32), b""
    for tag, table in tables.items():
        offset = 12 + 16 * len(tables) + len(contents)
        padded = table + bytes(-len(table) % 4)
        total = sum(struct.unpack(f">{len(padded) // 4}I", padded)) & 0xFFFF_FFFF
        directory += struct.pack(">4sIII", tag, total, offset, len(table))
        contents += padded
    return directory + contents
