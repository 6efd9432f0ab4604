"""The HTTP client of the demo: sends requests over sockets that it opens and closes itself.

    python -m inspector.lab.demo.http_client PORT

It uses no HTTP library. It takes the steps of every client (socket, connect, send, receive, close), and after a request
with `Connection: close` it waits until the server has closed its end of the connection, as a browser does.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from typing import BinaryIO, Self

from inspector.errors import LabError
from inspector.lab.process.json_lines import Message, report, run_commands_blocking
from inspector.lab.process.ports import LOCALHOST
from inspector.lab.process.reported_socket import ReportedSocket, name_process, text_of

PATIENCE_SECONDS = 8.0
LONGEST_HEAD_LINE = 8192
MOST_FIELDS = 100
TRUNCATED = "The café's response was truncated."


@dataclass(frozen=True)
class Response:
    """The parts of a response that the client needs."""

    status: int
    reason: str
    fields: dict[str, str]
    body: bytes


class Connection:
    """One connection to the café."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._socket = ReportedSocket()
        try:
            self._socket.settimeout(PATIENCE_SECONDS)
            self._socket.connect((LOCALHOST, port))
        except OSError:
            self._socket.close()
            raise
        self._incoming = self._socket.makefile("rb")
        self.client = text_of(self._socket.getsockname())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._incoming.close()
        self._socket.close()

    def request(self, method: str, target: str, body: str | None = None, keep: bool = False) -> Response:
        """Send one request and wait for the complete response and, unless `keep`, until the server has closed its end.

        Raises:
            LabError: the response was truncated, or was longer than its Content-Length.
        """
        self._socket.sendall(compose(method, target, self._port, body, keep))
        response = read_response(self._incoming)
        if not keep and self._incoming.read(1):
            raise LabError("The café sent more than its Content-Length.")
        return response


def compose(method: str, target: str, port: int, body: str | None, keep: bool) -> bytes:
    """The bytes of a request."""
    fields = {
        "Host": f"{LOCALHOST}:{port}",
        "User-Agent": "Visitor/1",
        "Accept": "text/html, application/json;q=0.9, */*;q=0.5",
        "Connection": "keep-alive" if keep else "close",
    }
    content = b""
    if body is not None:
        content = body.encode()
        fields |= {"Content-Type": "application/json", "Content-Length": str(len(content))}
    lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items()), "", ""]
    return "\r\n".join(lines).encode() + content


def read_response(incoming: BinaryIO) -> Response:
    """Read one response with a Content-Length from the stream. Raises LabError if the stream ends early."""
    _, status, reason = _line(incoming).split(" ", 2)
    fields = {}
    for _ in range(MOST_FIELDS):
        line = _line(incoming)
        if not line:
            break
        name, _, value = line.partition(":")
        fields[name.lower()] = value.strip()
    length = int(fields.get("content-length", "0"))
    body = incoming.read(length)
    if len(body) < length:
        raise LabError(TRUNCATED)
    return Response(int(status), reason, fields, body)


def _line(incoming: BinaryIO) -> str:
    line = incoming.readline(LONGEST_HEAD_LINE)
    if not line.endswith(b"\n"):
        raise LabError(TRUNCATED)
    return line.decode("latin-1").rstrip("\r\n")


class Visitor:
    """Sends requests on command."""

    def __init__(self, port: int) -> None:
        self._port = port

    def do(self, command: Message) -> Message:
        """Run a command: send the given requests, each {"method", "target", "body"}, on one connection."""
        if command["do"] != "visit":
            raise LabError(f"The client has no command {command['do']!r}.")
        requests = command["requests"]
        try:
            with Connection(self._port) as connection:
                keep = len(requests) > 1
                responses = [
                    connection.request(each["method"], each["target"], each.get("body"), keep) for each in requests
                ]
        except OSError as error:
            raise LabError(f"The café did not respond: {error}.") from error
        return {"client": connection.client, "responses": [_described(response) for response in responses]}


def _described(response: Response) -> Message:
    body = response.body
    return {"status": response.status, "reason": response.reason, "bytes": len(body), "body": body.decode()}


def main() -> None:
    """Run as a program, until standard input ends."""
    parser = argparse.ArgumentParser(description="The demo's HTTP client.")
    parser.add_argument("port", type=int)
    name_process("visitor")
    visitor = Visitor(parser.parse_args().port)
    report("ready")
    run_commands_blocking(visitor.do)


if __name__ == "__main__":
    main()
