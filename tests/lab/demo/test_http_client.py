from __future__ import annotations

import asyncio
import io
import json
import re

import pytest

from inspector.errors import LabError
from inspector.lab.demo.http_client import Answer, compose, read_answer
from inspector.lab.process.child_process import Child
from tests.lab.serving import with_server

PAGE = {"method": "GET", "target": "/menu"}


async def visit(port: int, *questions: dict[str, str]) -> dict[str, object]:
    visitor = await Child.start("The visitor", "inspector.lab.demo.http_client", str(port))
    try:
        return await visitor.ask("visit", questions=list(questions))
    finally:
        await visitor.stop()


@pytest.mark.parametrize("count", [1, 3], ids=["one question", "three questions on one pipe"])
def test_questions_are_answered_in_full(count: int) -> None:
    async def play(_: Child, port: int) -> None:
        done = await visit(port, *[PAGE] * count)
        assert re.fullmatch(r"127\.0\.0\.1:\d+", str(done["client"]))
        answers = done["answers"]
        assert isinstance(answers, list)
        assert [answer["status"] for answer in answers] == [200] * count
        assert all("espresso" in json.loads(answer["body"])["menu"] for answer in answers)

    with_server("inspector.lab.demo.http_server", play)


def test_a_closed_door_is_said() -> None:
    with pytest.raises(LabError, match=r"did not answer: .*refused"):
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


def test_an_answer_is_read_to_its_length_and_no_further() -> None:
    stream = io.BytesIO(WHOLE + b"next")
    assert read_answer(stream) == Answer(404, "Not Found", {"content-length": "4"}, b"nope")
    assert stream.read() == b"next"


@pytest.mark.parametrize("length", range(len(WHOLE)))
def test_an_answer_that_breaks_off_anywhere_is_an_error(length: int) -> None:
    with pytest.raises(LabError, match="truncated"):
        read_answer(io.BytesIO(WHOLE[:length]))
