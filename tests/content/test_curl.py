from __future__ import annotations

import http.server
import shlex
import shutil
import subprocess
import threading
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.content.curl import curl
from inspector.http.head import Head, parse_head

SERVER = "127.0.0.1:8000"

needs_curl = pytest.mark.skipif(not shutil.which("curl") or not shutil.which("bash"), reason="needs curl and bash")


def command(raw: bytes, body: bytes = b"", server: str = SERVER) -> str:
    said = curl(parse_head(raw), server, body)
    assert said is not None
    return said


def words(raw: bytes, body: bytes = b"") -> list[str]:
    """The command as a shell would cut it; for commands of plain ASCII."""
    return shlex.split(command(raw, body))


@pytest.mark.parametrize(
    ("raw", "body", "expected"),
    [
        pytest.param(
            b"GET /a?b=c&d HTTP/1.1\r\nHost: 127.0.0.1:8000\r\nUser-Agent: x\r\nAccept: */*\r\n\r\n",
            b"",
            f"--url http://{SERVER}/a?b=c&d --header|User-Agent: x --header|Accept: */*",
            id="a plain question",
        ),
        pytest.param(
            b"GET / HTTP/1.1\r\nHost: example.com\r\n\r\n",
            b"",
            f"--url http://{SERVER}/ --header|Host: example.com --header|User-Agent: --header|Accept:",
            id="another host than the address, and no fields of curl's own",
        ),
        pytest.param(
            b"POST / HTTP/1.0\r\nX-Empty:\r\nUser-Agent: a\r\nAccept: b\r\nContent-Length: 3\r\n\r\n",
            b"@/x",
            f"--http1.0 --url http://{SERVER}/ --header|X-Empty; --header|User-Agent: a --header|Accept: b "
            "--header|Content-Type: --data-raw @/x",
            id="a body that looks like the name of a file",
        ),
        pytest.param(
            b"DELETE /x{1,2}[3-4] HTTP/1.1\r\nUser-Agent: a\r\nAccept: gzip\r\nAccept-Encoding: gzip, br\r\n\r\n",
            b"",
            f"--request DELETE --url http://{SERVER}/x{{1,2}}[3-4] --header|User-Agent: a --header|Accept: gzip "
            "--header|Accept-Encoding: gzip, br --compressed",
            id="brackets that are no pattern",
        ),
        pytest.param(
            b"OPTIONS * HTTP/1.1\r\nUser-Agent: a\r\nAccept: b\r\n\r\n",
            b"",
            f"--request OPTIONS --request-target * --url http://{SERVER}/ --header|User-Agent: a --header|Accept: b",
            id="a target that is no path",
        ),
        pytest.param(
            b"GET file:///etc/passwd HTTP/1.1\r\nUser-Agent: a\r\nAccept: b\r\n\r\n",
            b"",
            f"--request-target file:///etc/passwd --url http://{SERVER}/ --header|User-Agent: a --header|Accept: b",
            id="no other protocol than http",
        ),
        pytest.param(
            b"GET / HTTP/1.1\r\n@/etc/passwd\r\n@/etc/shadow: x\r\nUser-Agent: a\r\nAccept: b\r\n\r\n",
            b"",
            f"--url http://{SERVER}/ --header|User-Agent: a --header|Accept: b",
            id="no field that makes curl read a file",
        ),
    ],
)
def test_the_command_says_the_same(raw: bytes, body: bytes, expected: str) -> None:
    options = words(raw, body)
    assert options[:3] == ["curl", "--globoff", "--path-as-is"]
    wanted = [part for piece in expected.replace(" --", "\0--").split("\0") for part in piece.split("|", 1)]
    flat = [word for piece in wanted for word in (piece.split(" ", 1) if piece.startswith("--") else [piece])]
    assert options[3:] == flat


def test_what_no_command_can_say_gives_none() -> None:
    assert curl(parse_head(b"\x80 / HTTP/1.1\r\n\r\n"), SERVER, b"") is None
    assert curl(parse_head(b"PUT / HTTP/1.1\r\n\r\n"), SERVER, b"a\0b") is None
    assert curl(Head("", "", "", 0, "", []), SERVER, b"") is None


def test_no_quote_ends_a_word() -> None:
    assert words(b"GET /';touch${IFS}x;' HTTP/1.1\r\n\r\n")[4] == f"http://{SERVER}/';touch${{IFS}}x;'"


@needs_curl
@given(st.binary(max_size=60).filter(lambda body: b"\0" not in body))
def test_a_shell_hands_curl_every_byte_of_the_body(body: bytes) -> None:
    said = command(b"POST / HTTP/1.1\r\n\r\n", body)
    script = said.replace("curl ", "printf '%s\\0' ", 1)
    arguments = subprocess.run(["bash", "-c", script], capture_output=True, check=True).stdout.split(b"\0")
    assert not body or arguments[-2] == body


class Echo(http.server.BaseHTTPRequestHandler):
    """Keeps what it was asked."""

    asked: list[bytes]

    def do_PUT(self) -> None:
        length = int(self.headers["Content-Length"])
        fields = "".join(f"{name}: {value}\n" for name, value in self.headers.items()).encode("latin-1")
        type(self).asked.append(self.raw_requestline + fields + b"\n" + self.rfile.read(length))
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def echo() -> Iterator[tuple[str, list[bytes]]]:
    asked: list[bytes] = []
    handler = type("Handler", (Echo,), {"asked": asked})
    with http.server.HTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"127.0.0.1:{server.server_port}", asked
        server.shutdown()
        thread.join()


@needs_curl
def test_curl_sends_what_was_captured(echo: tuple[str, list[bytes]]) -> None:
    server, asked = echo
    raw = b"PUT /a/../b?x=%20{1} HTTP/1.1\r\nHost: elsewhere\r\nX-Odd: a'b\"c\\ \xe9\r\nContent-Length: 4\r\n\r\n"
    body = b"a\nb\xff"
    subprocess.run(["bash", "-c", command(raw, body, server)], check=True, capture_output=True)
    head, _, sent = asked[0].partition(b"\n\n")
    lines = head.replace(b"\r\n", b"\n").split(b"\n")
    assert lines[0] == b"PUT /a/../b?x=%20{1} HTTP/1.1"
    assert b"Host: elsewhere" in lines
    assert b"X-Odd: a'b\"c\\ \xe9" in lines
    assert not [line for line in lines if line.lower().startswith((b"user-agent", b"accept", b"content-type"))]
    assert sent == body
