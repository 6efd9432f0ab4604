"""What a message says, made ready to be looked at: its content as text, form or picture, its cookies, its query.

Everything is bounded, and nothing is believed that the message says of itself where its bytes say otherwise.
"""

from __future__ import annotations

import base64
import codecs
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from inspector.http.bodies import content, trailers
from inspector.http.fields import Head, head
from inspector.http.pictures import picture

if TYPE_CHECKING:
    from inspector.capture import Capture

Pairs = list[list[str]]
Preview = dict[str, Any]

TEXT_LIMIT = 256 * 1024
"""Bytes of a content that are shown as text."""

HEX_LIMIT = 16 * 1024
"""Bytes of a content that are shown as hex."""

MAX_PAIRS = 500
"""Cookies, parameters or form fields shown of one message."""

PICTURE_NOTE = "a picture of {width} × {height} pixels, too large to be shown"

CHARSET = re.compile(r"charset\s*=\s*\"?([A-Za-z0-9._:-]{1,40})", re.IGNORECASE)

CHARSETS = frozenset({"utf-8", "ascii", "iso8859-1", "iso8859-15", "cp1252", "utf-16", "utf-16-le", "utf-16-be",
                      "shift_jis", "euc_jp", "gb18030", "big5", "koi8-r", "cp1251"})  # fmt: skip
"""Encodings that are believed; Python knows others that are none of text."""


def body_preview(capture: Capture, row: int) -> Preview:
    """The content of message `row` of http_messages.

    `kind` is none, json, form, text, picture or binary; `text` and `picture` are null where it is none; `hex` is there
    always; `notes` say what keeps it from being all of the content.
    """
    raw, notes = content(capture, row)
    said = head(capture, row)
    media = (said.values("Content-Type") or [""])[0]
    found = picture(raw)
    if found and not found.is_small_enough:
        notes.append(PICTURE_NOTE.format(width=found.width, height=found.height))
        found = None
    text = None if found else _text(raw, media)
    return {
        "kind": "picture" if found else _kind(raw, media, text),
        "type": media,
        "bytes": len(raw),
        "text": text,
        "text_is_cut": text is not None and len(raw) > TEXT_LIMIT,
        "fields": _form(text) if text and _is_form(media) else None,
        "hex": raw[:HEX_LIMIT].hex(),
        "picture": found and {
            "type": found.type,
            "width": found.width,
            "height": found.height,
            "base64": base64.b64encode(raw).decode(),
        },
        "notes": notes,
    }  # fmt: skip


def message_preview(capture: Capture, row: int) -> Preview:
    """What stands in the head besides the fields as they are, and behind the body."""
    said = head(capture, row)
    return {
        "query": query(said.target),
        "cookies": cookies(said) if said.method else [],
        "set_cookies": set_cookies(said) if not said.method else [],
        "trailers": [list(field) for field in trailers(capture, row)],
    }


def query(target: str) -> Pairs:
    """The parameters of a target, percent-decoded, in order."""
    return _pairs(target.partition("#")[0].partition("?")[2])


def cookies(said: Head) -> Pairs:
    """The cookies that a request sends (RFC 6265 §4.2.1)."""
    sent = "; ".join(said.values("Cookie")).split(";")[:MAX_PAIRS]
    return [_pair(cookie) for cookie in sent if cookie.strip()]


def set_cookies(said: Head) -> list[dict[str, Any]]:
    """The cookies that a response sets, each with its attributes (RFC 6265 §4.1.1)."""
    found = []
    for line in said.values("Set-Cookie")[:MAX_PAIRS]:
        cookie, *attributes = line.split(";")
        name, value = _pair(cookie)
        found.append({"name": name, "value": value, "attributes": [_pair(each) for each in attributes if each.strip()]})
    return found


def _pair(text: str) -> list[str]:
    name, _, value = text.partition("=")
    return [name.strip(), value.strip()]


def _pairs(text: str) -> Pairs:
    cut = "&".join(text.split("&")[:MAX_PAIRS])
    return [list(pair) for pair in parse_qsl(cut, keep_blank_values=True, errors="replace")]


def _is_form(media: str) -> bool:
    return media.lower().startswith("application/x-www-form-urlencoded")


def _form(text: str) -> Pairs:
    return _pairs(text.strip())


def _kind(raw: bytes, media: str, text: str | None) -> str:
    if not raw:
        return "none"
    if text is None:
        return "binary"
    if _is_form(media):
        return "form"
    is_json = re.match(r"[\w.+-]+/([\w.+-]+\+)?json\b", media, re.IGNORECASE) or text.lstrip()[:1] in ("{", "[")
    return "json" if is_json else "text"


def _text(raw: bytes, media: str) -> str | None:
    """The beginning of the content as text; None when it is none."""
    decoder = codecs.getincrementaldecoder(_encoding(media))
    try:
        text = decoder().decode(raw[:TEXT_LIMIT], len(raw) <= TEXT_LIMIT)
    except UnicodeError:
        return None
    return None if "\0" in text else text


def _encoding(media: str) -> str:
    named = CHARSET.search(media)
    try:
        name = codecs.lookup(named[1]).name if named else "utf-8"
    except LookupError:
        name = "utf-8"
    return name if name in CHARSETS else "utf-8"
