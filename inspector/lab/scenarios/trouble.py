"""Trouble on the way: packets that are lost, late, overtaken, or wait in a queue."""

from __future__ import annotations

from inspector.lab.rough_link import Plan
from inspector.lab.scenarios.plain_http import PAGE, fetch_book, request, response
from inspector.lab.scenarios.scenario import Group, Scenario, View
from inspector.lab.scenarios.scene import Scene

BOOK_BYTES = 40_000
LONG_BOOK_BYTES = 60_000


async def visit(scene: Scene) -> None:
    """One question, one answer, one pipe."""
    client, server = await scene.pair(await scene.listen())
    await client.send(request("/", Connection="close"))
    await server.receive_head()
    await server.send(response(PAGE, Connection="close"))
    await server.close()
    await client.receive_rest()
    await client.close()


async def loss_by_timer(scene: Scene) -> str:
    """The server's answer fits one segment, and the link loses it. The client cannot know that there was one, so only
    the server's retransmission timer can tell (RFC 6298): 0.2 s and more of silence for a link with a round trip of
    0.02 s.
    """
    client, server = await scene.pair(await scene.listen())
    await client.send(request("/"))
    await server.receive_head()
    await server.send(response(PAGE))
    await client.receive(len(response(PAGE)))
    await client.close()
    await server.receive_rest()
    await server.close()
    return (
        "The answer was lost. Nothing came behind it that could have told, so the server waited for its timer"
        " and sent it again."
    )


async def loss_told_by_others(scene: Scene) -> str:
    """One segment of a download is lost, the next ones arrive. For each of them the client acknowledges the same byte
    again and names in SACK blocks what it holds already (RFC 2018). Duplicate acknowledgments make the server send
    the missing one again without waiting for its timer: fast retransmission (RFC 5681 §3.2).
    """
    await fetch_book(scene, BOOK_BYTES)
    return "One segment was lost. Those behind it arrived and said so, and it was sent again a round trip later."


async def overtaken(scene: Scene) -> str:
    """One segment of a download takes a longer way and arrives after the one sent behind it. The receiver acknowledges
    what it lacks, holds the early one back, and has everything a moment later. Three duplicate acknowledgments
    would have been a retransmission; there were fewer.
    """
    await fetch_book(scene, BOOK_BYTES)
    return "One segment was overtaken by the next. The receiver put them in order, and nothing had to be sent again."


async def far_away(scene: Scene) -> str:
    """Nothing is lost and the link is wide, but the other end is 0.15 s away, as on the other side of the earth. A
    handshake takes 0.3 s before the first byte may be asked for: why fewer pipes are better on long ways.
    """
    await visit(scene)
    return "The answer is 24 bytes; getting it took two round trips of 0.3 s, and one of them was the handshake."


async def narrow(scene: Scene) -> str:
    """60 kB through a link that carries 100 kB a second. The server doubles what it has on the way each round trip,
    the link does not get any faster, so the rest waits in its queue: the round trip time grows from 0.02 s to many
    times that, and nobody gains anything (bufferbloat).
    """
    await fetch_book(scene, LONG_BOOK_BYTES)
    return (
        "The server sent faster than the link carries, so a queue grew before it, and each segment waited "
        "longer than the one before."
    )


GROUP = Group(
    "Trouble on the way",
    "TCP promises every byte in order over a network that promises nothing. Each of these links is bad in its own way.",
    (
        Scenario(
            "loss-timer",
            "Lost, noticed by the clock",
            loss_by_timer,
            link=Plan(delay=0.01, lost=frozenset({2})),
            view=View.SERVER,
            settings={"tcp_early_retrans": "0"},
        ),
        Scenario(
            "loss-fast",
            "Lost, told by the others",
            loss_told_by_others,
            link=Plan(delay=0.01, lost=frozenset({6})),
            view=View.SERVER,
        ),
        Scenario(
            "reordering",
            "Overtaken on the way",
            overtaken,
            link=Plan(delay=0.005, bandwidth=500_000, late=frozenset({8}), lateness=0.004),
        ),
        Scenario(
            "delay",
            "Far away",
            far_away,
            link=Plan(delay=0.15),
        ),
        Scenario(
            "narrow",
            "A narrow link",
            narrow,
            link=Plan(delay=0.01, bandwidth=100_000),
            view=View.SERVER,
        ),
    ),
)
