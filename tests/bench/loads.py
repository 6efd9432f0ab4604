"""The traffic that is measured: real servers and real clients on loopback, recorded by our own capture.

    python -m tests.bench.loads NAME SCALE OUT      record one load

Every load ends by itself. `SCALE` 1 is the full size; smaller ones keep the shape.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import websockets

from inspector.lab.process import lossy_link
from inspector.live.live_capture import LiveCapture
from inspector.live.private_network import in_new_network

AT_ONCE = 64
"""Clients that are busy at the same time."""

GET = (
    b"GET /rooms/417?floor=4 HTTP/1.1\r\nHost: localhost:8000\r\nUser-Agent: bench/1.0 (loopback)\r\n"
    b"Accept: text/html,application/json;q=0.9,*/*;q=0.8\r\nAccept-Language: en\r\nAccept-Encoding: gzip\r\n"
    b"Cookie: session=4f0c2b1e9a7d; theme=dark\r\nConnection: %s\r\n\r\n"
)
PAGE = b'{"room": 417, "guest": "Alice", "nights": 3}\n' * 4
REPLY = (
    b"HTTP/1.1 200 OK\r\nDate: Sun, 01 Nov 2026 12:00:00 GMT\r\nServer: bench\r\nContent-Type: application/json\r\n"
    b"Content-Length: %d\r\nConnection: %s\r\n\r\n%s"
)
MEBIBYTE = 1 << 20

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def short(listener: socket.socket, scale: float) -> None:
    """One connection, one request, one answer, 62 000 times: about ten packets each."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(REPLY % (len(PAGE), b"close", PAGE))
        writer.close()

    async def ask(port: int, _: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(GET % b"close")
        await reader.read()
        writer.close()

    await _drive(listener, answer, ask, int(62_000 * scale))


async def kept_alive(listener: socket.socket, scale: float) -> None:
    """160 000 requests over 64 connections that stay open."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while not reader.at_eof():
            try:
                await reader.readuntil(b"\r\n\r\n")
            except asyncio.IncompleteReadError:
                break
            writer.write(REPLY % (len(PAGE), b"keep-alive", PAGE))
        writer.close()

    async def ask(port: int, _: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for _request in range(int(160_000 * scale) // AT_ONCE):
            writer.write(GET % b"keep-alive")
            await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(len(PAGE))
        writer.close()

    await _drive(listener, answer, ask, AT_ONCE)


async def chat(listener: socket.socket, scale: float) -> None:
    """128 WebSocket clients, half of them compressing, and a server that echoes small messages: 250 000 each way."""
    clients, turns = 128, int(250_000 * scale) // 128

    async def echo(connection: websockets.ServerConnection) -> None:
        async for message in connection:
            await connection.send(message)

    async def talk(port: int, number: int) -> None:
        compression = "deflate" if number % 2 else None
        async with websockets.connect(f"ws://127.0.0.1:{port}/", compression=compression) as connection:
            for turn in range(turns):
                await connection.send(f'{{"from": "guest {number}", "turn": {turn}, "text": "Hi"}}')
                await connection.recv()

    async with websockets.serve(echo, sock=listener) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        await asyncio.gather(*(talk(port, number) for number in range(clients)))


async def bulk(listener: socket.socket, scale: float) -> None:
    """Eight downloads of 32 MiB."""
    size = int(32 * MEBIBYTE * scale)
    block = bytes(range(256)) * 256

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % size)
        for _ in range(size // len(block)):
            writer.write(block)
            await writer.drain()
        writer.write(block[: size % len(block)])
        writer.close()

    async def ask(port: int, _: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(GET % b"close")
        while await reader.read(MEBIBYTE):
            pass
        writer.close()

    await _drive(listener, answer, ask, 8)


async def lossy(listener: socket.socket, scale: float) -> None:
    """Downloads of 2 MB over a link that loses 1 % of the packets, and overtakes and repeats some."""
    content = bytes(range(256)) * 8192

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(REPLY % (len(content), b"close", content))
        await writer.drain()
        writer.close()

    async def ask(port: int, _: int) -> None:
        reader, writer = await asyncio.open_connection(lossy_link.FAR, port)
        writer.write(GET % b"close")
        await reader.read(-1)
        writer.close()

    await _drive(listener, answer, ask, int(100 * scale))


LOADS: dict[str, Callable[[socket.socket, float], Awaitable[None]]] = {
    "short": short,
    "kept-alive": kept_alive,
    "chat": chat,
    "bulk": bulk,
    "lossy": lossy,
}

ROUGH = lossy_link.Plan(loss=0.01, repeat=0.002, reorder=0.01, delay=0.002)
"""What the lossy load's link does."""


async def _drive(
    listener: socket.socket, answer: Serve, ask: Callable[[int, int], Awaitable[None]], count: int
) -> None:
    """Serve on the listener and let `count` clients ask, at most `AT_ONCE` at a time."""
    server = await asyncio.start_server(answer, sock=listener)
    port = listener.getsockname()[1]
    places = asyncio.Semaphore(AT_ONCE)

    async def one(number: int) -> None:
        async with places:
            await ask(port, number)

    async with server:
        for begin in range(0, count, 2000):
            await asyncio.gather(*(one(number) for number in range(begin, min(begin + 2000, count))))


def record(name: str, scale: float, out: Path) -> None:
    """Run the load and capture it into `out`; nothing may be dropped."""
    with contextlib.ExitStack() as stack:
        address, interface, expression = "127.0.0.1", "lo", None
        if name == "lossy":
            stack.enter_context(lossy_link.RoughLink(ROUGH))
            address, interface = lossy_link.NEAR, lossy_link.NAME
        listener = socket.create_server((address, 0), backlog=1024)
        port = listener.getsockname()[1]
        if name == "lossy":
            expression = lossy_link.CLIENTS_VIEW.format(far=lossy_link.FAR, port=port)
        ports = [] if expression else [port]
        capture = stack.enter_context(LiveCapture.start(interface, out, filter=expression, only_ports=ports))
        capture.wait_ready()
        asyncio.run(LOADS[name](listener, scale))
        counters = capture.stop()
    if counters.dropped:
        raise SystemExit(f"{name}: {counters.dropped} of {counters.received} packets were dropped; record it again")
    print(f"{name}: {counters.received} packets")


def command(name: str, scale: float, out: Path) -> list[str]:
    """The command that records a load: the lossy one needs a network of its own for its link."""
    words = [sys.executable, "-m", "tests.bench.loads", name, str(scale), str(out)]
    return in_new_network(words) if name == "lossy" else words


if __name__ == "__main__":
    record(sys.argv[1], float(sys.argv[2]), Path(sys.argv[3]))
