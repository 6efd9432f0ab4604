"""Generates the man page from the commands' own help: `python docs/man_page.py` (`make docs`)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from inspect import cleandoc
from pathlib import Path

import click

from inspector.cli.main import cli

PAGE = Path(__file__).resolve().parent / "man" / "wireglass.1"

EXIT_STATUS = """0 for success; 1 for a failure, explained on standard error, or if `expect` does not find what it
expects; 2 for an invalid command line; 130 if interrupted by Ctrl-C, except that Ctrl-C and SIGTERM end a capture or a
dashboard with 0; 141 if the reader of the output closed the pipe. `run` passes on the exit status of its command."""


def page() -> str:
    """The man page, in troff with the man macros."""
    top = click.Context(cli, info_name="wireglass")
    title, *description = paragraphs(cli)
    return "\n".join(
        [
            '.\\" Made from the commands by docs/man_page.py.',
            '.TH WIREGLASS 1 "" Wireglass',
            ".SH NAME",
            f"wireglass \\- {troff(title[0].lower() + title[1:].rstrip('.'))}",
            ".SH SYNOPSIS",
            ".B wireglass",
            r"COMMAND [OPTIONS] [ARGUMENTS]",
            ".SH DESCRIPTION",
            *(line for part in description for line in paragraph(part)),
            ".SH COMMANDS",
            *(line for name in cli.list_commands(top) for line in section(top, name)),
            ".SH EXIT STATUS",
            *paragraph(EXIT_STATUS),
            ".SH SEE ALSO",
            r"\fBss\fR(8), \fBtcpdump\fR(8), \fBtshark\fR(1), \fBwireshark\fR(1)",
            "",
        ]
    )


def section(parent: click.Context, name: str) -> Iterator[str]:
    """The lines about one command, then those about its own commands."""
    assert isinstance(parent.command, click.Group)
    command = parent.command.get_command(parent, name)
    assert command
    context = click.Context(command, info_name=name, parent=parent)
    yield f".SS {troff(' '.join([context.command_path, *command.collect_usage_pieces(context)]))}"
    for part in paragraphs(command):
        yield from paragraph(part)
    for option in command.params:
        if isinstance(option, click.Option):
            default = f" [default: {option.default}]" if option.show_default else ""
            yield from [".TP", troff(spelling(option)), troff(f"{option.help}{default}")]
    if isinstance(command, click.Group):
        for inner in command.list_commands(context):
            yield from section(context, inner)


def paragraphs(command: click.Command) -> list[str]:
    return re.split(r"\n\s*\n", cleandoc(command.help or ""))


def paragraph(text: str) -> list[str]:
    """The lines of one paragraph of a help text; click keeps the lines of one that begins with \\b."""
    if text.startswith("\b\n"):
        return [".PP", ".nf", *map(troff, text.splitlines()[1:]), ".fi"]
    return [".PP", troff(" ".join(text.split()))]


def spelling(option: click.Option) -> str:
    """How an option is written: `-f, --filter BPF`."""
    value = "" if option.is_flag else option.metavar or option.type.name.upper()
    if isinstance(option.type, click.Choice):
        value = "|".join(option.type.choices)
    return f"{', '.join([*option.opts, *option.secondary_opts])} {value}".rstrip()


def troff(text: str) -> str:
    """A line of text for troff; what stands between backquotes is bold."""
    text = text.replace("\\", r"\e").replace("-", r"\-")
    text = re.sub(r"`([^`]+)`", r"\\fB\1\\fR", text)
    return f"\\&{text}" if text.startswith((".", "'")) else text


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
