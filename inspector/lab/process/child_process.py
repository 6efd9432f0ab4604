"""A child process of the lab, controlled by JSON lines."""

from __future__ import annotations

import asyncio
import contextlib
import json
from asyncio.subprocess import PIPE, Process
from collections.abc import Awaitable, Callable
from typing import Self

from inspector.errors import LabError
from inspector.lab.process import launch
from inspector.lab.process.json_lines import LONGEST_LINE, Message, encode
from inspector.live.ended_processes import how_it_ended
from inspector.live.private_network import in_new_network

ANSWER_SECONDS = 30.0
"""Time limit for any single result or event in the lab. It allows for a busy machine; loopback itself needs
milliseconds."""

GOODBYE_SECONDS = 3.0
"""How long to wait for a process to end by itself before it is terminated, and then before it is killed."""


class Child:
    """A child process that takes commands and reports events. `ready` is the first event that it reported."""

    def __init__(self, name: str, process: Process, heard: Callable[[Message], None] | None) -> None:
        self.name = name
        self.has_ended = False
        self.ready: Message = {}
        self._process = process
        self._is_wanted = True
        self._heard = heard
        self._asked: dict[int, asyncio.Future[Message]] = {}
        self._watched: list[tuple[Message, asyncio.Future[Message]]] = []
        self._count = 0
        self._reading = asyncio.create_task(self._read())

    @classmethod
    async def start(
        cls,
        name: str,
        module: str,
        *arguments: str,
        descriptors: tuple[int, ...] = (),
        heard: Callable[[Message], None] | None = None,
        private: bool = False,
    ) -> Self:
        """Run the module in a process and wait until it reports `ready`.

        Args:
            name: the name of the process in messages.
            descriptors: open file descriptors that it inherits under the same numbers.
            heard: called with every event that the process reports, and with an `error` event in which `ended` is
                true if the process ends by itself.
            private: run it in a private network.
        Raises:
            LabError: the process ended, or did not report `ready` in time.
        """
        command = launch.command(module, *arguments)
        process = await asyncio.create_subprocess_exec(
            *(in_new_network(command) if private else command),
            stdin=PIPE,
            stdout=PIPE,
            pass_fds=descriptors,
            env=launch.environment(),
            limit=LONGEST_LINE,
        )
        child = cls(name, process, heard)
        try:
            child.ready = await child.within_reason(child.watch("ready"))
        except BaseException:
            await child.stop()
            raise
        return child

    async def ask(self, do: str, **facts: object) -> Message:
        """Send a command and wait for its result. Raises LabError if the command failed."""
        self._count += 1
        future = self._promise()
        self._asked[self._count] = future
        self._send({"id": self._count, "do": do, **facts})
        return await self.within_reason(future)

    def watch(self, event: str, **facts: object) -> asyncio.Future[Message]:
        """Return a future for the next event of this kind with these values. Call it before you trigger the event."""
        future = self._promise()
        self._watched.append(({"event": event, **facts}, future))
        return future

    async def within_reason(self, awaited: Awaitable[Message]) -> Message:
        """Wait for a result or event. Raises LabError after a time-out."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                return await awaited
        except TimeoutError:
            raise LabError(f"{self.name} did not answer within {ANSWER_SECONDS:.0f} seconds.") from None

    async def stop(self) -> None:
        """End the process: close its standard input, then terminate it, and finally kill it."""
        self._is_wanted = False
        if self._process.stdin:
            self._process.stdin.close()
        for push in (self._process.terminate, self._process.kill):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._process.wait(), GOODBYE_SECONDS)
                break
            with contextlib.suppress(ProcessLookupError):
                push()
        await self._process.wait()
        await self._reading

    async def kill(self) -> None:
        """Kill the process at once, as a crash would."""
        self._is_wanted = False
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()

    def _promise(self) -> asyncio.Future[Message]:
        future: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        if self.has_ended:
            future.set_exception(self._gone())
        return future

    def _gone(self) -> LabError:
        return LabError(f"{self.name} has ended.")

    def _send(self, message: Message) -> None:
        if self._process.stdin and not self._process.stdin.is_closing():
            self._process.stdin.write(encode(message))

    async def _read(self) -> None:
        assert self._process.stdout is not None, "started with a pipe"
        async for line in self._process.stdout:
            self._take(json.loads(line))
        status = await self._process.wait()
        self.has_ended = True
        if self._heard and self._is_wanted:
            message = f"{self.name} ended by itself: {how_it_ended(status)}."
            self._heard({"event": "error", "message": message, "ended": True})
        for future in [*self._asked.values(), *(future for _, future in self._watched)]:
            if not future.done():
                future.set_exception(self._gone())
                future.exception()  # marks it as retrieved, so that asyncio does not warn about futures nobody awaits

    def _take(self, message: Message) -> None:
        if "event" in message:
            self._take_event(message)
            return
        future = self._asked.pop(message["id"], None)
        if future is None or future.done():
            return
        if "failed" in message:
            future.set_exception(LabError(message["failed"]))
        else:
            future.set_result(message["done"])

    def _take_event(self, message: Message) -> None:
        if self._heard:
            self._heard(message)
        still_watched = []
        for wanted, future in self._watched:
            if future.done():
                continue
            if wanted.items() <= message.items():
                future.set_result(message)
            elif message["event"] == "error":
                future.set_exception(LabError(message["message"]))
            else:
                still_watched.append((wanted, future))
        self._watched = still_watched
