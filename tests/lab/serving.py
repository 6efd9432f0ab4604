"""The lab's programs, each run alone and driven as the lab drives them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from inspector.lab.process.child_process import Child
from inspector.lab.process.json_lines import Message
from inspector.lab.process.ports import listen, port_of


@asynccontextmanager
async def server(module: str, heard: Callable[[Message], None] | None = None) -> AsyncIterator[tuple[Child, int]]:
    """One of the two servers on a free port: the process and the port; `heard` is given what it reports."""
    with listen(0) as listener:
        descriptor, port = listener.fileno(), port_of(listener)
        child = await Child.start("server", module, "--socket", str(descriptor), descriptors=(descriptor,), heard=heard)
    try:
        yield child, port
    finally:
        await child.stop()


async def exchange(port: int, request: bytes) -> bytes:
    """Send these bytes and give back everything that comes until the server closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(request)
        await writer.drain()
        return await asyncio.wait_for(reader.read(), 10)
    finally:
        writer.close()


def with_server(module: str, play: Callable[[Child, int], Awaitable[None]]) -> None:
    """Run a test's play against the server."""

    async def run() -> None:
        async with server(module) as (child, port):
            await play(child, port)

    asyncio.run(run())
