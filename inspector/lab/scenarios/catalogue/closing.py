"""Scenarios of how connections end: in order, simultaneously, by reset, or by accident."""

from __future__ import annotations

from inspector.errors import LabError
from inspector.lab.process.lossy_link import Plan
from inspector.lab.scenarios.catalogue.http import PAGE, request, response, visit
from inspector.lab.scenarios.scenario import Group, Scenario, View
from inspector.lab.scenarios.testbed import Scene, kernel_states
from inspector.tcp.flags_and_seq import ACK, FIN

FIN_WAIT_1, LISTEN = "04", "0A"
"""Linux's numbers for these states (<net/tcp_states.h>)."""


async def abort(scene: Scene) -> str:
    """The client closes with RST instead of FIN: the connection is closed at once, at both ends, without TIME-WAIT.
    Programs do so on purpose (SO_LINGER with a time of 0), and kernels when a program closes with bytes still unread.
    """
    client, server = await scene.pair(await scene.listen(), request("/"))
    await server.receive_head()
    await server.send(response(PAGE))
    await client.receive_some()
    await client.abort()
    await server.close()
    return "The client closed with RST: no FIN was sent, and neither end waits in TIME-WAIT."


async def server_crash(scene: Scene) -> str:
    """The server's process is killed in the middle of a response. The kernel closes a dead process's sockets as close()
    would: with FIN here, since everything received had been read; with RST if bytes were still unread (RFC 2525 §2.17).
    The FIN looks like any other. Only the length shows that something is missing: the body is shorter than its
    Content-Length (RFC 9112 §8).
    """
    client, server = await scene.pair(await scene.listen(), request("/book"))
    await server.receive_head()
    promised, sent = response(PAGE * 40), 400
    await server.send(promised[:sent])
    await client.receive(sent)
    await scene.server.kill()
    await client.receive_rest()
    await client.close()
    return (
        f"The server was killed after {sent} of {len(promised)} bytes. Its kernel sent FIN for it, as for any close; "
        "the body is truncated."
    )


async def half_close(scene: Scene) -> str:
    """A connection is two streams, one in each direction. The client closes its own with FIN after its last line, and
    the server, now in CLOSE-WAIT, may send on the other for as long as it likes. The client waits in FIN-WAIT-2.
    """
    client, server = await scene.pair(await scene.listen(), b"pear\napple\nfig\n")
    await client.finish()
    await server.receive_rest()
    for line in (b"apple\n", b"fig\n", b"pear\n"):
        await server.send(line)
        await client.receive(len(line))
    await server.close()
    await client.receive_rest()
    await client.close()
    return "The client had sent FIN and went on receiving: the sorted list, in three segments, came after it."


async def simultaneous_close(scene: Scene) -> str:
    """Each end sends FIN before it receives the other's. Each then receives a FIN while it waits for the acknowledgment
    of its own: the state CLOSING, which is rare. After that acknowledgment both wait in TIME-WAIT (RFC 9293 §3.6,
    figure 13).
    """
    client, server = await scene.pair(await scene.listen(), b"I have to go.\n")
    await server.receive_some()
    scene.link.hold()
    await client.close()
    await server.close()
    await scene.until(lambda: kernel_states() <= {FIN_WAIT_1, LISTEN}, "both FINs")
    scene.link.release()
    return "Both FINs crossed on the way: both ends went through CLOSING, and both wait in TIME-WAIT."


async def fin_lost(scene: Scene) -> str:
    """The server sends its response and closes, and the link loses its FIN. What was sent has not necessarily arrived:
    the server is in FIN-WAIT-1, the client has the response and is still ESTABLISHED. A FIN takes a sequence number, so
    it is acknowledged like data and, when no ACK comes, retransmitted (RFC 9293 §3.4): then the client closes as well.
    """
    await visit(scene)
    return "The first FIN was lost: until the server had sent it again, the client's connection was open."


async def half_open(scene: Scene) -> str:
    """The server's machine loses power in the middle of a connection: it sends nothing, neither FIN nor RST, and has
    forgotten everything when it comes back. The client's end stays ESTABLISHED: a half-open connection. Only its next
    request reveals that: the answer is RST, since the server has no such connection any more (RFC 9293 §3.5.1, figure
    10). In the lab the server's kernel is made to drop the connection without sending anything (TCP_REPAIR, tcp(7)).
    """
    client, server = await scene.pair(await scene.listen(), request("/"))
    await server.receive_head()
    await server.send(response(PAGE))
    await client.receive(len(response(PAGE)))
    await server.forget()
    await client.send(request("/menu"))
    try:
        await client.receive_some()
    except LabError as error:
        await client.close()
        return f"The second request was answered with RST; the client's kernel reported: {error}."
    raise LabError("No RST came: the server still has the connection.")


async def time_wait(scene: Scene) -> str:
    """The server closes first, so its kernel remembers the connection in TIME-WAIT (on Linux for 60 s): its last ACK
    may be lost, and then the client sends its FIN again; and a late packet must not be taken for a new connection's
    (RFC 9293 §3.6). Meanwhile the client connects again from the same port, so both addresses and both ports are the
    same. Its SYN is accepted: its timestamp is later than the last one, or else its sequence number is higher (RFC
    6191).
    """
    listener = await scene.listen()
    client_port = None
    for _ in range(2):
        client, server = await scene.pair(listener, request("/", Connection="close"), own_port=client_port)
        client_port = client.port
        await server.receive_head()
        await server.send(response(PAGE, Connection="close"))
        await server.close()
        await client.receive_rest()
        await client.close()
    return (
        f"The client connected again from port {client_port} while the server's kernel still had the first connection "
        "in TIME-WAIT, and its SYN was accepted."
    )


GROUP = Group(
    "Closing",
    "Each end closes its own direction, so a connection can end in many ways.",
    (
        Scenario(
            "abort",
            "Abort with RST",
            abort,
        ),
        Scenario(
            "server-crash",
            "The server crashes in mid-response",
            server_crash,
        ),
        Scenario(
            "half-close",
            "Half-close",
            half_close,
        ),
        Scenario(
            "simultaneous-close",
            "Simultaneous close",
            simultaneous_close,
            link=Plan(delay=0.005),
        ),
        Scenario(
            "fin-lost",
            "A lost FIN",
            fin_lost,
            link=Plan(delay=0.01, lost_flags=frozenset({(FIN | ACK, 1)})),
            view=View.SERVER,
        ),
        Scenario(
            "half-open",
            "Half-open connection",
            half_open,
        ),
        Scenario(
            "time-wait",
            "TIME-WAIT and a reused port",
            time_wait,
        ),
    ),
)
