"""How a display filter on the command line is read, and the message about one that cannot be read."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any

import click

from inspector.cli.terminal import printable

if TYPE_CHECKING:
    from inspector.query.language.errors import FilterError


def check_filter(name: str, text: str | None) -> None:
    """Raise click.UsageError, which marks what is wrong, if a filter cannot be read for the table `name`."""
    if text is None:
        return
    from inspector.query.display_filter import check
    from inspector.query.language.errors import FilterError

    try:
        check(name, text)
    except FilterError as error:
        raise WrongFilter(error, text) from error


def say_reading(name: str, text: str | None) -> None:
    """Print how a filter is read, if it has words that do not say so themselves."""
    from inspector.query.display_filter import reading

    if text is not None and (said := reading(name, text)):
        click.echo(f"filter: {printable(said)}", err=True)


class WrongFilter(click.UsageError):
    """A display filter that cannot be read: shown with a caret below the character at which it is wrong."""

    def __init__(self, error: FilterError, text: str) -> None:
        super().__init__(error.sentence)
        self._marked = error.marked(text)

    def show(self, file: IO[Any] | None = None) -> None:
        for line in self._marked.splitlines():
            click.echo(f"  {printable(line)}", file=file, err=True)
        click.echo(f"Error: {printable(self.message)}", file=file, err=True)
