"""Scenarios of how connections are opened, or fail to open."""

from __future__ import annotations

import asyncio
import socket

from inspector.errors import LabError
from inspector.lab.process.lossy_link import Plan
from inspector.lab.scenarios.catalogue.http import PAGE, request, response, visit
from inspector.lab.scenarios.scenario import Group, Scenario, View
from inspector.lab.scenarios.testbed import HTTP_PORT, Scene, kernel_states
from inspector.tcp.flags_and_seq import ACK, SYN

SYN_COUNT = 2
"""How many times the client of the filtered port retransmits its SYN before it gives up; Linux's default is six."""

SYN_SENT = "02"
"""Linux's number for this state (<net/tcp_states.h>)."""


async def refused(scene: Scene) -> str:
    """The client connects to a port on which no program listens. The other machine is reachable and reports that: RST
    in answer to the SYN (RFC 9293 §3.5.2). The client's program gets “Connection refused” after a round trip.
    """
    client = await scene.open()
    try:
        await client.connect(scene.address, HTTP_PORT)
    except LabError as error:
        await client.close()
        return f"The answer was RST at once; the client's kernel reported: {error}."
    raise LabError("A server was listening on a port that should be closed.")


async def filtered(scene: Scene) -> str:
    """A firewall on the way drops packets to this port without an answer. The client cannot tell that from a lost
    packet, so it sends its SYN again, each pause twice as long as the one before, and gives up with “Connection timed
    out”: here after three SYNs, by default after more than two minutes (TCP_SYNCNT, tcp(7)). A refusal is an answer;
    filtering gives none.
    """
    client = await scene.open(options=[(socket.IPPROTO_TCP, socket.TCP_SYNCNT, SYN_COUNT)])
    try:
        await client.connect(scene.address, HTTP_PORT)
    except LabError as error:
        await client.close()
        return f"No answer came, not even a RST; after {SYN_COUNT + 1} SYNs the client's kernel reported: {error}."
    raise LabError("A packet passed the filter.")


async def simultaneous_open(scene: Scene) -> str:
    """Two programs connect to each other at the same moment, each from the port that the other one connects to. The
    SYNs cross, both ends go from SYN-SENT to SYN-RECEIVED, and the result is a single connection that nobody listened
    for (RFC 9293 §3.5, figure 7).
    """
    link = scene.link
    link.hold()
    one = await scene.open()
    own_port = one.port
    other = await scene.open(HTTP_PORT, hand=scene.server)
    scene.clients.pop()
    await one.begin(scene.address, HTTP_PORT)
    await other.begin(scene.address, own_port)
    await scene.until(lambda: kernel_states() == {SYN_SENT}, "both SYNs")
    link.release()
    await one.wait()
    await other.wait()
    await one.send(b"Hello, did you ask or did I?\n")
    await other.send(b"Both of us, and it is one pipe.\n")
    await one.receive_some()
    await other.receive_some()
    await one.finish()
    await other.receive_rest()
    await other.close()
    await one.close()
    return "Two SYNs crossed on the way and made a single connection: neither end was listening."


async def synack_lost(scene: Scene) -> str:
    """The link loses the server's SYN-ACK. The client knows only that no answer has arrived: it stays in SYN-SENT and
    sends its SYN again after a second (RFC 6298). The server, in SYN-RECEIVED, sends its SYN-ACK again as well, and
    with that the handshake continues.
    """
    await visit(scene)
    return "The first SYN-ACK was lost; the handshake took a second longer, and the client's program noticed only that."


async def fast_open(scene: Scene) -> str:
    """TCP Fast Open (RFC 7413) over a link with a delay of 20 ms each way. On the first connection the server sends a
    cookie in its SYN-ACK, and the response arrives after two round trips. On the second the client sends the cookie and
    its request in the SYN; the server's program may read it before the handshake is complete, and the response arrives
    after a single round trip.
    """
    listener = await scene.listen(options=[(socket.IPPROTO_TCP, socket.TCP_FASTOPEN, 16)])
    for _ in range(2):
        client = await scene.open()
        serving = asyncio.create_task(scene.serve(listener, response(PAGE, Connection="close")))
        await client.send_first(scene.address, HTTP_PORT, request("/", Connection="close"))
        await client.receive_rest()
        await client.close()
        await serving
    return (
        "The first connection brought a cookie; on the second, the SYN carried the request, which saved a round trip."
    )


async def ipv6(scene: Scene) -> str:
    """One visit to ::1, the loopback of IPv6: longer addresses and a different IP header, but the same TCP and the same
    HTTP.
    """
    listener = await scene.listen(address="::1")
    client, server = await scene.pair(listener, request("/", Connection="close"), address="::1")
    await server.receive_head()
    await server.send(response(PAGE, Connection="close"))
    await server.close()
    await client.receive_rest()
    await client.close()
    return "The same visit over IPv6: other addresses, the same TCP."


GROUP = Group(
    "Opening",
    "In a handshake, each end sends a SYN and acknowledges the other's; these scenarios show what else can happen.",
    (
        Scenario(
            "refused",
            "Connection refused",
            refused,
        ),
        Scenario(
            "filtered",
            "Filtered: no answer",
            filtered,
            link=Plan(delay=0.005, filtered=frozenset({HTTP_PORT})),
            settings={"tcp_syn_linear_timeouts": "0"},
        ),
        Scenario(
            "simultaneous-open",
            "Simultaneous open",
            simultaneous_open,
            link=Plan(delay=0.005),
        ),
        Scenario(
            "synack-lost",
            "A lost SYN-ACK",
            synack_lost,
            link=Plan(delay=0.01, lost_flags=frozenset({(SYN | ACK, 1)})),
            view=View.SERVER,
        ),
        Scenario(
            "fast-open",
            "TCP Fast Open",
            fast_open,
            link=Plan(delay=0.02),
            settings={"tcp_fastopen": "3"},
        ),
        Scenario(
            "ipv6",
            "A visit over IPv6",
            ipv6,
        ),
    ),
)
