"""`wireglass doctor`: checks what works on this machine."""

from __future__ import annotations

import sys

import click

from inspector.cli.terminal import Screen, printable


@click.command(short_help="Check what works on this machine and how to fix the rest.")
def doctor() -> int:
    """Check what works on this machine, and say how to fix what does not.

    Checks Python, the libraries, other distributions' files among ours, the compiled engine, live capture, private
    networks, capture filters, ports and the folder for recordings. The exit status is 1 if something essential is
    missing.

    \b
    Example:
      wireglass doctor
    """
    from inspector.cli.system_checks import Health, examine

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
