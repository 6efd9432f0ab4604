"""How connections begin, or do not."""

from __future__ import annotations

import socket

from inspector.errors import LabError
from inspector.lab.rough_link import Plan
from inspector.lab.scenarios.plain_http import PAGE, request, response
from inspector.lab.scenarios.scenario import Group, Scenario
from inspector.lab.scenarios.scene import HTTP_PORT, Scene, kernel_states

SYN_COUNT = 2
"""SYNs that the client of the filtered port repeats before it gives up; Linux itself would repeat six."""

SYN_SENT = "02"
"""Linux's number of this state (<net/tcp_states.h>)."""


async def refused(scene: Scene) -> str:
    """The client knocks at a port that nobody has opened. The other machine is there, and says so: RST in answer to
    the SYN (RFC 9293 §3.5.2). The client's program gets “Connection refused” after one round trip.
    """
    client = await scene.open()
    try:
        await client.connect(scene.address, HTTP_PORT)
    except LabError as error:
        await client.close()
        return f"The answer was RST at once; the client's system says: {error}."
    raise LabError("Somebody listened where nobody should.")


async def filtered(scene: Scene) -> str:
    """A firewall on the way drops what goes to this port and says nothing. The client cannot tell that from a lost
    packet, so it sends its SYN again and again, and gives up with “Connection timed out” after seconds. Refused is
    an answer; filtered is silence.
    """
    client = await scene.open(options=[(socket.IPPROTO_TCP, socket.TCP_SYNCNT, SYN_COUNT)])
    try:
        await client.connect(scene.address, HTTP_PORT)
    except LabError as error:
        await client.close()
        return f"No answer came, not even a refusal; after {SYN_COUNT + 1} SYNs the client's system says: {error}."
    raise LabError("Something came through the filter.")


async def simultaneous_open(scene: Scene) -> str:
    """Two programs connect to each other at the same moment, each from the port that the other one asks. The SYNs
    cross, both ends go from SYN-SENT to SYN-RECEIVED, and one connection comes of it that has no server (RFC 9293
    §3.5, figure 7).
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
    return "Two SYNs crossed on the way, and the two ends were one connection: nobody was the server."


async def fast_open(scene: Scene) -> str:
    """TCP Fast Open (RFC 7413): on the first visit the server hands out a cookie; on the second the client sends the
    cookie and its request together in the SYN, and the server's program has the question before the handshake is
    over. One round trip saved.
    """
    listener = await scene.listen(options=[(socket.IPPROTO_TCP, socket.TCP_FASTOPEN, 16)])
    for _ in range(2):
        client = await scene.open()
        await client.send_first(scene.address, HTTP_PORT, request("/", Connection="close"))
        server = await scene.accept(listener)
        await server.receive_head()
        await server.send(response(PAGE, Connection="close"))
        await server.close()
        await client.receive_rest()
        await client.close()
    return "The first visit fetched a cookie; in the second the question travelled in the SYN itself."


async def ipv6(scene: Scene) -> str:
    """One visit to ::1, the loopback of IPv6: larger addresses and another IP header, and above it the same TCP and
    the same HTTP.
    """
    listener = await scene.listen(address="::1")
    client = await scene.open(address="::1")
    await client.connect("::1", HTTP_PORT)
    server = await scene.accept(listener)
    await client.send(request("/", Connection="close"))
    await server.receive_head()
    await server.send(response(PAGE, Connection="close"))
    await server.close()
    await client.receive_rest()
    await client.close()
    return "The same visit over IPv6: other addresses, the same TCP."


GROUP = Group(
    "Beginnings",
    "A handshake is two questions and two answers; here is what else can become of it.",
    (
        Scenario(
            "refused",
            "Nobody listens",
            refused,
        ),
        Scenario(
            "filtered",
            "Nobody answers",
            filtered,
            link=Plan(delay=0.005, filtered=frozenset({HTTP_PORT})),
            settings={"tcp_syn_linear_timeouts": "0"},
        ),
        Scenario(
            "simultaneous-open",
            "Both ask at once",
            simultaneous_open,
            link=Plan(delay=0.005),
        ),
        Scenario(
            "fast-open",
            "Asking in the first packet",
            fast_open,
            settings={"tcp_fastopen": "3"},
        ),
        Scenario(
            "ipv6",
            "The same over IPv6",
            ipv6,
        ),
    ),
)
