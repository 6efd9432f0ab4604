"""Decodes bytes to text as browsers do (WHATWG Encoding Standard), and counts what does not fit the encoding.

The webencodings library knows which encoding the standard assigns to a label; Python's codecs of the same name often
differ.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

import webencodings

PRESCAN = 1024
"""Bytes at the beginning of a document that are searched for a declared encoding (WHATWG HTML §13.2.3.2)."""

ASSUMED = "windows-1252"
"""The fallback if no encoding is declared and the bytes are not UTF-8, as in most browsers."""

MISFIT = "\udfff"
"""The placeholder for bytes that do not fit the encoding, until they are counted; no decoder produces it by itself."""

_CHARSET = re.compile(r"charset\s*=\s*(?:\"([^\"]*)|'([^']*)|([^\s;\"']+))", re.IGNORECASE)
_COMMENT = re.compile(rb"<!--.*?(?:-->|\Z)", re.DOTALL)
_META = re.compile(rb"<meta\b[^>]*?charset\s*=\s*[\"']?\s*([^\s\"'/>;]+)", re.IGNORECASE)
_XML = re.compile(rb"<\?xml[^>]*?\bencoding\s*=\s*[\"']([^\"']+)")
_CSS = re.compile(rb"@charset \"([^\"]+)\";")

_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xfe\xff", "utf-16be"), (b"\xff\xfe", "utf-16le"))


@dataclass(frozen=True, slots=True)
class Decoded:
    """A decoded text. `encoding` is the name in the standard; `is_assumed` is set if no encoding is declared; `misfits`
    is how often bytes did not fit, each shown as U+FFFD.
    """

    text: str
    encoding: str
    is_assumed: bool
    misfits: int


def decode(raw: bytes, media: str, *, is_whole: bool) -> Decoded:
    """Return the text of content whose Content-Type is `media`.

    If `is_whole` is false, the content continues after `raw`, and a character that is truncated at the end is left out.
    """
    bom, declared = _bom(raw), _declared(raw, media)
    name = bom or declared or "utf-8"
    text, misfits = _decode(raw, name, is_whole)
    if bom is None and declared is None and misfits:
        name = ASSUMED
        text, misfits = _decode(raw, name, is_whole)
    return Decoded(text.removeprefix("\ufeff"), name, bom is None and declared is None, misfits)


def is_declared(media: str) -> bool:
    """Whether a Content-Type declares an encoding that the standard knows."""
    return _in_type(media) is not None


def _bom(raw: bytes) -> str | None:
    """Return the encoding that a byte order mark indicates; it takes precedence over every declaration."""
    return next((name for mark, name in _BOMS if raw.startswith(mark)), None)


def _declared(raw: bytes, media: str) -> str | None:
    """Return the encoding declared in the Content-Type, or else in the document itself."""
    return _in_type(media) or _in_document(raw[:PRESCAN], media.partition(";")[0].strip().lower())


def _in_type(media: str) -> str | None:
    named = _CHARSET.search(media)
    return _known(named[1] or named[2] or named[3] or "") if named else None


def _in_document(start: bytes, kind: str) -> str | None:
    if kind.endswith(("html", "xml")) or not kind:
        xml = _XML.match(start)
        meta = None if xml or kind.endswith("xml") else _META.search(_COMMENT.sub(b"", start))
        found = xml or meta
    else:
        found = _CSS.match(start) if kind == "text/css" else None
    name = _known(found[1].decode("latin-1")) if found else None
    # If the declaration can be read as ASCII, the bytes are not UTF-16.
    return {"utf-16le": "utf-8", "utf-16be": "utf-8", "x-user-defined": ASSUMED}.get(name, name) if name else None


def _known(label: str) -> str | None:
    encoding = webencodings.lookup(label) if label.isascii() else None
    return encoding.name if encoding else None


def _decode(raw: bytes, name: str, is_whole: bool) -> tuple[str, int]:
    """Return the text, and how often bytes did not fit the encoding."""
    if name == "gbk":
        info = codecs.lookup("gb18030")  # the standard has one decoder for both
    else:
        encoding = webencodings.lookup(name)
        assert encoding is not None
        info = encoding.codec_info
    assert info.incrementaldecoder is not None
    text = info.incrementaldecoder("wireglass-misfit").decode(raw, is_whole)
    return text.replace(MISFIT, "\ufffd"), text.count(MISFIT)


def _misfit(error: UnicodeError) -> tuple[str, int]:
    """Return the replacement for bytes that a codec cannot decode. Single bytes that Windows left undefined become
    control characters.
    """
    assert isinstance(error, UnicodeDecodeError)
    byte = error.object[error.start]
    if error.encoding == "charmap" and 0x80 <= byte < 0xA0:
        return chr(byte), error.end
    if error.encoding == "gb18030" and byte == 0x80:
        return "\u20ac", error.start + 1
    return MISFIT, error.end


codecs.register_error("wireglass-misfit", _misfit)
