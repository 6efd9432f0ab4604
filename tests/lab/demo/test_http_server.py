from __future__ import annotations

import asyncio
import json

import pytest

from inspector.errors import LabError
from inspector.lab.demo.http_server import LONGEST_BODY, MENU, MOST_GUESTS, parse_order
from inspector.lab.process.child_process import Child
from tests.lab.serving import exchange, with_server

CAFE = "inspector.lab.demo.http_server"


def request(start: str, *fields: str, body: bytes = b"", host: str = "127.0.0.1:PORT") -> bytes:
    return "\r\n".join([f"{start} HTTP/1.1", f"Host: {host}", *fields, "", ""]).encode() + body


async def ask(port: int, message: bytes) -> tuple[int, dict[str, str], bytes]:
    """Status, header fields and body of the response; PORT stands for the port."""
    answer = await exchange(port, message.replace(b"PORT", str(port).encode()))
    head, _, body = answer.partition(b"\r\n\r\n")
    start, *lines = head.decode().split("\r\n")
    fields = dict(line.split(": ", 1) for line in lines)
    return int(start.split(" ")[1]), fields, body


ORDER = json.dumps({"name": "Alice", "drink": "espresso"}).encode()
FORM = b"name=Bob&drink=pot+of+tea"


@pytest.mark.parametrize(
    ("message", "status", "words"),
    [
        pytest.param(request("GET /"), 200, "You are visitor no. 1", id="the page greets and counts"),
        pytest.param(request("GET /menu"), 200, '"espresso": "2.20"', id="the menu is JSON"),
        pytest.param(request("GET /style.css"), 200, "--ground", id="the page has a style"),
        pytest.param(request("HEAD /"), 200, "", id="HEAD has no body"),
        pytest.param(request("GET /tea"), 404, "not that", id="anything else is not found"),
        pytest.param(
            request("POST /orders", f"Content-Length: {len(ORDER)}", body=ORDER),
            201,
            "One espresso for Alice",
            id="JSON order",
        ),
        pytest.param(
            request(
                "POST /orders",
                "Content-Type: application/x-www-form-urlencoded",
                f"Content-Length: {len(FORM)}",
                body=FORM,
            ),
            201,
            "One pot of tea for Bob",
            id="a form's order",
        ),
        pytest.param(
            request("POST /orders", "Content-Length: 2", body=b"{}"), 400, "the order needs a name", id="nobody's order"
        ),
        pytest.param(
            request("POST /", "Content-Length: 2", body=b"{}"), 404, "/orders", id="an order at the wrong place"
        ),
        pytest.param(request("POST /orders"), 411, "Content-Length", id="an order of unknown length"),
        pytest.param(
            request("POST /orders", f"Content-Length: {LONGEST_BODY + 1}"),
            413,
            "at most",
            id="an order that is too long",
        ),
        pytest.param(
            request("GET /", host="evil.test:PORT"), 421, "own address", id="a name that was made to point here"
        ),
        pytest.param(request("GET /", host="127.0.0.1:1"), 421, "own address", id="another port's name"),
    ],
)
def test_a_request_gets_its_response_and_the_connection_is_closed(message: bytes, status: int, words: str) -> None:
    async def play(_: Child, port: int) -> None:
        got, fields, body = await ask(port, message)
        assert got == status
        assert fields["Connection"] == "close"
        assert words in body.decode()
        if message.startswith(b"HEAD"):
            assert (body, fields["Content-Length"].isdigit()) == (b"", True)

    with_server(CAFE, play)


def test_a_page_may_load_nothing_from_elsewhere_and_holds_no_script() -> None:
    async def play(_: Child, port: int) -> None:
        _, fields, body = await ask(port, request("GET /"))
        assert fields["Content-Security-Policy"].startswith("default-src 'none'")
        assert b"<script" not in body

    with_server(CAFE, play)


def test_a_connection_is_kept_if_requested_and_the_last_request_closes_it() -> None:
    async def play(_: Child, port: int) -> None:
        three = request("GET /menu", "Connection: keep-alive") * 2 + request("GET /menu", "Connection: close")
        answers = await exchange(port, three.replace(b"PORT", str(port).encode()))
        assert answers.count(b"HTTP/1.1 200 OK") == 3
        assert answers.count(b"Connection: keep-alive") == 2

    with_server(CAFE, play)


def test_when_all_seats_are_taken_the_next_guest_is_turned_away_and_later_let_in() -> None:
    async def play(_: Child, port: int) -> None:
        seated = [await asyncio.open_connection("127.0.0.1", port) for _ in range(MOST_GUESTS)]
        assert await exchange(port, b"") == b""
        for reader, writer in seated:
            writer.close()
            await reader.read()
        while not (answer := await exchange(port, request("GET /menu").replace(b"PORT", str(port).encode()))):
            pass
        assert b"200 OK" in answer

    with_server(CAFE, play)


def test_it_takes_no_commands() -> None:
    async def play(cafe: Child, _: int) -> None:
        with pytest.raises(LabError, match="'dance'"):
            await cafe.ask("dance")

    with_server(CAFE, play)


@pytest.mark.parametrize(
    ("kind", "body", "complaint"),
    [
        pytest.param("application/json", b"[1]", "JSON object or a form", id="a list"),
        pytest.param("application/json", b"\xff", "JSON object or a form", id="not even text"),
        pytest.param("application/json", b"[" * 4000, "JSON object or a form", id="nested without end"),
        pytest.param("application/json", b'{"name": " ", "drink": "espresso"}', "needs a name", id="a blank name"),
        pytest.param(
            "application/json", b'{"name": "A", "drink": ["espresso"]}', "not on the menu", id="a list of drinks"
        ),
        pytest.param("application/x-www-form-urlencoded", b"name=A&drink=gold", "not on the menu", id="gold"),
        pytest.param("application/x-www-form-urlencoded", b"a=1&" * 9, "too many|Max number", id="a flood of fields"),
    ],
)
def test_what_is_no_order_is_complained_about(kind: str, body: bytes, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        parse_order(kind, body)


def test_every_drink_on_the_menu_can_be_ordered() -> None:
    for drink in MENU:
        assert parse_order("application/json", json.dumps({"name": "Carol", "drink": drink}).encode()) == (
            "Carol",
            drink,
        )
