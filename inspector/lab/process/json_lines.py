"""One JSON object a line: how the processes of the lab speak with each other over their pipes.

A process hears on its standard input what to do, and says on its standard output what became of it:

    {"id": 1, "do": "say", "text": "Hi"}       a command
    {"id": 1, "done": {...}}                    its answer, or
    {"id": 1, "failed": "nobody is here"}       why not
    {"event": "heard", "speaker": "Alice"}      something that happened without being asked for

The end of its standard input tells a process to end. So nothing outlives the process that started it, however that
one died.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from inspector.errors import LabError

Message = dict[str, Any]

LONGEST_LINE = 1 << 16
"""Bytes. Commands and answers are a few hundred; a longer line is a fault, not a message."""

STDOUT = 1


def encode(message: Message) -> bytes:
    """The message as one line, line end included."""
    return json.dumps(message, ensure_ascii=False).encode() + b"\n"


def report(event: str, **facts: object) -> None:
    """Tell the process that started this one what happened."""
    _write({"event": event, **facts})


async def commands() -> AsyncIterator[Message]:
    """The commands from standard input, until it ends."""
    reader = asyncio.StreamReader(limit=LONGEST_LINE)
    loop = asyncio.get_running_loop()
    transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    try:
        async for line in reader:
            yield json.loads(line)
    finally:
        transport.close()


async def answer(do: Callable[[Message], Awaitable[Message]]) -> None:
    """Do one command after another, until standard input ends."""
    async for command in commands():
        await answer_one(command, do)


async def answer_one(command: Message, do: Callable[[Message], Awaitable[Message]]) -> None:
    """Run this command and report its result."""
    try:
        _write({"id": command["id"], "done": await do(command)})
    except LabError as error:
        _write({"id": command["id"], "failed": str(error)})


def answer_blocking(do: Callable[[Message], Message]) -> None:
    """`answer` for a process that has no event loop and wants none."""
    for line in sys.stdin.buffer:
        command = json.loads(line)
        try:
            _write({"id": command["id"], "done": do(command)})
        except LabError as error:
            _write({"id": command["id"], "failed": str(error)})


def _write(message: Message) -> None:
    # Straight to the descriptor: nothing stays in a buffer, and one line is one write. If the reader has died there
    # is nobody to tell; standard input is then at its end too.
    with contextlib.suppress(BrokenPipeError):
        os.write(STDOUT, encode(message))
