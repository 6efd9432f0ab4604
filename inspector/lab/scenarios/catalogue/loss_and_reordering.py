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
    only the server's retransmission timer can reveal the loss (RFC 6298): a pause of 0.2 s or more on a link with a
    round trip of 0.02 s. That is Linux's shortest timer; the RFC's is 1 s. Linux would send a tail-loss probe after
    about two round trips (RFC 8985 §7), which is switched off here.
    """
    client, server = await scene.pair(await scene.listen(), request("/"))
    await server.receive_head()
    await server.send(response(PAGE))
    await client.receive(len(response(PAGE)))
    await client.close()
    await server.receive_rest()
    await server.close()
    return (
        "The response was lost. Nothing was sent after it that could reveal the loss, so the server "
        "retransmitted it when its timer expired."
    )


async def loss_told_by_others(scene: Scene) -> str:
    """A segment of a download is lost, the next ones arrive. For each of them the client acknowledges the same byte
    again and lists in SACK blocks what it has already received (RFC 2018). From these the server concludes that the
    segment is lost, and retransmits it without waiting for its timer: the classic rule counts three duplicate
    acknowledgments (RFC 5681 §3.2), SACK the bytes received beyond the gap (RFC 6675), and Linux checks above all
    whether segments sent later have arrived (RACK, RFC 8985).
    """
    await fetch_book(scene, BOOK_BYTES, [STEADY_WINDOW])
    return "A segment was lost. Duplicate ACKs revealed the loss, and it was retransmitted before the timer expired."


async def overtaken(scene: Scene) -> str:
    """A segment of a download takes a longer path and arrives after one that was sent later. The receiver acknowledges
    up to the missing segment again, keeps the early one, and has everything a moment later. Three duplicate
    acknowledgments make a sender retransmit (RFC 5681 §3.2); there were fewer, so nothing is retransmitted.
    """
    await fetch_book(scene, BOOK_BYTES, [STEADY_WINDOW])
    return "A segment was overtaken. The receiver put the bytes in order, and nothing had to be retransmitted."


async def far_away(scene: Scene) -> str:
    """Nothing is lost and the bandwidth is high, but the other end is 0.15 s away, as on the other side of the earth.
    The handshake takes a round trip, 0.3 s, before the client may send its request: over long distances, fewer
    connections are better.
    """
    await visit(scene)
    return f"The body is {len(PAGE)} bytes; getting it took two round trips of 0.3 s, the first for the handshake."


async def narrow(scene: Scene) -> str:
    """60 kB through a link that carries 100 kB per second. In slow start the server has more and more segments in
    flight, at first 10 and finally more than 25; the link gets no faster, so the excess waits in its queue. A round
    trip over the empty link takes 0.02 s; in the end it takes more than ten times that, and the data arrives no sooner
    (bufferbloat).
    """
    await fetch_book(scene, LONG_BOOK_BYTES)
    return "The server sent faster than the link can carry, so a queue grew, and with it the round-trip time."


GROUP = Group(
    "Loss, delay and reordering",
    "TCP delivers every byte in order over networks that lose, delay and reorder packets. Each scenario does one of "
    "these.",
    (
        Scenario(
            "loss-timer",
            "Loss detected by timeout",
            loss_by_timer,
            link=Plan(delay=0.01, lost=frozenset({2})),
            view=View.SERVER,
            settings={"tcp_early_retrans": "0"},
        ),
        Scenario(
            "loss-fast",
            "Loss detected by duplicate ACKs",
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
