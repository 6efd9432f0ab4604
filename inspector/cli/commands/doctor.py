"""`wireglass doctor`: what works here."""

from __future__ import annotations

import sys

import click

from inspector.cli.terminal import Screen, printable


@click.command(short_help="What works on this machine, and what to do about the rest.")
def doctor() -> int:
    """What works on this machine, and what to do about what does not.

    Exit status 1 when something is missing that the main job cannot do without.
    """
    from inspector.cli.doctor import Health, examine

    marks = {Health.FINE: ("✓", "green"), Health.LESS: ("!", "yellow"), Health.BROKEN: ("✗", "red")}
    screen = Screen.of(sys.stdout)
    is_broken = False
    for finding in examine():
        mark, style = marks[finding.health]
        click.echo(f"{screen.paint(mark, style)} {finding.about:<16} {printable(finding.found)}")
        if finding.remedy:
            click.echo(f"  {'':<16} {screen.paint(printable(finding.remedy), 'bold')}")
        is_broken |= finding.health is Health.BROKEN
    return int(is_broken)


COMMANDS = [doctor]
