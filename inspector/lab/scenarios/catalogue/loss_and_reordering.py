"""Scenarios of trouble in the network: packets that are lost, delayed, reordered or queued."""

from __future__ import annotations

import socket

from inspector.lab.process.lossy_link import Plan
from inspector.lab.scenarios.catalogue.http import PAGE, fetch_book, request, response, visit
from inspector.lab.scenarios.scenario import Group, Scenario, View
from inspector.lab.scenarios.testbed import Scene

BOOK_BYTES = 40_000
LONG_BOOK_BYTES = 60_000

STEADY_WINDOW = (socket.SOL_SOCKET, socket.SO_RCVBUF, 60_000)
"""Socket option of a client: a receive buffer of fixed size. An ACK that changes the window is not a duplicate (RFC
5681 §2)."""


async def loss_by_timer(scene: Scene) -> str:
    """The server's response fits a single segment, and the link loses it. The client cannot know that it was sent, so
    only the server's retransmission timer can tell (RFC 6298): 0.2 s and more of silence for a link with a round trip
    of 0.02 s. That is Linux's shortest timer; the RFC's is 1 s. Linux would send a tail-loss probe after some two
    round trips (RFC 8985 §7), which is switched off here.
    """
    client, server = await scene.pair(await scene.listen(), request("/"))
    await server.receive_head()
    await server.send(response(PAGE))
    await client.receive(len(response(PAGE)))
    await client.close()
    await server.receive_rest()
    await server.close()
    return (
        "The response was lost. Nothing sent after it could show that, so the server waited "
        "for its timer and sent it again."
    )


async def loss_told_by_others(scene: Scene) -> str:
    """A segment of a download is lost, the next ones arrive. For each of them the client acknowledges the same byte
    again and names in SACK blocks what it holds already (RFC 2018). From these the server concludes that the segment
    is lost, and sends it again without waiting for its timer: the classic rule takes three duplicate acknowledgments
    (RFC 5681 §3.2), SACK what lies beyond the hole (RFC 6675), and Linux above all whether later segments have
    arrived (RACK, RFC 8985).
    """
    await fetch_book(scene, BOOK_BYTES, [STEADY_WINDOW])
    return "A segment was lost. Acknowledgments of later segments showed that, and it was sent again without a timer."


async def overtaken(scene: Scene) -> str:
    """A segment of a download takes a longer way and arrives after one sent behind it. The receiver acknowledges up
    to the missing segment again, keeps the early one, and has everything a moment later. Three duplicate
    acknowledgments make a sender repeat (RFC 5681 §3.2); there were fewer, so nothing is sent again.
    """
    await fetch_book(scene, BOOK_BYTES, [STEADY_WINDOW])
    return "A segment was overtaken. The receiver put the bytes in order, and nothing had to be sent again."


async def far_away(scene: Scene) -> str:
    """Nothing is lost and the link is wide, but the other end is 0.15 s away, as on the other side of the earth. The
    handshake takes a round trip, 0.3 s, before the client may send its request: on long ways, fewer connections are
    better.
    """
    await visit(scene)
    return f"The body is {len(PAGE)} bytes; getting it took two round trips of 0.3 s, the first for the handshake."


async def narrow(scene: Scene) -> str:
    """60 kB through a link that carries 100 kB a second. In slow start the server has more and more on the way, at
    first 10 segments and at last more than 25; the link gets no faster, so what is too much waits in its queue. A
    round trip over the empty link takes 0.02 s; in the end it takes more than ten times that, and the data comes no
    sooner (bufferbloat).
    """
    await fetch_book(scene, LONG_BOOK_BYTES)
    return "The server sent faster than the link carries, so a queue grew before it, and the round trip with it."


GROUP = Group(
    "Loss, delay and reordering",
    "TCP delivers every byte in order over networks that lose, delay and reorder packets. Each link here does one.",
    (
        Scenario(
            "loss-timer",
            "Loss, found by timeout",
            loss_by_timer,
            link=Plan(delay=0.01, lost=frozenset({2})),
            view=View.SERVER,
            settings={"tcp_early_retrans": "0"},
        ),
        Scenario(
            "loss-fast",
            "Loss, found by duplicate ACKs",
            loss_told_by_others,
            link=Plan(delay=0.01, lost=frozenset({6})),
            view=View.SERVER,
        ),
        Scenario(
            "reordering",
            "Reordered segments",
            overtaken,
            link=Plan(delay=0.005, bandwidth=500_000, late=frozenset({8}), lateness=0.004),
        ),
        Scenario(
            "delay",
            "High latency",
            far_away,
            link=Plan(delay=0.15),
        ),
        Scenario(
            "narrow",
            "Low bandwidth (bufferbloat)",
            narrow,
            link=Plan(delay=0.01, bandwidth=100_000),
            view=View.SERVER,
        ),
    ),
)
