from __future__ import annotations

import base64
import gzip
import json

import pytest

from inspector.content import preview as preview_module
from inspector.content.preview import body_preview, cookies, message_preview, query, set_cookies
from inspector.http.head import parse_head
from tests.content.test_body import answered, shelf
from tests.content.test_images import GIF, PNG
from tests.play import Play


def answer(body: bytes, media: str = "", coding: str = "") -> bytes:
    fields = f"Content-Type: {media}\r\nContent-Encoding: {coding}\r\nContent-Length: {len(body)}\r\n\r\n"
    return b"HTTP/1.1 200 OK\r\n" + fields.encode() + body


@pytest.mark.parametrize(
    ("body", "media", "kind", "text"),
    [
        pytest.param(b"", "text/html", "none", "", id="nothing"),
        pytest.param(b'{"a": 1}', "application/json", "json", '{"a": 1}', id="JSON"),
        pytest.param(b'"a"', "application/problem+json; charset=utf-8", "json", '"a"', id="JSON by its suffix"),
        pytest.param(b" [1]", "text/plain", "json", " [1]", id="JSON that says it is text"),
        pytest.param(b"hi <script>", "text/html", "text", "hi <script>", id="HTML is text"),
        pytest.param(b"a=1&b=%20", "application/x-www-form-urlencoded", "form", "a=1&b=%20", id="a form"),
        pytest.param("größe".encode("latin-1"), "text/plain; charset=ISO-8859-1", "text", "größe", id="Latin-1"),
        pytest.param(
            "größe".encode("latin-1"), "application/octet-stream", "binary", None, id="no text by type or bytes"
        ),
        pytest.param(b"a\0b", "", "binary", None, id="a NUL where nothing says that it is text"),
        pytest.param(b"a\0b", "text/plain", "text", "a\0b", id="a NUL inside text"),
        pytest.param("你好".encode("gbk"), "text/html; charset=gb2312", "text", "你好", id="a label of the web"),
        pytest.param("ä".encode("utf-16"), "text/xml", "text", "ä", id="a byte order mark"),
        pytest.param(b"uryyb", "text/plain; charset=rot13", "text", "uryyb", id="an encoding that is none of text"),
        pytest.param(b"hello", "text/plain; charset=nonsense", "text", "hello", id="an encoding nobody knows"),
        pytest.param(GIF, "text/html", "picture", None, id="a picture that says it is a page"),
        pytest.param(b"<svg/>", "image/svg+xml", "text", "<svg/>", id="SVG is text"),
        pytest.param(b"<svg/>", "image/png", "text", "<svg/>", id="SVG that says it is a picture"),
    ],
)
def test_contents_are_what_their_bytes_say(body: bytes, media: str, kind: str, text: str | None) -> None:
    preview = body_preview(answered(answer(body, media)), 1)
    assert (preview["kind"], preview["text"]) == (kind, text)
    assert bytes.fromhex(preview["hex"]) == body
    assert preview["notes"] == []
    json.dumps(preview)


def test_what_does_not_fit_the_encoding_is_counted_and_said() -> None:
    preview = body_preview(answered(answer(b"gr\xf6\xdfe", "text/plain; charset=utf-8")), 1)
    assert (preview["text"], preview["misfits"], preview["encoding"]) == ("gr\ufffd\ufffde", 2, "utf-8")
    assert preview["notes"] == ["2 of its bytes do not fit the encoding utf-8: shown as \ufffd"]
    preview = body_preview(answered(answer(b"gr\xf6\xdfe", "text/plain")), 1)
    assert (preview["text"], preview["encoding"]) == ("größe", "windows-1252")
    assert preview["notes"] == ["no encoding is declared and it is not UTF-8: read as windows-1252"]


@pytest.mark.parametrize(
    "head",
    [
        b"Content-Type: text/plain; charset=utf-8\r\nContent-Length: 90\r\n\r\n",
        b"Content-Type: text/event-stream\r\n\r\n",
    ],
    ids=["a length", "an event stream"],
)
def test_a_body_that_is_still_coming_is_text_up_to_its_last_whole_character(head: bytes) -> None:
    preview = body_preview(answered(b"HTTP/1.1 200 OK\r\n" + head + b"data: \xc3\xa4\xc3"), 1)
    assert (preview["kind"], preview["text"], preview["misfits"]) == ("text", "data: ä", 0)
    assert preview["notes"] == ["the body is not complete"]


def test_a_picture_comes_with_its_bytes_and_its_own_type() -> None:
    shown = body_preview(answered(answer(PNG, "text/html")), 1)["picture"]
    assert (shown["type"], shown["width"], shown["height"]) == ("image/png", 640, 480)
    assert base64.b64decode(shown["base64"]) == PNG


def test_a_picture_of_too_many_pixels_is_said_and_not_shown() -> None:
    preview = body_preview(answered(answer(PNG[:16] + b"\0\0\xff\xff" * 2)), 1)
    assert (preview["kind"], preview["picture"]) == ("binary", None)
    assert "too large" in preview["notes"][0]


def test_codings_are_undone_and_long_texts_are_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preview_module, "TEXT_LIMIT", 10)
    monkeypatch.setattr(preview_module, "HEX_LIMIT", 4)
    preview = body_preview(answered(answer(gzip.compress("äöü".encode() * 9), "text/plain", "gzip")), 1)
    assert (preview["text"], preview["text_is_cut"], preview["bytes"]) == ("äöüäö", True, 54)
    assert preview["hex"] == "äö".encode().hex()


def test_a_form_has_fields() -> None:
    preview = body_preview(answered(answer(b"a=1&b=x+y&a=", "application/x-www-form-urlencoded")), 1)
    assert preview["fields"] == [["a", "1"], ["b", "x y"], ["a", ""]]


@pytest.mark.parametrize(
    ("target", "pairs"),
    [
        pytest.param("/", [], id="none"),
        pytest.param("/?a=1&b=%26&a", [["a", "1"], ["b", "&"], ["a", ""]], id="in order, repeated, decoded"),
        pytest.param("/?%ff=%zz#?x=1", [["\ufffd", "%zz"]], id="what cannot be decoded"),
        pytest.param("http://x/?<script>=1", [["<script>", "1"]], id="of a whole address"),
    ],
)
def test_a_query_is_taken_apart(target: str, pairs: list[list[str]]) -> None:
    assert query(target) == pairs


def test_no_more_parameters_are_shown_than_allowed() -> None:
    assert len(query("/?" + "a&" * 5000)) == preview_module.MAX_PAIRS


def test_cookies_are_taken_apart() -> None:
    asks = parse_head(b"GET / HTTP/1.1\r\nCookie: a=1; b=x=y\r\nCookie: c\r\n\r\n")
    assert cookies(asks) == [["a", "1"], ["b", "x=y"], ["c", ""]]
    answers = parse_head(b"HTTP/1.1 200 OK\r\nSet-Cookie: id=7; Path=/; HttpOnly\r\nSet-Cookie: x\r\n\r\n")
    assert set_cookies(answers) == [
        {"name": "id", "value": "7", "attributes": [["Path", "/"], ["HttpOnly", ""]]},
        {"name": "x", "value": "", "attributes": []},
    ]


def test_each_side_has_its_own_kind_of_cookies() -> None:
    capture = shelf(
        Play()
        .client(b"GET /?q=1 HTTP/1.1\r\nCookie: a=1\r\n\r\n")
        .server(b"HTTP/1.1 204 No Content\r\nSet-Cookie: b=2\r\n\r\n")
    )
    asked, answered_ = message_preview(capture, 0), message_preview(capture, 1)
    assert (asked["query"], asked["cookies"], asked["set_cookies"]) == ([["q", "1"]], [["a", "1"]], [])
    assert (answered_["cookies"], answered_["set_cookies"][0]["name"]) == ([], "b")
