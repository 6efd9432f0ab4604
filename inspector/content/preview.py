"""A message prepared for display: its content as text, form or image, its cookies, its query.

Everything is limited in size. If what a message declares contradicts its bytes, the bytes decide.
"""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from inspector.content.body import content, trailers
from inspector.content.charsets import Decoded, decode, is_declared
from inspector.content.images import picture
from inspector.http.head import Head, head

if TYPE_CHECKING:
    from inspector.engine.capture import Capture

Pairs = list[list[str]]
Preview = dict[str, Any]

TEXT_LIMIT = 256 * 1024
"""Maximum bytes of content that are shown as text."""

HEX_LIMIT = 16 * 1024
"""Maximum bytes of content that are shown in hex."""

MAX_PAIRS = 500
"""The maximum number of cookies, parameters or form fields shown of one message."""

PICTURE_NOTE = "an image of {width} × {height} pixels, too large to be shown"

MISFIT_NOTE = "{count} of its bytes do not fit the encoding {encoding}: shown as \ufffd"
ASSUMED_NOTE = "no encoding is declared and it is not UTF-8: read as {encoding}"

TEXTUAL = re.compile(
    r"text/|application/(json|javascript|ecmascript|xml|x-www-form-urlencoded|graphql|x-ndjson)\b|[\w.+-]+/[\w.-]+\+(xml|json)\b",
    re.IGNORECASE,
)
"""Media types whose content is text, regardless of its bytes."""


def body_preview(capture: Capture, row: int) -> Preview:
    """Return the content of message `row` of http_messages.

    `kind` is none, json, form, text, picture or binary. `text` and `picture` are null if there is none. `encoding` is
    the encoding used to decode the text, and `misfits` is how often bytes did not fit it. `hex` is always present.
    `notes` say why it is not the complete content.
    """
    raw, notes = content(capture, row)
    message_head = head(capture, row)
    media = (message_head.values("Content-Type") or [""])[0]
    found = picture(raw)
    if found and not found.is_small_enough:
        notes.append(PICTURE_NOTE.format(width=found.width, height=found.height))
        found = None
    is_whole = bool(capture.http_messages["complete"][row]) and not notes
    decoded = None if found else _decoded(raw, media, is_whole)
    notes += _remarks(decoded)
    text = decoded.text if decoded else None
    return {
        "kind": "picture" if found else _kind(raw, media, text),
        "type": media,
        "bytes": len(raw),
        "text": text,
        "encoding": decoded and decoded.encoding,
        "misfits": decoded.misfits if decoded else 0,
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
    """Return the query, the cookies and the trailer fields of a message, decoded."""
    message_head = head(capture, row)
    return {
        "query": query(message_head.target),
        "cookies": cookies(message_head) if message_head.method else [],
        "set_cookies": set_cookies(message_head) if not message_head.method else [],
        "trailers": [list(field) for field in trailers(capture, row)],
    }


def query(target: str) -> Pairs:
    """Return the parameters of a request target, percent-decoded, in order."""
    return _pairs(target.partition("#")[0].partition("?")[2])


def cookies(message_head: Head) -> Pairs:
    """Return the cookies that a request sends (RFC 6265 §4.2.1)."""
    sent = "; ".join(message_head.values("Cookie")).split(";")[:MAX_PAIRS]
    return [_pair(cookie) for cookie in sent if cookie.strip()]


def set_cookies(message_head: Head) -> list[dict[str, Any]]:
    """Return the cookies that a response sets, each with its attributes (RFC 6265 §4.1.1)."""
    found = []
    for line in message_head.values("Set-Cookie")[:MAX_PAIRS]:
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


def _decoded(raw: bytes, media: str, is_whole: bool) -> Decoded | None:
    """Return the beginning of the content as text; None if neither its type nor its bytes are text."""
    decoded = decode(raw[:TEXT_LIMIT], media, is_whole=is_whole and len(raw) <= TEXT_LIMIT)
    if TEXTUAL.match(media) or is_declared(media) or decoded.encoding.startswith("utf-16"):
        return decoded
    is_text = decoded.encoding == "utf-8" and not decoded.misfits and "\0" not in decoded.text
    return decoded if is_text else None


def _remarks(decoded: Decoded | None) -> list[str]:
    """Return remarks on how a text was decoded."""
    if decoded is None:
        return []
    is_guess = decoded.is_assumed and decoded.encoding != "utf-8"
    remarks = [ASSUMED_NOTE.format(encoding=decoded.encoding)] if is_guess else []
    if decoded.misfits:
        remarks.append(MISFIT_NOTE.format(count=decoded.misfits, encoding=decoded.encoding))
    return remarks
