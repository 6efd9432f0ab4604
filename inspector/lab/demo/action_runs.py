"""Runs the demo's actions. Each returns only when everything that its result describes has happened."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from inspector.errors import LabError
from inspector.lab.demo.running_processes import DemoProcesses
from inspector.lab.process.child_process import Child
from inspector.lab.process.json_lines import Message

COMPRESSES = {"Alice": True, "Bob": False}
"""Whether each user offers permessage-deflate: one does, so that both compressed and uncompressed frames appear."""

NEWS = ("The kettle is on.", "There is fresh cake at the counter.", "It has stopped raining.", "We close in an hour.")

PAGE = {"method": "GET", "target": "/"}
STYLE = {"method": "GET", "target": "/style.css"}
MENU = {"method": "GET", "target": "/menu"}
ORDER = {"method": "POST", "target": "/orders", "body": json.dumps({"name": "Alice", "drink": "flat white"})}


@dataclass(frozen=True)
class Outcome:
    """The result of an action: a sentence or two, and the client addresses ("ip:port") whose packets show it."""

    text: str
    clients: list[str] = field(default_factory=list)


async def get(processes: DemoProcesses) -> Outcome:
    """Send one request on one connection."""
    client, (response,) = await visit(processes, PAGE)
    return Outcome(
        f"The response to GET / was {status(response)}, {response['bytes']} bytes. The connection is closed again.",
        [client],
    )


async def post(processes: DemoProcesses) -> Outcome:
    """Send one request with content."""
    client, (response,) = await visit(processes, ORDER)
    if response["status"] != 201:
        raise LabError(f"The response to the order was {status(response)}: {response['body'].strip()}")
    words = json.loads(response["body"])["message"]
    return Outcome(
        f'The response to POST /orders was {status(response)}: "{words}" The connection is closed again.', [client]
    )


async def refresh_twice(processes: DemoProcesses) -> Outcome:
    """Send the same request twice, on two connections."""
    clients = [(await visit(processes, PAGE))[0] for _ in range(2)]
    ports = " and ".join(client.rpartition(":")[2] for client in clients)
    return Outcome(f"The page was fetched twice, on two connections with the client ports {ports}.", clients)


async def keep_alive(processes: DemoProcesses) -> Outcome:
    """Send three requests on one connection."""
    client, responses = await visit(processes, PAGE, STYLE, MENU)
    return Outcome(f"{len(responses)} requests were answered on one connection; then the client closed it.", [client])


async def join(processes: DemoProcesses) -> Outcome:
    """Make Alice and Bob join the chat."""
    arrived = await gather_people(processes)
    who = await registry_text(processes)
    if not arrived:
        return Outcome(f"Alice and Bob are here already. {who}", clients_of(processes))
    return Outcome(f"{' and '.join(arrived)} joined. {who}", clients_of(processes))


async def alice_says_hi(processes: DemoProcesses) -> Outcome:
    """Send a message from Alice to Bob."""
    return await say(processes, "Alice", "Bob", "Hi")


async def bob_answers(processes: DemoProcesses) -> Outcome:
    """Send a message from Bob to Alice."""
    return await say(processes, "Bob", "Alice", "Hi Alice, how are you?")


async def server_push(processes: DemoProcesses) -> Outcome:
    """Make the server push news to everybody in the chat."""
    if not (await processes.chat_server.ask("registry"))["registry"]:
        await gather_people(processes)
    news = NEWS[processes.news_told % len(NEWS)]
    processes.news_told += 1
    heard = [(person, person.watch("heard", message={"news": news})) for person in processes.chat_clients.values()]
    reached = (await processes.chat_server.ask("push", text=news))["reached"]
    for person, future in heard:
        await person.within_reason(future)
    return Outcome(f'The server pushed to {" and ".join(reached)}: "{news}"', clients_of(processes))


async def leave(processes: DemoProcesses) -> Outcome:
    """Make Alice and Bob leave the chat."""
    gone, clients = list(processes.chat_clients), clients_of(processes)
    if not gone:
        return Outcome("Neither Alice nor Bob was in the chat.")
    for name in gone:
        removed = processes.chat_server.watch("left", name=name)
        await processes.stop_chat_client(name)
        await processes.chat_server.within_reason(removed)
    return Outcome(
        f"{' and '.join(gone)} sent close frames; the connections are closed. {await registry_text(processes)}", clients
    )


ACTS: dict[str, Callable[[DemoProcesses], Awaitable[Outcome]]] = {
    act.__name__: act
    for act in (get, post, refresh_twice, keep_alive, join, alice_says_hi, bob_answers, server_push, leave)
}
"""The functions that run the actions, by the action's name in `action_list.ACTIONS`."""


async def visit(processes: DemoProcesses, *requests: Message) -> tuple[str, list[Message]]:
    """Send all requests on one connection; return the client's address and the responses."""
    done = await processes.http_client.ask("visit", requests=list(requests))
    return done["client"], done["responses"]


def status(response: Message) -> str:
    """The status code and reason phrase of a response, such as "200 OK"."""
    return f"{response['status']} {response['reason']}"


async def gather_people(processes: DemoProcesses) -> list[str]:
    """Make those of Alice and Bob join whose name neither a process nor a browser tab has; return their names."""
    here = set((await processes.chat_server.ask("registry"))["registry"].values())
    missing = [name for name in COMPRESSES if name not in here]
    for name in missing:
        told = [(p, p.watch("heard", message={"joined": name})) for p in processes.chat_clients.values()]
        await processes.start_chat_client(name, COMPRESSES[name])
        for person, future in told:
            await person.within_reason(future)
    return missing


async def say(processes: DemoProcesses, speaker: str, listener: str, text: str) -> Outcome:
    """Send a message from one user to the other, who may also be in a browser tab."""
    await gather_people(processes)
    mouth = person_or_error(processes, speaker)
    was_said = processes.chat_server.watch("said", speaker=speaker, text=text, reached=[listener])
    ear = processes.chat_clients.get(listener)
    heard = ear.watch("heard", message={"from": speaker, "say": text}) if ear else None
    await mouth.ask("say", text=text, to=listener)
    await processes.chat_server.within_reason(was_said)
    if ear and heard:
        await ear.within_reason(heard)
    fds = {name: fd for fd, name in (await processes.chat_server.ask("registry"))["registry"].items()}
    way = (
        f"It came in on descriptor {fds[speaker]}; in the registry {listener} is descriptor {fds[listener]}; "
        "the message went out there."
    )
    return Outcome(f'{speaker} said "{text}". {way}', clients_of(processes))


def person_or_error(processes: DemoProcesses, name: str) -> Child:
    """The process of this user.

    Raises:
        LabError: the name is taken by a browser tab.
    """
    person = processes.chat_clients.get(name)
    if person is None:
        raise LabError(f"{name} is connected from a browser tab: write there, or close the tab and press again.")
    return person


def clients_of(processes: DemoProcesses) -> list[str]:
    """The client addresses of those of Alice and Bob who run as processes."""
    return [person.ready["client"] for person in processes.chat_clients.values()]


async def registry_text(processes: DemoProcesses) -> str:
    """The server's registry, as a sentence."""
    registry = (await processes.chat_server.ask("registry"))["registry"]
    if not registry:
        return "The server's registry is empty."
    lines = ", ".join(f"descriptor {fd} is {name}" for fd, name in registry.items())
    return f"The server's registry: {lines}."
