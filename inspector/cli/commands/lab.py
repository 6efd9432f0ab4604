"""`wireglass lab list|run`: the situations of a TCP life, brought about on demand."""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import click

from inspector.cli.shared_options import say_where
from inspector.cli.terminal import Screen, printable
from inspector.errors import LabError

if TYPE_CHECKING:
    from inspector.lab.scenarios import Scenario

WIDEST = 100
"""Letters of a line of prose."""

STORY_LINES = 40
"""Events that are told at once; of a longer story the rest is left to `wireglass events`."""


@click.group(short_help="Bring about a situation, and capture it.")
def lab() -> None:
    """The situations of a TCP life, each brought about by real processes and the kernel's own TCP.

    Each runs in a private network (Linux; no rights needed) and is captured there.
    """


@lab.command(name="list", short_help="What there is.")
def list_() -> None:
    """Every scenario with its name, and the words in which they are told."""
    from inspector.lab.glossary import PRIMER
    from inspector.lab.scenarios import GROUPS

    screen = Screen.of(sys.stdout)
    for word, meaning in PRIMER.items():
        click.echo(_prose(f"{word}: {meaning}", screen).replace(word, screen.paint(word, "bold"), 1))
    click.echo()
    widest = max(len(scenario.name) for group in GROUPS for scenario in group.scenarios)
    for group in GROUPS:
        click.echo(
            _prose(f"{group.title}: {group.about}", screen).replace(group.title, screen.paint(group.title, "bold"), 1)
        )
        for scenario in group.scenarios:
            click.echo(f"  {screen.paint(scenario.name.ljust(widest), 'cyan')}  {scenario.title}")
        click.echo()
    click.echo("wireglass lab run NAME brings one about and tells what happened.")


@lab.command(short_help="Bring one about, and tell what happened.")
@click.argument("name")
@click.option("--record", "recording", type=click.Path(path_type=str), metavar="OUT", help="Where to keep the packets.")
def run(name: str, recording: str | None) -> None:
    """Bring about the scenario NAME (`wireglass lab list` shows them) and tell what happened on the wire.

    The packets are kept in a pcapng file, named at the end.
    """
    from inspector.lab.scenarios.runner import play
    from inspector.live.recording_paths import new_recording

    scenario = _scenario(name)
    spool = new_recording(name, recording)
    screen = Screen.of(sys.stdout)
    click.echo(screen.paint(scenario.title, "bold"))
    click.echo(_prose(scenario.about, screen))
    sys.stdout.flush()
    done = play(name, spool)
    click.echo()
    _tell_story(spool)
    click.echo()
    click.echo(_prose(done["result"], screen))
    say_where(Path(spool))


COMMANDS = [lab]


def _scenario(name: str) -> Scenario:
    """The scenario of this name; LabError with the names that are close otherwise."""
    import difflib

    from inspector.lab.scenarios import SCENARIOS

    if name in SCENARIOS:
        return SCENARIOS[name]
    close = difflib.get_close_matches(name, SCENARIOS, 3, 0.5)
    hint = f" Did you mean {' or '.join(close)}?" if close else ""
    raise LabError(f"There is no scenario {name!r}.{hint} wireglass lab list shows all of them.")


def _prose(text: str, screen: Screen) -> str:
    return textwrap.fill(text, min(screen.width or WIDEST, WIDEST))


def _tell_story(spool: Path) -> None:
    """What happened, a line an event."""
    import inspector
    from inspector.views.story import events, sentence

    with inspector.open(spool) as capture:
        story = events(capture)
        for i in range(min(len(story), STORY_LINES)):
            seconds = (int(story["time_ns"][i]) - int(capture.packets["time_ns"][0])) / 1e9
            click.echo(f"{seconds:9.6f}  #{int(story['connection'][i])}  {printable(sentence(capture, story, i))}")
    if len(story) > STORY_LINES:
        click.echo(f"… and {len(story) - STORY_LINES} more: wireglass events {spool}")
