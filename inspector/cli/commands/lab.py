"""`wireglass lab list|run`: TCP scenarios, run and captured on demand."""

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
"""Maximum width of a line of prose, in characters."""

STORY_LINES = 40
"""Maximum number of events printed after a run; `wireglass events` prints the rest of a longer story."""


@click.group(short_help="Run and capture TCP scenarios: loss, refused port, crash, …")
def lab() -> None:
    """Run and capture TCP scenarios: a refused port, a lost packet, a zero window, a crashing server, and more.

    The endpoints are real processes, and TCP is the kernel's own. Each scenario runs in a private network namespace
    (Linux; needs no privileges) and is captured there.

    \b
    Examples:
      wireglass lab list
      wireglass lab run refused
    """


@lab.command(name="list", short_help="List the scenarios.")
def list_() -> None:
    """List all scenarios by group, after a short glossary of the words that they use.

    \b
    Example:
      wireglass lab list
    """
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
    click.echo("wireglass lab run NAME runs a scenario and reports what happened.")


def _names(_ctx: click.Context, _argument: click.Parameter, begun: str) -> list[str]:
    from inspector.lab.scenarios import SCENARIOS

    return [name for name in SCENARIOS if name.startswith(begun)]


@lab.command(short_help="Run a scenario and report the result.")
@click.argument("name", shell_complete=_names)
@click.option("--record", "recording", type=click.Path(path_type=str), metavar="OUT", help="Save the packets here.")
def run(name: str, recording: str | None) -> None:
    """Run the scenario NAME (see `wireglass lab list`) and report what happened on the wire.

    The packets are saved to a pcapng file, whose path is printed at the end.

    \b
    Example:
      wireglass lab run zero-window --record zero-window.pcapng
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


def _scenario(name: str) -> Scenario:
    """The scenario with this name.

    Raises:
        LabError: there is no such scenario; the message suggests similar names.
    """
    import difflib

    from inspector.lab.scenarios import SCENARIOS

    if name in SCENARIOS:
        return SCENARIOS[name]
    close = difflib.get_close_matches(name, SCENARIOS, 3, 0.5)
    hint = f" Did you mean {' or '.join(close)}?" if close else ""
    raise LabError(f"There is no scenario {name!r}.{hint} `wireglass lab list` shows all of them.")


def _prose(text: str, screen: Screen) -> str:
    return textwrap.fill(text, min(screen.width or WIDEST, WIDEST))


def _tell_story(spool: Path) -> None:
    """Print the story of a recording, one event per line."""
    import inspector
    from inspector.views.story import events, sentence

    with inspector.open(spool) as capture:
        story = events(capture)
        for i in range(min(len(story), STORY_LINES)):
            seconds = (int(story["time_ns"][i]) - int(capture.packets["time_ns"][0])) / 1e9
            click.echo(f"{seconds:9.6f}  #{int(story['connection'][i])}  {printable(sentence(capture, story, i))}")
    if len(story) > STORY_LINES:
        click.echo(f"… and {len(story) - STORY_LINES} more: wireglass events {spool}")
