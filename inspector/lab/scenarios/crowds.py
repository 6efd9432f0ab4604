"""Very many at once: guests, and those who only pretend to be."""

from __future__ import annotations

import asyncio

from inspector.lab.rough_link import NEAR, Plan
from inspector.lab.scenarios.crafted import syn
from inspector.lab.scenarios.plain_http import PAGE, request, response
from inspector.lab.scenarios.scenario import Group, Scenario, View
from inspector.lab.scenarios.scene import HTTP_PORT, Scene, together

GUESTS = 1000
FLOOD = 40
BACKLOG = 8
NOTICE_SECONDS = 0.2
"""Until the guest's first SYN is dropped and somebody does something about it; the next comes after a second."""


async def crowd(scene: Scene) -> str:
    """A thousand clients come at the same moment, ask one short question each and leave. All their connections are open
    at the same time before the first is answered: a thousand ports on one side, a thousand tokens in the server's
    process, and ten packets for each answer of 24 bytes.
    """
    listener = await scene.listen(backlog=GUESTS)
    question, answer = request("/", Connection="close"), response(PAGE, Connection="close")
    told, _ = await together(
        scene.client.ask("crowd", address=scene.address, port=HTTP_PORT, count=GUESTS, data=question.decode("latin-1")),
        scene.server.ask("serve", token=listener.token, count=GUESTS, data=answer.decode("latin-1")),
    )
    scene.clients += told["guests"]
    return f"{told['answered']:,} of {GUESTS:,} guests were answered."


async def syn_flood(scene: Scene) -> str:
    """Somebody sends SYNs from addresses where nobody is, and never the third packet. Each keeps a place in the
    server's queue of half-open connections, which here has eight. Then a real guest comes, and its SYN finds no
    place. The server turns on SYN cookies (RFC 4987 §3.6): it keeps nothing and lets the third packet prove itself,
    so the guest's second SYN gets in.
    """
    listener = await scene.listen(backlog=BACKLOG)
    for number in range(FLOOD):
        scene.link.inject(syn(f"10.9.0.{100 + number}", scene.next_port(), NEAR, HTTP_PORT, number * 65_537))
    guest = await scene.open()
    await guest.begin(scene.address, HTTP_PORT)
    await asyncio.sleep(NOTICE_SECONDS)  # the defender's time to notice is part of the story
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
    return f"{FLOOD} SYNs from nowhere filled a queue of {BACKLOG}; with cookies the guest was served all the same."


GROUP = Group(
    "Crowds",
    "Very many at once: guests, and those who only pretend to be.",
    (
        Scenario("crowd", "A thousand at once", crowd),
        Scenario(
            "syn-flood",
            "A flood of SYNs",
            syn_flood,
            link=Plan(delay=0.005),
            view=View.SERVER,
            settings={"tcp_syncookies": "0", "tcp_synack_retries": "1"},
            stays_open=True,
        ),
    ),
)
