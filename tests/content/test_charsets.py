"""Bytes become the text that a browser would show."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.content.charsets import decode

CZECH, POLISH, CHINESE, JAPANESE = "Příliš žluťoučký", "Zażółć gęślą jaźń", "你好，世界。", "こんにちは"

LABELS = {
    "utf-8": ("größe".encode(), "größe"),
    "UTF8": ("größe".encode(), "größe"),
    "latin1": ("€10".encode("cp1252"), "€10"),
    "iso-8859-1": (b"\x93quoted\x94", "“quoted”"),
    "us-ascii": (b"caf\xe9", "café"),
    "iso-8859-2": (POLISH.encode("iso-8859-2"), POLISH),
    "windows-1250": (CZECH.encode("cp1250"), CZECH),
    "iso-8859-15": (b"\xa4", "€"),
    "gb2312": (CHINESE.encode("gbk"), CHINESE),
    "GBK": (b"\x80" + CHINESE.encode("gbk"), "€" + CHINESE),
    "gb18030": (CHINESE.encode("gb18030"), CHINESE),
    "big5": ("漢字".encode("big5"), "漢字"),
    "euc-kr": ("똠방각하".encode("cp949"), "똠방각하"),
    "shift_jis": ("①".encode("cp932"), "①"),
    "euc-jp": (JAPANESE.encode("euc_jp"), JAPANESE),
    "iso-2022-jp": (JAPANESE.encode("iso2022_jp"), JAPANESE),
    "koi8-r": ("привет".encode("koi8-r"), "привет"),
    "windows-1251": ("привет".encode("cp1251"), "привет"),
    "iso-8859-8-i": ("שלום".encode("iso8859-8"), "שלום"),
    "utf-16": ("größe".encode("utf-16-le"), "größe"),
    "utf-16be": ("größe".encode("utf-16-be"), "größe"),
    "windows-1252": (b"\x81\x8d", "\x81\x8d"),
}


@pytest.mark.parametrize("label", LABELS)
def test_a_label_means_what_the_standard_says(label: str) -> None:
    raw, text = LABELS[label]
    for parameter in (f"charset={label}", f'charset="{label}"', f"Charset = {label} ; format=flowed"):
        found = decode(raw, f"text/plain; {parameter}", is_whole=True)
        assert (found.text, found.misfits, found.is_assumed) == (text, 0, False)


DOCUMENTS = {
    "a byte order mark wins over the type": ("text/html; charset=utf-8", b"\xff\xfe<\0a\0>\0\xe4\0", "<a>ä"),
    "a byte order mark, UTF-8": ("text/plain; charset=latin1", b"\xef\xbb\xbf\xc3\xa4", "ä"),
    "a byte order mark, big-endian": ("", b"\xfe\xff\0a", "a"),
    "meta charset": ("text/html", b'<meta charset="iso-8859-2">\xb1', '<meta charset="iso-8859-2">ą'),
    "meta http-equiv": (
        "text/html",
        b"<META http-equiv=Content-Type content='text/html; charset=gb2312'>\xc4\xe3",
        "<META http-equiv=Content-Type content='text/html; charset=gb2312'>你",
    ),
    "a meta in a comment is none": (
        "text/html",
        b"<!-- <meta charset=koi8-r> --><meta charset=utf-8>\xc3\xa4",
        "<!-- <meta charset=koi8-r> --><meta charset=utf-8>ä",
    ),
    "a meta cannot be read in UTF-16": ("text/html", b"<meta charset=utf-16>\xc3\xa4", "<meta charset=utf-16>ä"),
    "the type wins over the document": (
        "text/html; charset=koi8-r",
        b"<meta charset=utf-8>\xc1",
        "<meta charset=utf-8>а",
    ),
    "an XML declaration": (
        "application/xml",
        b"<?xml version='1.0' encoding='windows-1251'?><a>\xef</a>",
        "<?xml version='1.0' encoding='windows-1251'?><a>п</a>",
    ),
    "a style sheet": ("text/css", b'@charset "latin1";\xe4', '@charset "latin1";ä'),
    "a label that nobody knows": ("text/plain; charset=nonsense", "ä".encode(), "ä"),
    "Python's own encodings are none": ("text/plain; charset=rot13", b"uryyb", "uryyb"),
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_what_declares_the_encoding(name: str) -> None:
    media, raw, text = DOCUMENTS[name]
    found = decode(raw, media, is_whole=True)
    assert (found.text, found.misfits) == (text, 0)


def test_what_does_not_fit_is_replaced_and_counted() -> None:
    found = decode(b"Gr\xfc\xdfe: a\xef\xbf\xbd", "text/html; charset=utf-8", is_whole=True)
    assert (found.text, found.misfits) == ("Gr\ufffd\ufffde: a\ufffd", 2)


def test_without_a_declaration_what_is_not_utf_8_is_assumed_to_be_windows_1252() -> None:
    found = decode(b"gr\xf6\xdfe", "text/html", is_whole=True)
    assert (found.text, found.encoding, found.is_assumed, found.misfits) == ("größe", "windows-1252", True, 0)
    assert decode("größe".encode(), "text/html", is_whole=True).encoding == "utf-8"


CUT = {
    "utf-8": "aäa€".encode(),
    "utf-16": "aäa".encode("utf-16-le"),
    "gbk": "a你好".encode("gbk"),
    "iso-2022-jp": "aこん".encode("iso2022_jp"),
    "shift_jis": "aこん".encode("cp932"),
}


@pytest.mark.parametrize("label", CUT)
def test_a_character_that_has_not_come_whole_is_left_out(label: str) -> None:
    raw, media = CUT[label], f"text/plain; charset={label}"
    whole = decode(raw, media, is_whole=True).text
    for stop in range(len(raw)):
        found = decode(raw[:stop], media, is_whole=False)
        assert found.misfits == 0
        assert whole.startswith(found.text)
    assert decode(b"a\xc3", "text/plain; charset=utf-8", is_whole=True).misfits == 1


@given(st.binary(max_size=80), st.sampled_from([*LABELS, "hz-gb-2312", "x-user-defined", "macintosh"]), st.booleans())
def test_no_bytes_make_it_fail(raw: bytes, label: str, is_whole: bool) -> None:
    found = decode(raw, f"text/plain; charset={label}", is_whole=is_whole)
    assert not any("\ud800" <= character <= "\udfff" for character in found.text)


@given(st.text(max_size=60))
def test_text_in_utf_8_is_itself(text: str) -> None:
    found = decode(text.encode(), "text/plain; charset=utf-8", is_whole=True)
    assert (found.text, found.misfits) == (text.removeprefix("\ufeff"), 0)
