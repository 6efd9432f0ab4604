"""A child process driven by JSON lines, with small programs as children."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable

import pytest

from inspector.errors import LabError
from inspector.lab.process import child_process as child_module
from inspector.lab.process import launch
from inspector.lab.process.child_process import Child
from inspector.lab.process.json_lines import Message

PARROT = """
from inspector.errors import LabError
from inspector.lab.process.json_lines import report, run_commands_blocking
def do(command):
    match command["do"]:
        case "repeat":
            report("heard", words=command["words"])
            return {"words": command["words"]}
        case "die":
            raise SystemExit(3)
        case _:
            raise LabError("Parrots only repeat.")
report("ready", kind="parrot")
run_commands_blocking(do)
"""
STUBBORN = """
import signal
from inspector.lab.process.json_lines import report
signal.signal(signal.SIGTERM, signal.SIG_IGN)
report("ready")
while True:
    signal.pause()
"""
SILENT = "import sys; sys.stdin.read()"
REFUSING = 'from inspector.lab.process.json_lines import report; report("error", message="Not today.")'
BROKEN = "raise SystemExit(1)"

Play = Callable[[Child], Awaitable[None]]


@pytest.fixture(autouse=True)
def run_source(monkeypatch: pytest.MonkeyPatch) -> None:
    """Children run the source text given in place of a module's name."""
    monkeypatch.setattr(launch, "command", lambda source, *_: [sys.executable, "-c", source])


def with_child(source: str, play: Play, heard: Callable[[Message], None] | None = None) -> None:
    """Run a play with the child."""

    async def run() -> None:
        child = await Child.start("The parrot", source, heard=heard)
        try:
            await play(child)
        finally:
            await child.stop()

    asyncio.run(run())


def test_it_answers_what_it_is_asked() -> None:
    async def play(parrot: Child) -> None:
        assert parrot.ready["kind"] == "parrot"
        both = await asyncio.gather(parrot.ask("repeat", words="one"), parrot.ask("repeat", words="two"))
        assert both == [{"words": "one"}, {"words": "two"}]

    with_child(PARROT, play)


def test_a_failure_is_raised_in_its_own_words() -> None:
    async def play(parrot: Child) -> None:
        with pytest.raises(LabError, match="Parrots only repeat"):
            await parrot.ask("sing")

    with_child(PARROT, play)


def test_a_watched_event_is_the_one_with_the_wanted_facts() -> None:
    async def play(parrot: Child) -> None:
        second = parrot.watch("heard", words="two")
        await parrot.ask("repeat", words="one")
        assert not second.done()
        await parrot.ask("repeat", words="two")
        assert (await parrot.within_reason(second))["words"] == "two"

    with_child(PARROT, play)


def test_every_event_reaches_the_one_who_listens() -> None:
    events: list[Message] = []

    async def play(parrot: Child) -> None:
        await parrot.ask("repeat", words="one")

    with_child(PARROT, play, events.append)
    assert events == [{"event": "ready", "kind": "parrot"}, {"event": "heard", "words": "one"}]


def test_a_death_fails_everything_that_waits_and_all_that_comes_after() -> None:
    events: list[Message] = []

    async def play(parrot: Child) -> None:
        watched = parrot.watch("heard")
        for _ in range(2):
            with pytest.raises(LabError, match="The parrot has ended"):
                await parrot.ask("die")
        with pytest.raises(LabError, match="The parrot has ended"):
            await watched
        assert parrot.has_ended

    with_child(PARROT, play, events.append)
    why = "The parrot ended by itself: it ended with status 3."
    assert events[-1] == {"event": "error", "message": why, "ended": True}


@pytest.mark.parametrize(
    ("source", "seconds", "reason"),
    [
        pytest.param(REFUSING, 30.0, "Not today", id="a child that says why it can't"),
        pytest.param(BROKEN, 30.0, "The parrot has ended", id="a child that ends at once"),
        pytest.param(SILENT, 0.1, "did not answer within", id="a child that says nothing"),
    ],
)
def test_a_child_that_does_not_get_ready_is_an_error(
    source: str, seconds: float, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child_module, "ANSWER_SECONDS", seconds)

    async def play(_: Child) -> None:
        raise AssertionError("it never gets here")

    with pytest.raises(LabError, match=reason):
        with_child(source, play)


def test_one_that_ignores_its_end_and_the_request_to_go_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child_module, "GOODBYE_SECONDS", 0.1)

    async def play(child: Child) -> None:
        await child.stop()
        assert child.has_ended

    with_child(STUBBORN, play)


def test_stopping_twice_is_stopping_once() -> None:
    async def play(parrot: Child) -> None:
        await parrot.stop()

    with_child(PARROT, play)


def test_descriptors_are_handed_on_under_their_numbers() -> None:
    reading, writing = os.pipe()
    os.write(writing, b"hello")
    source = f"""
import os
from inspector.lab.process.json_lines import report
report("ready", text=os.read({reading}, 5).decode())
"""

    async def run() -> None:
        child = await Child.start("The reader", source, descriptors=(reading,))
        assert child.ready["text"] == "hello"
        await child.stop()

    asyncio.run(run())
    os.close(reading)
    os.close(writing)
