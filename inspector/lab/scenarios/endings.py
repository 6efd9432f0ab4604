"""How connections end: in order, at the same time, in anger, by accident."""

from __future__ import annotations

from inspector.lab.rough_link import Plan
from inspector.lab.scenarios.plain_http import PAGE, request, response
from inspector.lab.scenarios.scenario import Group, Scenario
from inspector.lab.scenarios.scene import Scene, kernel_states

FIN_WAIT_1, LISTEN = "04", "0A"
"""Linux's numbers of these states (<net/tcp_states.h>)."""


async def abort(scene: Scene) -> str:
    """The client does not say FIN but RST: the connection is gone at once, at both ends, without TIME-WAIT. Programs
    do so on purpose (SO_LINGER with no time), and kernels when a program closes with bytes still unread.
    """
    client, server = await scene.pair(await scene.listen())
    await client.send(request("/"))
    await server.receive_head()
    await server.send(response(PAGE))
    await client.receive_some()
    await client.abort()
    await server.close()
    return "The client closed with RST: whatever was still on the way was thrown away, and nobody waits in TIME-WAIT."


async def server_crash(scene: Scene) -> str:
    """The server's process is killed while it sends. The kernel closes the socket of a dead process in good order, so
    the wire shows an ordinary FIN. Only who counts the bytes notices: the body is shorter than Content-Length said
    (RFC 9112 §8).
    """
    client, server = await scene.pair(await scene.listen())
    await client.send(request("/book"))
    await server.receive_head()
    promised, sent = response(PAGE * 40), 400
    await server.send(promised[:sent])
    await client.receive(sent)
    await scene.server.kill()
    await client.receive_rest()
    await client.close()
    return (
        f"The server was killed after {sent} of {len(promised)} bytes. Its kernel said FIN for it: the wire looks "
        "polite, the body is cut off."
    )


async def half_close(scene: Scene) -> str:
    """A connection is two one-way streams. The client closes its own with FIN after its last line, and the server, now
    in CLOSE-WAIT, answers through the other for as long as it likes. The client waits in FIN-WAIT-2.
    """
    client, server = await scene.pair(await scene.listen())
    await client.send(b"pear\napple\nfig\n")
    await client.finish()
    await server.receive_rest()
    for line in (b"apple\n", b"fig\n", b"pear\n"):
        await server.send(line)
        await client.receive(len(line))
    await server.close()
    await client.receive_rest()
    await client.close()
    return "The client had said all it had to say, and went on listening: the sorted list came through the other half."


async def simultaneous_close(scene: Scene) -> str:
    """Both ends send FIN before they hear the other's. Each gets a FIN when it had expected an acknowledgment: the
    state CLOSING, which is seldom seen. Both then wait in TIME-WAIT (RFC 9293 §3.6, figure 13).
    """
    client, server = await scene.pair(await scene.listen())
    await client.send(b"I have to go.\n")
    await server.receive_some()
    scene.link.hold()
    await client.close()
    await server.close()
    await scene.until(lambda: kernel_states() <= {FIN_WAIT_1, LISTEN}, "both FINs")
    scene.link.release()
    return "Both FINs crossed on the way: both ends went through CLOSING, and both wait in TIME-WAIT."


async def time_wait(scene: Scene) -> str:
    """The server closes first, so it must remember the old connection for a minute, in case late packets come. The
    client connects again from the same port meanwhile: both sockets are the same as before. It is let in because
    its sequence numbers and timestamps lie beyond the old ones (RFC 6191).
    """
    listener = await scene.listen()
    client_port = None
    for _ in range(2):
        client = await scene.connect(own_port=client_port)
        server = await scene.accept(listener)
        client_port = client.port
        await client.send(request("/", Connection="close"))
        await server.receive_head()
        await server.send(response(PAGE, Connection="close"))
        await server.close()
        await client.receive_rest()
        await client.close()
    return (
        f"The client came again from port {client_port} while the server still kept the old pipe in TIME-WAIT; the new "
        "SYN's sequence number lay beyond the old ones, so it was let in."
    )


GROUP = Group(
    "Endings",
    "Each end closes for itself, so there are many ways to part.",
    (
        Scenario(
            "abort",
            "Closing with RST",
            abort,
        ),
        Scenario(
            "server-crash",
            "A server dies in mid-answer",
            server_crash,
        ),
        Scenario(
            "half-close",
            "Done talking, still listening",
            half_close,
        ),
        Scenario(
            "simultaneous-close",
            "Both close at once",
            simultaneous_close,
            link=Plan(delay=0.005),
        ),
        Scenario(
            "time-wait",
            "TIME-WAIT, port used again",
            time_wait,
        ),
    ),
)
