"""Scenarios that run while the demo runs, each in its own network namespace, captured into the demo's recording."""

from __future__ import annotations

import asyncio
import itertools
import sys
from collections.abc import Callable

from inspector.errors import LabError
from inspector.lab.process.child_process import Child
from inspector.lab.process.json_lines import Message
from inspector.lab.scenarios import SCENARIOS
from inspector.lab.scenarios.runner import DIRECTOR, STAGE_SECONDS, judged
from inspector.lab.scenarios.testbed import FIRST_PORT

PORTS_EACH = 50
RANGES = 290
"""The number of port ranges. The clients of consecutive plays use different ranges, so that the recording does not
take a connection for an earlier one that has been reopened."""


class GuestPlays:
    """Runs scenarios, one after another."""

    def __init__(self, spool: str | None, tell: Callable[[Message], None]) -> None:
        """`spool` is the demo's recording, or None if nothing is captured; `tell` receives the captures' statistics."""
        self._spool = spool
        self._tell = tell
        self._plays = itertools.count(1)

    async def play(self, name: str) -> Message:
        """Run this scenario and return its result and the clients' addresses.

        Raises:
            LabError: there is no such scenario, it cannot run here, or it failed; the message says why.
        """
        if name not in SCENARIOS:
            raise LabError(f"There is no scenario {name!r}; there are {', '.join(SCENARIOS)}.")
        if not sys.platform.startswith("linux"):
            raise LabError(
                "Scenarios need Linux: each runs in a network of its own. Their recordings can be opened on every "
                "system."
            )
        number = next(self._plays)
        found: Message = {"event": ""}
        is_over = asyncio.Event()

        def heard(message: Message) -> None:
            if message["event"] == "statistics":
                self._tell({**message, "source": f"scenario {number}"})
            elif found["event"] not in ("done", "error"):  # the first error is the cause of later ones
                found.update(message)
            if found["event"] in ("done", "error"):
                is_over.set()

        director = await self._start(name, number, heard, found)
        try:
            async with asyncio.timeout(STAGE_SECONDS):
                await is_over.wait()
        except TimeoutError:
            raise LabError(f"The scenario did not finish within {STAGE_SECONDS:.0f} seconds.") from None
        finally:
            await director.stop()
        done = judged({"received": 0, "dropped": 0, **found})
        return {"result": done["result"], "clients": done["clients"]}

    async def _start(self, name: str, number: int, heard: Callable[[Message], None], found: Message) -> Child:
        port = FIRST_PORT + PORTS_EACH * (number % RANGES)
        recording = ["--spool", self._spool, "--join"] if self._spool else []
        arguments = (name, "--first-port", str(port), *recording)
        try:
            return await Child.start("The scenario", DIRECTOR, *arguments, heard=heard, private=True)
        except LabError as error:
            raise LabError(found.get("message", str(error))) from None
