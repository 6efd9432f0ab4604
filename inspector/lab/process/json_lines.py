"""The protocol between the lab's processes: JSON lines over pipes, one object per line.

A process receives commands on its standard input and writes results and events to its standard output:

    {"id": 1, "do": "say", "text": "Hi"}       a command
    {"id": 1, "done": {...}}                    its result, or
    {"id": 1, "failed": "nobody is here"}       the reason why it failed
    {"event": "heard", "speaker": "Alice"}      an event, which no command asked for

A process ends when its standard input ends. So no process outlives the one that started it, however that one died.
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
"""Maximum length of a line in bytes. Commands and results take a few hundred; a longer line is an error."""

STDOUT = 1


def encode(message: Message) -> bytes:
    """Return the message as one line, including the newline."""
    return json.dumps(message, ensure_ascii=False).encode() + b"\n"


def report(event: str, **facts: object) -> None:
    """Report an event to the process that started this one."""
    _write({"event": event, **facts})


async def commands() -> AsyncIterator[Message]:
    """Yield the commands from standard input until it ends."""
    reader = asyncio.StreamReader(limit=LONGEST_LINE)
    loop = asyncio.get_running_loop()
    transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    try:
        async for line in reader:
            yield json.loads(line)
    finally:
        transport.close()


async def run_commands(do: Callable[[Message], Awaitable[Message]]) -> None:
    """Run the commands from standard input one after another, until it ends."""
    async for command in commands():
        await run_command(command, do)


async def run_command(command: Message, do: Callable[[Message], Awaitable[Message]]) -> None:
    """Run a command and report its result, or the reason why it failed."""
    try:
        _write({"id": command["id"], "done": await do(command)})
    except LabError as error:
        _write({"id": command["id"], "failed": str(error)})


def run_commands_blocking(do: Callable[[Message], Message]) -> None:
    """Do the same as `run_commands`, for a process without an event loop."""
    for line in sys.stdin.buffer:
        command = json.loads(line)
        try:
            _write({"id": command["id"], "done": do(command)})
        except LabError as error:
            _write({"id": command["id"], "failed": str(error)})


def _write(message: Message) -> None:
    # Written straight to the descriptor: nothing stays in a buffer, and each line is one write. If the reader has
    # died, nobody needs the message; standard input has then ended, too.
    with contextlib.suppress(BrokenPipeError):
        os.write(STDOUT, encode(message))
