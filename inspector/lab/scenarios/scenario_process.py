"""The process that runs one scenario in a private network: link, capture, socket watcher, two workers, the scenario.

    python live/network_namespace.py new python -m inspector.lab.scenarios.scenario_process NAME [--spool FILE [--join]]

It reports events as JSON lines: `ready` when it starts, `statistics` of the capture, then `done` or `error`. It ends
when the scenario has ended, or when its standard input ends.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib

from inspector.errors import LabError
from inspector.lab.process.child_process import Child
from inspector.lab.process.json_lines import Message, commands, report
from inspector.lab.process.lossy_link import FAR, NAME, NEAR, RoughLink
from inspector.lab.scenarios import SCENARIOS, Scenario, View
from inspector.lab.scenarios.descriptor_notes import Notes
from inspector.lab.scenarios.link_addresses import Mirror
from inspector.lab.scenarios.testbed import FIRST_PORT, HTTP_PORT, Scene, together

NO_LINK = "This scenario needs /dev/net/tun, which cannot be used here: {}."


async def stage(scenario: Scenario, options: argparse.Namespace) -> Message:
    """Run the scenario once and return its result and the clients' addresses.

    Raises:
        LabError: the scenario cannot run here, or did not go as planned.
    """
    async with contextlib.AsyncExitStack() as stack:
        link = make_link(scenario)
        if link:
            stack.enter_context(link)
        notes = Notes(Mirror(scenario), goes_on=options.join)
        client, server = await together(*(start_hand(name, notes) for name in ("client", "server")))
        seen_from = FAR if scenario.view is View.SERVER else None
        scene = Scene(client, server, link, seen_from, options.first_port, notes.heard)
        for setting, value in scenario.settings.items():
            scene.set_kernel(setting, value)
        stack.push_async_callback(scene.dismiss_all)
        if options.spool:
            stack.callback(notes.end)
            # The capture stops before the workers do, because the way they close their sockets is not part of the
            # scenario.
            stack.push_async_callback((await start_capture(scenario, options)).stop)
            stack.push_async_callback((await start_watch(scenario, options.spool)).stop)
            notes.begin(options.spool)
        text = await scenario.play(scene)
        if not scenario.stays_open:
            await scene.settle()
    return {"result": text, "clients": scene.clients}


async def start_hand(name: str, notes: Notes) -> Child:
    """Start a worker process, which will open sockets on command."""
    return await Child.start(name, "inspector.lab.process.socket_worker", name, heard=notes.heard)


def make_link(scenario: Scenario) -> RoughLink | None:
    """Create the scenario's link; return None if it has none."""
    if scenario.link is None:
        return None
    try:
        return RoughLink(scenario.link)
    except OSError as error:
        raise LabError(NO_LINK.format(error.strerror)) from error


async def start_capture(scenario: Scenario, options: argparse.Namespace) -> Child:
    """Start the capture on loopback, or at one end of the link."""
    where = ["--interface", "lo", "--filter", "tcp"]
    if scenario.link is not None:
        expression = scenario.view.value.format(near=NEAR, far=FAR, port=HTTP_PORT)
        where = ["--interface", NAME, "--filter", expression]
    join = ["--join"] if options.join else []
    return await Child.start(
        "The capture", "inspector.live.capture_process", "--spool", options.spool, *where, *join, heard=pass_on
    )


async def start_watch(scenario: Scenario, spool: str) -> Child:
    """Start the watcher that records the kernel's socket states along with the packets."""
    interface = "lo" if scenario.link is None else NAME
    arguments = (scenario.name, "--spool", spool, "--interface", interface)
    return await Child.start(
        "The process that watches the sockets", "inspector.lab.scenarios.socket_watcher", *arguments
    )


def pass_on(message: Message) -> None:
    """Forward the capture's statistics to the parent process."""
    if message["event"] == "statistics":
        report(**message)


async def run(options: argparse.Namespace) -> None:
    """Run the scenario and report its result; cancel it if standard input ends first."""
    scenario = SCENARIOS[options.name]
    report("ready")
    work = asyncio.create_task(stage(scenario, options))
    watch = asyncio.create_task(until_input_ends())
    await asyncio.wait([work, watch], return_when=asyncio.FIRST_COMPLETED)
    watch.cancel()
    if not work.done():
        work.cancel()
    try:
        report("done", **await work)
    except LabError as error:
        report("error", message=str(error))
        raise SystemExit(1) from None


async def until_input_ends() -> None:
    """Wait until standard input ends: the parent process has closed it, or died."""
    async for _ in commands():
        pass


def main() -> None:
    """Run as a program."""
    parser = argparse.ArgumentParser(description="Runs one scenario of the lab, in the network of this process.")
    parser.add_argument("name", choices=SCENARIOS)
    parser.add_argument("--spool", help="capture into this file")
    parser.add_argument("--join", action="store_true", help="the file is being written by another capture: add to it")
    parser.add_argument("--first-port", type=int, default=FIRST_PORT, help="first client port (default: %(default)s)")
    with contextlib.suppress(asyncio.CancelledError):
        asyncio.run(run(parser.parse_args()))


if __name__ == "__main__":
    main()
