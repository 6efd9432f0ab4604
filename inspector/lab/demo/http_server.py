"""The HTTP server of the demo: a small café with a page, a menu and orders.

    python -m inspector.lab.demo.http_server --socket FD        FD: an inherited listening socket

It serves one request per connection (`Connection: close`) unless the client asks for keep-alive.
"""

from __future__ import annotations

import argparse
import itertools
import json
import socket
import threading
from collections.abc import Iterator
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

from inspector.errors import LabError
from inspector.lab.demo.pages import Page, own_hosts, read_page, security_headers
from inspector.lab.process.json_lines import Message, report, run_commands_blocking
from inspector.lab.process.ports import port_of
from inspector.lab.process.reported_socket import ReportedSocket, name_process

MENU = {"espresso": "2.20", "flat white": "3.40", "pot of tea": "2.90", "hot chocolate": "3.60"}

LONGEST_BODY = 4096
"""Maximum length of a request body in bytes. An order takes about forty."""

MOST_GUESTS = 64
"""Maximum number of connections served at once, each by its own thread; further ones are closed."""

PATIENCE_SECONDS = 15
"""How many seconds a connection may be idle."""


class Cafe(ThreadingHTTPServer):
    """The HTTP server, on a socket that is already listening."""

    daemon_threads = True

    def __init__(self, listener: socket.socket) -> None:
        super().__init__(listener.getsockname(), Counter, bind_and_activate=False)
        self.socket.close()
        self.socket = listener
        self.hosts = own_hosts(port_of(listener))
        self.visits: Iterator[int] = itertools.count(1)
        self.orders: Iterator[int] = itertools.count(1)
        self._seats = threading.BoundedSemaphore(MOST_GUESTS)

    def verify_request(self, request: object, client_address: object) -> bool:
        """Take a seat and return True, or return False if none is left; the connection is then closed unanswered."""
        return self._seats.acquire(blocking=False)

    def process_request_thread(
        self, request: socket.socket | tuple[bytes, socket.socket], client_address: object
    ) -> None:
        """Serve one connection, then free its seat."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._seats.release()

    def shutdown_request(self, request: socket.socket | tuple[bytes, socket.socket]) -> None:
        """Close the descriptor and send FIN in one step, so that the descriptor is always closed before the FIN is
        seen.
        """
        self.close_request(request)

    def handle_error(self, request: object, client_address: object) -> None:
        """Print nothing about a client that disconnects early: the packets show it."""


class Counter(BaseHTTPRequestHandler):
    """Serves the requests of one connection, one after another."""

    server: Cafe
    protocol_version = "HTTP/1.1"
    server_version = "CornerCafe/1"
    sys_version = ""
    timeout = PATIENCE_SECONDS
    wbufsize = -1  # buffered, so that header and body are sent together

    def parse_request(self) -> bool:
        """Parse the header; keep the connection open afterwards only if the client asks for it."""
        if not super().parse_request():
            return False
        asked = self.headers.get("Connection", "").lower()
        self.close_connection = "keep-alive" not in asked
        if self.headers.get("Host") in self.server.hosts:
            return True
        self._plain(HTTPStatus.MISDIRECTED_REQUEST, "This café answers only to its own address.\n")
        return False

    def do_GET(self) -> None:
        """Respond with the page, its style sheet or the menu."""
        match self.path:
            case "/":
                self._answer(HTTPStatus.OK, read_page("cafe.html", visit=str(next(self.server.visits))))
            case "/style.css":
                self._answer(HTTPStatus.OK, read_page("style.css"))
            case "/menu":
                self._json(HTTPStatus.OK, {"menu": MENU, "currency": "EUR"})
            case _:
                self._plain(HTTPStatus.NOT_FOUND, "We have coffee, but not that.\n")

    do_HEAD = do_GET

    def do_POST(self) -> None:
        """Take an order: JSON from programs, form fields from the page."""
        body = self._body()
        if body is None:
            return
        if self.path != "/orders":
            self._plain(HTTPStatus.NOT_FOUND, "Orders are taken at /orders.\n")
            return
        try:
            name, drink = parse_order(self.headers.get_content_type(), body)
        except ValueError as error:
            self._json(HTTPStatus.BAD_REQUEST, {"error": str(error)})
            return
        number = next(self.server.orders)
        message = f"One {drink} for {name}, coming up."
        self._json(HTTPStatus.CREATED, {"order": number, "message": message}, Location=f"/orders/{number}")

    def _body(self) -> bytes | None:
        """Return the body of the request, or None after an error response. The connection then closes, since nothing
        more can be read from it.
        """
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdigit()):
            refusal = HTTPStatus.LENGTH_REQUIRED
        elif len(length) > 9 or int(length) > LONGEST_BODY:
            refusal = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        else:
            return self.rfile.read(int(length))
        self.close_connection = True
        self._plain(refusal, f"An order has a Content-Length of at most {LONGEST_BODY} bytes.\n")
        return None

    def _json(self, status: HTTPStatus, content: object, **headers: str) -> None:
        body = json.dumps(content, ensure_ascii=False).encode() + b"\n"
        self._answer(status, Page("application/json", body), **headers)

    def _plain(self, status: HTTPStatus, text: str) -> None:
        self._answer(status, Page("text/plain; charset=utf-8", text.encode()))

    def _answer(self, status: HTTPStatus, page: Page, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", page.content_type)
        self.send_header("Content-Length", str(len(page.body)))
        self.send_header("Connection", "close" if self.close_connection else "keep-alive")
        fixed = security_headers() if page.is_document else {}
        for name, value in (fixed | headers).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(page.body)

    def log_message(self, format: str, *arguments: object) -> None:
        """Print nothing: the packets show what happened."""


def parse_order(content_type: str, body: bytes) -> tuple[str, str]:
    """The name and the drink of an order.

    Raises:
        ValueError: the body is not a valid order; the message is meant for the client.
    """
    if content_type == "application/x-www-form-urlencoded":
        fields = {key: values[0] for key, values in parse_qs(body.decode("utf-8", "replace"), max_num_fields=8).items()}
    else:
        try:
            fields = json.loads(body)
        except (ValueError, RecursionError):
            raise ValueError("an order must be a JSON object or a form") from None
    if not isinstance(fields, dict):
        raise ValueError("an order must be a JSON object or a form")
    name, drink = fields.get("name"), fields.get("drink")
    if not isinstance(name, str) or not name.strip():
        raise ValueError("the order needs a name")
    if not isinstance(drink, str) or drink not in MENU:
        raise ValueError("that is not on the menu")
    return name.strip()[:40], drink


def _no_commands(command: Message) -> Message:
    raise LabError(f"The café has no command {command['do']!r}.")


def main() -> None:
    """Serve until standard input ends."""
    parser = argparse.ArgumentParser(description="The demo's HTTP server.")
    parser.add_argument("--socket", type=int, required=True, help="file descriptor of a listening socket")
    name_process("cafe")
    cafe = Cafe(ReportedSocket.listening(parser.parse_args().socket))
    threading.Thread(target=cafe.serve_forever, daemon=True).start()
    report("ready")
    run_commands_blocking(_no_commands)


if __name__ == "__main__":
    main()
