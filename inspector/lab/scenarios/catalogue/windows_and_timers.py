"""Scenarios of waiting: for window space, for a sign of life, for an acknowledgment."""

from __future__ import annotations

import asyncio
import socket

from inspector.errors import LabError
from inspector.lab.process.lossy_link import Plan
from inspector.lab.scenarios.catalogue.http import LINE
from inspector.lab.scenarios.scenario import Group, Scenario
from inspector.lab.scenarios.testbed import NODELAY, Scene

SMALL_BUFFER = (socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
FLOOD_BYTES = 20_000
NAP_SECONDS = 1.6
"""How long the reader does not read: enough for two or three window probes. The first come 0.2 s apart, the later ones
at ever longer intervals."""

SIGNS = ((socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1), (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 1),
         (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 1), (socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 2))  # fmt: skip
"""Keep-alive: probe after one idle second, then every second, and give up after two unanswered probes."""

ROUNDS = 3

ACK_DELAYED = (socket.IPPROTO_TCP, socket.TCP_QUICKACK, 0)
"""Turns delayed acknowledgments on: an ACK is sent along with data, or after 40 ms (tcp(7))."""


async def zero_window(scene: Scene) -> str:
    """The server's program does not read. Its kernel's buffer fills, the window that it advertises shrinks to 0, and
    the client has to stop. Its kernel sends a window probe now and then, each pause about twice as long as the one
    before (RFC 9293 §3.8.6.1; Linux's probe carries no data and looks like a keep-alive), until the program reads again
    and the window opens.
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
        f"The reader slept for {NAP_SECONDS:g} s. Its receive window went to 0; the sender probed it, and continued "
        "after a window update."
    )


async def signs_of_life(scene: Scene) -> str:
    """Nothing was sent for a second, so the client's kernel probes: a segment without payload whose sequence number is
    below the next one (RFC 9293 §3.8.4). The ACK shows that the other end is there. Then the link is cut: two probes go
    unanswered, and the kernel aborts the connection with RST and “Connection timed out”. By default Linux would begin
    after two hours (tcp(7)); here it is set to one second.
    """
    client, server = await scene.pair(await scene.listen(), b"Are you there?\n", options=SIGNS)
    await server.receive_some()
    await server.send(b"Yes.\n")
    await client.receive_some()
    await asyncio.sleep(2.5)  # keep-alive needs silence; it sends one probe per second
    scene.link.cut()
    try:
        await client.receive_some()
    except LabError as error:
        await client.close()
        return (
            "Two probes were answered. Then the link was cut, two more probes had no answer, and the client's kernel "
            f"reported: {error}."
        )
    raise LabError("An answer came although the link was cut.")


async def nagle(scene: Scene) -> str:
    """Nagle's algorithm holds a small segment back while data is unacknowledged (RFC 9293 §3.7.4); delayed
    acknowledgment holds the ACK back in the hope of data to send it with (§3.8.6.3). A request written in two pieces
    makes both wait for each other: 40 ms at the second and the third request. The first does not wait, since Linux
    acknowledges at once in the beginning. The second connection disables Nagle's algorithm (TCP_NODELAY), and nothing
    waits.
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
            await server.option(*ACK_DELAYED)  # Linux would do so by itself, now or some segments later
        await client.close()
        await server.receive_rest()
        await server.close()
    return (
        "Each request was written in two pieces. With Nagle's algorithm the second piece waited for the ACK of the "
        "first; with TCP_NODELAY it did not."
    )


GROUP = Group(
    "Windows and timers",
    "What each end does while it waits.",
    (
        Scenario(
            "zero-window",
            "Zero window",
            zero_window,
        ),
        Scenario(
            "keep-alive-probes",
            "Keep-alive probes",
            signs_of_life,
            link=Plan(delay=0.005),
            stays_open=True,
        ),
        Scenario(
            "nagle",
            "Nagle and delayed ACK",
            nagle,
        ),
    ),
)
