"""The process that runs the demo: it starts the servers, clients and capture, and ends with its parent.

    python -m inspector.lab.demo.host_process --http FD --chat FD [--relay] [--spool FILE]

FD is an inherited listening socket. The process uses JSON lines (see `lab/process/json_lines.py`): the command
`{"id": 1, "do": "get"}` runs an action; its events are `ready`, `statistics` (of the capture) and `error`.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import signal
import socket

from inspector.errors import LabError
from inspector.lab.demo.action_runs import ACTS
from inspector.lab.demo.running_processes import DemoProcesses
from inspector.lab.process.json_lines import Message, commands, report, run_command
from inspector.lab.process.reported_socket import ReportedSocket, name_process
from inspector.lab.scenarios.in_demo import GuestPlays

MOST_WAITING = 32
"""Maximum number of commands that wait for the running one."""


class Host:
    """Runs actions and scenarios one after another."""

    def __init__(self, processes: DemoProcesses, plays: GuestPlays) -> None:
        self._processes = processes
        self._plays = plays
        self._waiting: asyncio.Queue[Message] = asyncio.Queue(MOST_WAITING)

    async def serve(self) -> None:
        """Run commands from standard input until it ends; a command that is still running is then cancelled."""
        work = asyncio.create_task(self._work())
        try:
            async for command in commands():
                await self._waiting.put(command)
        finally:
            work.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await work

    async def _work(self) -> None:
        while True:
            await run_command(await self._waiting.get(), self._do)

    async def _do(self, command: Message) -> Message:
        if command["do"] == "play":
            return await self._plays.play(command["scenario"])
        act = ACTS.get(command["do"])
        if act is None:
            raise LabError(f"There is no action {command['do']!r}; there are {', '.join(ACTS)}.")
        outcome = await act(self._processes)
        return {"result": outcome.text, "clients": outcome.clients}


def pass_on(message: Message) -> None:
    """Forward the capture's reports, and reports of processes that ended unexpectedly, to the parent."""
    if message["event"] in ("statistics", "error"):
        report(**message)


async def run(options: argparse.Namespace) -> None:
    """Start the servers and the capture, run commands, and finally stop everything, even after an error."""
    main_task = asyncio.current_task()
    assert main_task is not None, "a coroutine runs in a task"
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, main_task.cancel)
    name_process("lab")
    processes = DemoProcesses(socket.socket(fileno=options.http), socket.socket(fileno=options.chat))
    ReportedSocket.tell = staticmethod(processes.note)  # the relay runs in this process
    try:
        await processes.open(options.relay, options.spool, pass_on)
        report("ready")
        await Host(processes, GuestPlays(options.spool, pass_on)).serve()
    except LabError as error:
        report("error", message=str(error))
        raise SystemExit(1) from None
    finally:
        await processes.close()


def main() -> None:
    """Run as a program."""
    parser = argparse.ArgumentParser(description="The process that the lab runs in.")
    parser.add_argument("--http", type=int, required=True, help="file descriptor of a listening socket")
    parser.add_argument("--chat", type=int, required=True, help="file descriptor of a listening socket")
    parser.add_argument(
        "--relay", action="store_true", help="the sockets belong to another network: relay them into this one"
    )
    parser.add_argument("--spool", help="capture the demo's packets into this file")
    with contextlib.suppress(asyncio.CancelledError):
        asyncio.run(run(parser.parse_args()))


if __name__ == "__main__":
    main()
