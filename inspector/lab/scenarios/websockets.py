"""WebSocket: one pipe that stays, on which either end may speak at any time."""

from __future__ import annotations

from websockets.frames import CloseCode, Opcode

from inspector.lab.child import Child
from inspector.lab.ports import LOOPBACK, listen_exactly
from inspector.lab.scenarios.scenario import Group, Scenario
from inspector.lab.scenarios.scene import Scene
from inspector.lab.scenarios.talker import converse

CHAT_PORT = 8080
PEOPLE = ("Alice", "Bob", "Carol", "Dave")


async def chat(scene: Scene) -> str:
    """Alice, Bob, Carol and Dave each hold one pipe to the server, which writes down in its diary who is behind which
    token. What one says to another goes in through one pipe and out through another; what is said to all goes out
    through the other three. Nobody asks for anything twice, and no new pipe is built until they leave.
    """
    with listen_exactly(CHAT_PORT) as listener:
        arguments = ("--socket", str(listener.fileno()))
        room = await scene.hire("The chat server", "inspector.lab.chat", *arguments, descriptors=(listener.fileno(),))
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
    return "Four pipes carried all of it: what was said to one went out once, what was said to all three times."


async def enter(scene: Scene, room: Child, name: str, compress: bool) -> Child:
    """Somebody comes in."""
    entered = room.watch("joined", name=name)
    flags = ["--compress"] if compress else []
    person = await scene.hire(name, "inspector.lab.person", name, f"ws://{LOOPBACK}:{CHAT_PORT}/chat", *flags)
    await room.within_reason(entered)
    scene.clients.append(person.ready["client"])
    return person


async def say(room: Child, people: dict[str, Child], speaker: str, listener: str | None, text: str) -> None:
    """One says something, to one or to all; returns when they have heard it."""
    said = room.watch("said", speaker=speaker, text=text)
    ears = [people[name] for name in ([listener] if listener else [n for n in people if n != speaker])]
    heard = [(person, person.watch("heard", message={"from": speaker, "say": text})) for person in ears]
    await people[speaker].ask("say", text=text, to=listener)
    await room.within_reason(said)
    for person, news in heard:
        await person.within_reason(news)


async def fragments(scene: Scene) -> str:
    """A message may be cut into frames so that its end need not be known when it begins, and so that short control
    frames can pass between them: here a ping overtakes the rest of a long text, and is answered before that is over
    (RFC 6455 §5.4). Both ends have agreed on compression, so the text is inflated to be read (RFC 7692).
    """
    client, server = await converse(scene, await scene.listen(), compress=True)
    verse = "The rain in the lane fell again and again. "
    await client.say_in_parts(verse * 8, verse * 8, "And then it stopped.", ping_behind_first=True)
    await server.hear(Opcode.CONT)
    await client.hear(Opcode.PONG)
    await server.say_binary(bytes(range(256)))
    await client.hear(Opcode.BINARY)
    await server.ping(b"still there?")
    await client.hear(Opcode.PING)
    await server.hear(Opcode.PONG)
    await client.goodbye(CloseCode.NORMAL_CLOSURE, "that was all")
    await server.hear(Opcode.CLOSE)
    await client.hear(Opcode.CLOSE)
    await client.end.close()
    await server.end.close()
    return "One message came in three frames with a ping between them; compressed, it took a fraction of its letters."


async def close_handshake(scene: Scene) -> str:
    """Four conversations end in four ways. The first says goodbye with a close frame, is answered, and only then is the
    pipe taken down (RFC 6455 §7.1.2). In the second the server leaves, code 1001. The third client just closes its
    socket: a FIN, no goodbye, and a program sees code 1006, which nobody ever sent. The fourth breaks off with RST.
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
        await first.goodbye(code, reason)
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
    return "Two said goodbye and were answered; one left without a word, one slammed the door."


GROUP = Group(
    "WebSocket",
    "One pipe that stays: after the upgrade either end may speak at any time.",
    (
        Scenario("chat", "A chat of four", chat),
        Scenario("fragments", "In pieces, with pings", fragments),
        Scenario("close-handshake", "Goodbye, or not", close_handshake),
    ),
)
