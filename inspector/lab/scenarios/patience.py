"""Waiting: for room, for a sign of life, for an acknowledgment."""

from __future__ import annotations

import asyncio
import socket

from inspector.errors import LabError
from inspector.lab.rough_link import Plan
from inspector.lab.scenarios.plain_http import LINE
from inspector.lab.scenarios.scenario import Group, Scenario
from inspector.lab.scenarios.scene import NODELAY, Scene

SMALL_BUFFER = (socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
FLOOD_BYTES = 20_000
NAP_SECONDS = 1.6
"""Long enough for two or three window probes: they come 0.2 s after each other and then ever more seldom."""

SIGNS = ((socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1), (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 1),
         (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 1), (socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 2))  # fmt: skip
"""Ask after a second of silence, every second, and give up after two questions without an answer."""

ROUNDS = 3


async def zero_window(scene: Scene) -> str:
    """The server's program stops reading. Its kernel's buffer fills, the window that it announces shrinks to 0, and
    the client has to stop. It asks now and then, ever more seldom, with a window probe (RFC 9293 §3.8.6.1; Linux
    sends it in the shape of a keep-alive), until the reader wakes up and the window opens.
    """
    listener = await scene.listen(options=[SMALL_BUFFER])
    client, server = await scene.pair(listener)
    sending = asyncio.create_task(client.send(LINE, FLOOD_BYTES // len(LINE)))
    await asyncio.sleep(NAP_SECONDS)  # the reader's sleep is what this scenario is about
    await server.receive(FLOOD_BYTES)
    await sending
    await client.close()
    await server.receive_rest()
    await server.close()
    return (
        f"The reader slept for {NAP_SECONDS:g} s. Its window went to 0, the sender asked now and then, and "
        "went on when there was room."
    )


async def signs_of_life(scene: Scene) -> str:
    """Nothing has been said for a second, so the client's kernel asks: a segment without content whose sequence number
    is one too low (RFC 9293 §3.8.4). The answer shows that the other end lives. Then the cable is pulled: the
    questions stay unanswered, and the connection is given up with “Connection timed out”.
    """
    client, server = await scene.pair(await scene.listen(), options=SIGNS)
    await client.send(b"Are you there?\n")
    await server.receive_some()
    await server.send(b"Yes.\n")
    await client.receive_some()
    await asyncio.sleep(2.5)  # silence is what keep-alive is about: a probe a second
    scene.link.cut()
    try:
        await client.receive_some()
    except LabError as error:
        await client.close()
        return (
            "Two probes were answered. Then the cable was pulled, two more were not, and the client's system "
            f"said: {error}."
        )
    raise LabError("The dead link still answers.")


async def nagle(scene: Scene) -> str:
    """Nagle's algorithm holds a small segment back while one is not yet acknowledged (RFC 9293 §3.7.4); delayed
    acknowledgment holds the acknowledgment back in the hope of an answer to send it with (§3.8.6.3). A question
    written in two pieces makes both wait for each other, 40 ms each time. The second connection turns Nagle off.
    """
    listener = await scene.listen()
    for options in ((), (NODELAY,)):
        client, server = await scene.pair(listener, options=options)
        for _ in range(ROUNDS):
            await client.send(b"SAY 5\n")
            await client.send(b"hello")
            await server.receive(11)
            await server.send(b"ok\n")
            await client.receive(3)
        await client.close()
        await server.receive_rest()
        await server.close()
    return (
        "Each question left in two small writes. With Nagle's algorithm the second waited for the "
        "acknowledgment of the first; with TCP_NODELAY none did."
    )


GROUP = Group(
    "Patience",
    "What ends do while they cannot go on.",
    (
        Scenario(
            "zero-window",
            "A reader that sleeps",
            zero_window,
        ),
        Scenario(
            "keep-alive-probes",
            "Are you still there?",
            signs_of_life,
            link=Plan(delay=0.005),
            stays_open=True,
        ),
        Scenario(
            "nagle",
            "Nagle against delayed ACK",
            nagle,
        ),
    ),
)
