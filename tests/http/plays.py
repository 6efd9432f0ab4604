"""Messages of the HTTP plays."""

from __future__ import annotations

from inspector.http.message_notes import Note
from tests.play import Stage


def get(target: str = "/", fields: str = "") -> bytes:
    return f"GET {target} HTTP/1.1\r\nHost: example\r\n{fields}\r\n".encode()


def answer(body: bytes = b"", status: int = 200, fields: str = "") -> bytes:
    head = f"HTTP/1.1 {status} Said\r\nContent-Length: {len(body)}\r\n{fields}\r\n"
    return head.encode() + body


def chunked(*chunks: bytes, trailers: bytes = b"") -> bytes:
    body = b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in (*chunks, b"")[:-1])
    return body + b"0\r\n" + trailers + b"\r\n"


def notes_of(stage: Stage, message: int = 0) -> Note:
    return Note(stage.row("http_messages", message)["notes"])
