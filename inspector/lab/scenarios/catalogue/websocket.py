"""WebSocket scenarios: one connection that stays open, on which either end may send at any time."""

from __future__ import annotations

from websockets.frames import CloseCode, Opcode

from inspector.lab.process.child_process import Child
from inspector.lab.process.ports import LOCALHOST, listen_exactly
from inspector.lab.scenarios.scenario import Group, Scenario
from inspector.lab.scenarios.testbed import Scene
from inspector.lab.scenarios.websocket_peer import converse

CHAT_PORT = 8080
PEOPLE = ("Alice", "Bob", "Carol", "Dave")


async def chat(scene: Scene) -> str:
    """Alice, Bob, Carol and Dave each hold a connection to the server, which keeps a dictionary (its diary) of who is
    behind which file descriptor (token). What Alice says to Bob comes in on her connection and goes out on his; what
    is said to all goes out on the other three. Each connection is upgraded with a single request, and no further
    connection is opened until they leave.
    """
    with listen_exactly(CHAT_PORT) as listener:
        arguments = ("--socket", str(listener.fileno()))
        room = await scene.hire(
            "The chat server", "inspector.lab.demo.chat_server", *arguments, descriptors=(listener.fileno(),)
        )
    people = {name: await enter(scene, room, name, name != "Bob") for name in PEOPLE}
    await say(room, people, "Alice", "Bob", "Hi")
    await say(room, people, "Bob", "Alice", "Hi Alice, how are you?")
    await say(room, people, "Carol", None, "Who would like cake?")
    await say(room, people, "Dave", None, "Me, please!")
    heard = [person.watch("heard", message={"news": "The kettle is on."}) for person in people.values()]
    await room.ask("push", text="The kettle is on.")
    for person, news in zip(people.values(), heard, strict=True):
        await person.within_reason(news)
    for name, person in people.items():
        left = room.watch("left", name=name)
        await person.stop()
        await room.within_reason(left)
    return "Four connections carried the chat: a message to one client was sent once, a message to all three times."


async def enter(scene: Scene, room: Child, name: str, compress: bool) -> Child:
    """Start a chat client; return when the server has let it join."""
    entered = room.watch("joined", name=name)
    flags = ["--compress"] if compress else []
    person = await scene.hire(
        name, "inspector.lab.demo.chat_client", name, f"ws://{LOCALHOST}:{CHAT_PORT}/chat", *flags
    )
    await room.within_reason(entered)
    scene.clients.append(person.ready["client"])
    return person


async def say(room: Child, people: dict[str, Child], speaker: str, listener: str | None, text: str) -> None:
    """Send a message to one user or to all others; return when they have received it."""
    spoken = room.watch("said", speaker=speaker, text=text)
    ears = [people[name] for name in ([listener] if listener else [n for n in people if n != speaker])]
    heard = [(person, person.watch("heard", message={"from": speaker, "say": text})) for person in ears]
    await people[speaker].ask("say", text=text, to=listener)
    await room.within_reason(spoken)
    for person, news in heard:
        await person.within_reason(news)


async def fragments(scene: Scene) -> str:
    """A message may be cut into frames so that its end need not be known when it begins, and so that control frames can
    pass between them (RFC 6455 §5.4): here a ping is sent after the first of three frames of a text, and the pong
    arrives before the last. Both ends have agreed on compression, so the text is decompressed for display (RFC 7692).
    """
    client, server = await converse(scene, await scene.listen(), compress=True)
    verse = "The rain in the lane fell again and again. "
    await client.begin_to_say(verse * 8)
    await client.ping(b"in between")
    await client.go_on(verse * 8)
    await server.hear(Opcode.PING)
    await client.hear(Opcode.PONG)
    await client.go_on("And then it stopped.", is_last=True)
    await server.hear(Opcode.CONT)
    await server.say_binary(bytes(range(256)))
    await client.hear(Opcode.BINARY)
    await server.ping(b"still there?")
    await client.hear(Opcode.PING)
    await server.hear(Opcode.PONG)
    await client.send_close_frame(CloseCode.NORMAL_CLOSURE, "that was all")
    await server.hear(Opcode.CLOSE)
    await client.hear(Opcode.CLOSE)
    await client.end.close()
    await server.end.close()
    return "A message came in three frames, a ping and its pong between them; compressed, it took a tenth of its bytes."


async def close_handshake(scene: Scene) -> str:
    """Four conversations end in four ways. In the first the client sends a close frame with code 1000, the server
    answers with its own, and only then does the server close the connection (RFC 6455 §7.1.2). In the second the
    server closes, code 1001 (going away). The third client just closes its socket: FIN, no close frame, which a
    WebSocket library reports as 1006, a code that is never sent (§7.4.1). The fourth resets the connection.
    """
    listener = await scene.listen()
    for code, reason, leaver in (
        (CloseCode.NORMAL_CLOSURE, "see you tomorrow", "client"),
        (CloseCode.GOING_AWAY, "we are closing", "server"),
    ):
        client, server = await converse(scene, listener)
        await client.say("Hello")
        await server.hear(Opcode.TEXT)
        first, second = (client, server) if leaver == "client" else (server, client)
        await first.send_close_frame(code, reason)
        await second.hear(Opcode.CLOSE)
        await first.hear(Opcode.CLOSE)
        await server.end.close()
        await client.end.receive_rest()
        await client.end.close()
    for is_abrupt in (False, True):
        client, server = await converse(scene, listener)
        await client.say("Hello")
        await server.hear(Opcode.TEXT)
        await (client.end.abort() if is_abrupt else client.end.close())
        await server.end.close()
    return "Two ended with close frames in both directions; the third with FIN only, the fourth with RST."


GROUP = Group(
    "WebSocket",
    "A connection that stays open: after the upgrade either end may send at any time.",
    (
        Scenario("chat", "A chat of four", chat),
        Scenario("fragments", "Fragments and pings", fragments),
        Scenario("close-handshake", "Four ways to close", close_handshake),
    ),
)
