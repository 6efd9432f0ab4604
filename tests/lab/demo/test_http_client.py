from __future__ import annotations

import asyncio
import io
import json
import re

import pytest

from inspector.errors import LabError
from inspector.lab.demo.http_client import Response, compose, read_response
from inspector.lab.process.child_process import Child
from tests.lab.serving import with_server

PAGE = {"method": "GET", "target": "/menu"}


async def visit(port: int, *requests: dict[str, str]) -> dict[str, object]:
    visitor = await Child.start("The visitor", "inspector.lab.demo.http_client", str(port))
    try:
        return await visitor.ask("visit", requests=list(requests))
    finally:
        await visitor.stop()


@pytest.mark.parametrize("count", [1, 3], ids=["one request", "three requests on one connection"])
def test_requests_get_complete_responses(count: int) -> None:
    async def play(_: Child, port: int) -> None:
        done = await visit(port, *[PAGE] * count)
        assert re.fullmatch(r"127\.0\.0\.1:\d+", str(done["client"]))
        responses = done["responses"]
        assert isinstance(responses, list)
        assert [response["status"] for response in responses] == [200] * count
        assert all("espresso" in json.loads(response["body"])["menu"] for response in responses)

    with_server("inspector.lab.demo.http_server", play)


def test_a_closed_door_is_said() -> None:
    with pytest.raises(LabError, match=r"did not respond: .*refused"):
        asyncio.run(visit(1, PAGE))


def test_it_says_which_command_it_does_not_know() -> None:
    async def run() -> None:
        visitor = await Child.start("The visitor", "inspector.lab.demo.http_client", "1")
        with pytest.raises(LabError, match="'dance'"):
            await visitor.ask("dance")
        await visitor.stop()

    asyncio.run(run())


def test_a_question_is_a_request_with_its_own_length() -> None:
    assert compose("POST", "/orders", 8000, "{}", keep=False).decode().split("\r\n") == [
        "POST /orders HTTP/1.1",
        "Host: 127.0.0.1:8000",
        "User-Agent: Visitor/1",
        "Accept: text/html, application/json;q=0.9, */*;q=0.5",
        "Connection: close",
        "Content-Type: application/json",
        "Content-Length: 2",
        "",
        "{}",
    ]


WHOLE = b"HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\nnope"


def test_a_response_is_read_to_its_length_and_no_further() -> None:
    stream = io.BytesIO(WHOLE + b"next")
    assert read_response(stream) == Response(404, "Not Found", {"content-length": "4"}, b"nope")
    assert stream.read() == b"next"


@pytest.mark.parametrize("length", range(len(WHOLE)))
def test_a_response_truncated_anywhere_is_an_error(length: int) -> None:
    with pytest.raises(LabError, match="truncated"):
        read_response(io.BytesIO(WHOLE[:length]))
