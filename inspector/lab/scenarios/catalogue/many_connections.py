"""Scenarios with many clients at once, real and spoofed."""

from __future__ import annotations

import asyncio

from inspector.lab.process.lossy_link import NEAR, Plan
from inspector.lab.scenarios.catalogue.http import PAGE, request, response
from inspector.lab.scenarios.raw_segments import segment
from inspector.lab.scenarios.scenario import Group, Scenario, View
from inspector.lab.scenarios.testbed import HTTP_PORT, Scene, kernel_sockets

GUESTS = 1000
FLOOD = 40
BACKLOG = 8
SYN_RECEIVED = "03"
"""Linux's number for this state (<net/tcp_states.h>)."""

NOTICE_SECONDS = 0.2
"""How long after the client's first SYN, which is dropped, the server turns SYN cookies on. The client's next SYN
follows after a second."""


async def crowd(scene: Scene) -> str:
    """A thousand clients connect one right after another, send a short request each and leave. All their connections
    are open before the first is answered: a thousand ports on the clients' side, a thousand file descriptors (tokens)
    in the server's process. A body of 25 bytes takes ten packets, or eleven where the FIN gets an ACK of its own.
    """
    listener = await scene.listen(backlog=GUESTS)
    question, answer = request("/", Connection="close"), response(PAGE, Connection="close")
    told, _ = await asyncio.gather(
        scene.client.ask("crowd", address=scene.address, port=HTTP_PORT, count=GUESTS, data=question.decode("latin-1")),
        scene.serve(listener, answer, GUESTS),
    )
    scene.clients += told["guests"]
    return f"{told['answered']:,} of {GUESTS:,} requests were answered."


async def syn_flood(scene: Scene) -> str:
    """40 SYNs arrive from addresses without a host, and the third packet of the handshake never comes. Each takes a
    place in the server's queue of half-open connections, which is short here: a backlog of 8, so the rest of the SYNs
    get no answer. Then a real client connects, and its SYN finds no free place either. The server turns on SYN cookies
    (RFC 4987 §3.6): it stores nothing, and recomputes from the third packet what it sent in the second. So the client's
    next SYN is answered. The flood consists of crafted packets; the server and the client are real.
    """
    listener = await scene.listen(backlog=BACKLOG)
    for number in range(FLOOD):
        scene.link.inject(segment(f"10.9.0.{100 + number}", scene.next_port(), NEAR, HTTP_PORT, number * 65_537))
    half_open = sum(state == SYN_RECEIVED for _, _, state in kernel_sockets())
    guest = await scene.open()
    await guest.begin(scene.address, HTTP_PORT)
    await asyncio.sleep(NOTICE_SECONDS)  # the time until the defender notices is part of the scenario
    scene.set_kernel("tcp_syncookies", "1")
    await guest.wait()
    await guest.send(request("/", Connection="close"))
    server = await scene.accept(listener)
    await server.receive_head()
    await server.send(response(PAGE, Connection="close"))
    await server.close()
    await guest.receive_rest()
    await guest.close()
    await scene.settle(guest.port)
    return (
        f"{half_open} of {FLOOD} SYNs with spoofed addresses filled the queue (a backlog of {BACKLOG}); "
        "with SYN cookies the client was served anyway."
    )


GROUP = Group(
    "Many connections",
    "Very many clients at once, real and spoofed.",
    (
        Scenario("crowd", "A thousand clients at once", crowd),
        Scenario(
            "syn-flood",
            "SYN flood",
            syn_flood,
            link=Plan(delay=0.005),
            view=View.SERVER,
            settings={"tcp_syncookies": "0", "tcp_synack_retries": "1"},
            stays_open=True,
        ),
    ),
)
