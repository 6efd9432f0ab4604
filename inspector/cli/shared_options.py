"""What several commands share: opening a capture with progress, and the arguments that they have in common."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from inspector.cli.input_files import given
from inspector.cli.terminal import Screen, fit, printable
from inspector.errors import InspectorError
from inspector.tables.gc_pause import uncollected
from inspector.units import count

if TYPE_CHECKING:
    from click.decorators import FC

    from inspector.engine.capture import Capture


class NothingRead(InspectorError):
    """Something is wrong with a capture, and there is not one packet of it."""


PROGRESS_AFTER_SECONDS = 0.7
"""Work that is done sooner shows no progress: a line that flashes up only disturbs."""

PROGRESS_EVERY_SECONDS = 0.1

# Existence and kind are checked where the file is opened, by one piece of code with one wording.
_files = click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=str))

_tunnel_option = click.option(
    "--tunnel", multiple=True, metavar="KIND:PORT", expose_value=False, callback=lambda _ctx, _option, said: _set(said),
    help="Read a tunnel on a UDP port that is not its usual one: vxlan:8473. May be given several times.",
)  # fmt: skip

_vlan_option = click.option(
    "--ignore-vlan", is_flag=True, expose_value=False, callback=lambda _ctx, _option, said: _ignore_vlans(said),
    help="Take packets of different VLANs for one network; else the same addresses in two VLANs are two connections.",
)  # fmt: skip


def network_options(command: FC) -> FC:
    """`--tunnel` and `--ignore-vlan`: which network a packet belongs to."""
    return _tunnel_option(_vlan_option(command))


def _ignore_vlans(said: bool) -> None:
    from inspector.wire.decoder import ignore_vlans

    ignore_vlans(said)


def files_argument(command: FC) -> FC:
    """FILE..., and how it is to be read (see `given`)."""
    return _files(network_options(command))


def _set(said: tuple[str, ...]) -> None:
    from inspector.wire.udp_tunnels import NoTunnel, set_port

    for words in said:
        try:
            set_port(words)
        except NoTunnel as error:
            raise click.BadParameter(str(error)) from error


filter_option = click.option(
    "-f", "--filter", "capture_filter", metavar="BPF",
    help="Capture only what matches, in tcpdump's language: 'tcp port 80', 'host 192.0.2.7'.",
)  # fmt: skip


def format_option(programs: str) -> Callable[[FC], FC]:
    """`--format`; its help says what `programs` get."""
    return click.option(
        "--format", "shape", type=click.Choice(["table", "json", "csv"]), default="table", show_default=True,
        help=f"For eyes, or for programs: {programs}",
    )  # fmt: skip


def reading_options(command: FC) -> FC:
    """The options of every command that analyses files."""
    return click.option(
        "--sort", "is_sorted", is_flag=True,
        help="Take the packets in order of time; their numbers stay those of the file.",
    )(command)  # fmt: skip


def again(*words: str) -> str:
    """The command line that runs this program with these words, as it works where it was typed."""
    here = sys.argv[0]
    if os.path.basename(here) != "wireglass":
        return shlex.join([sys.executable, "-m", "inspector", *words])
    found = shutil.which("wireglass")
    is_on_the_path = found is not None and os.path.realpath(found) == os.path.realpath(here)
    return shlex.join(["wireglass" if is_on_the_path else here, *words])


def say_where(recording: Path, err: bool = False) -> None:
    """Where a recording lies, and how to see it again; on standard error if `err`."""
    click.echo(f"Recording: {recording}", err=err)
    click.echo(f"See it again: {again('open', str(recording))}", err=err)


@contextmanager
def analysed(files: Sequence[str], is_sorted: bool = False) -> Iterator[Capture]:
    """The capture that these name (see `given`), its tables complete; closed at the end. Notes go to stderr.

    Raises:
        NothingRead: at the end, when there are notes but no packets.
    """
    with uncollected():
        from inspector.engine.capture import Capture
        from inspector.pcap.reader import open_packets

    with given(files) as source:
        capture = Capture(open_packets(source.path), sort=is_sorted)
        try:
            capture.source.notes.extend(source.notes)
            with progress(os.path.basename(source.path)) as report:
                capture.analyse(report)
            said = list(capture.notes)
            say_notes(said)
            yield capture
            say_notes([note for note in capture.notes if note not in said])  # found out while it was shown
            if capture.notes and not len(capture.packets):
                raise NothingRead(f"Nothing of {files[0]} could be read; the note says why.")
        finally:
            capture.close()


def say_notes(notes: Sequence[str], of: str = "") -> None:
    """What the reader has to say of the file, on stderr; `of` says of which where there are several."""
    for note in notes:
        click.echo(f"note: {printable(of + note)}", err=True)


@contextmanager
def progress(what: str) -> Iterator[Progress]:
    """A line on a terminal's stderr that counts packets while long work lasts, and is gone afterwards."""
    line = Progress(what)
    try:
        yield line
    finally:
        line.clear()


class Progress:
    """Call it with the packets analysed so far, as often as you like."""

    def __init__(self, what: str) -> None:
        self._what = printable(what)
        self._screen = Screen.of(sys.stderr)
        self._start = time.monotonic()
        self._next = self._start + PROGRESS_AFTER_SECONDS
        self._is_shown = False

    def __call__(self, packets: int) -> None:
        now = time.monotonic()
        if self._screen.width is None or now < self._next:
            return
        self._next = now + PROGRESS_EVERY_SECONDS
        rate = packets / (now - self._start)
        text = f"{self._what}: {count(packets, 'packet')}, {rate:,.0f}/s"
        click.echo("\r\033[K" + self._screen.paint(fit(text, self._screen.width - 1), "dim"), err=True, nl=False)
        self._is_shown = True

    def clear(self) -> None:
        """Take the line away."""
        if self._is_shown:
            click.echo("\r\033[K", err=True, nl=False)
            self._is_shown = False
