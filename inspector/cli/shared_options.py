"""Arguments and options that several commands share, and the code that opens a capture with a progress line."""

from __future__ import annotations

import gc
import os
import shlex
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from inspector.cli.input_files import given
from inspector.cli.terminal import Screen, fit, printable
from inspector.engine.read_options import USUAL, ReadOptions
from inspector.errors import InspectorError
from inspector.tables.gc_pause import uncollected
from inspector.units import count

if TYPE_CHECKING:
    from click.decorators import FC

    from inspector.engine.capture import Capture


class NothingRead(InspectorError):
    """No packet of a capture could be read."""


PROGRESS_AFTER_SECONDS = 0.7
"""Work that takes less time shows no progress line, because the line would only flicker."""

PROGRESS_EVERY_SECONDS = 0.1

# Whether the file exists and is a capture is checked where it is opened, with the same message for all commands.
files_argument = click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=str))

_tunnel_option = click.option(
    "--tunnel", "tunnels", multiple=True, metavar="KIND:PORT", callback=lambda _ctx, _option, ports: _tunnels(ports),
    help="Decode a tunnel on a non-standard UDP port, for example vxlan:8473. Can be repeated.",
)  # fmt: skip

_vlan_option = click.option(
    "--ignore-vlan", is_flag=True,
    help="Treat all VLANs as one network (default: the same addresses in two VLANs are two connections).",
)  # fmt: skip


_sort_option = click.option(
    "--sort", is_flag=True, help="Process the packets in timestamp order, not in file order; they keep their numbers."
)

Command = Callable[..., Any]


def network_options(command: Command) -> Command:
    """Add `--tunnel` and `--ignore-vlan`, which determine the network to which a packet belongs.

    The command gets them as `options`, a `ReadOptions`.
    """

    @wraps(command)
    def with_options(tunnels: Mapping[int, str], ignore_vlan: bool, sort: bool = False, **other: Any) -> Any:
        return command(options=ReadOptions(sort, ignore_vlan, tunnels), **other)

    return _tunnel_option(_vlan_option(with_options))


def read_options(command: Command) -> Command:
    """Add the options of every command that reads files: the network options and `--sort` (see `network_options`)."""
    return _sort_option(network_options(command))


sort_copy_option = click.option(
    "--sort", "is_sorted", is_flag=True,
    help="Sort the packets by timestamp first, and number them in this order, not in file order.",
)  # fmt: skip


def _tunnels(ports: tuple[str, ...]) -> Mapping[int, str]:
    if not ports:
        return {}
    from inspector.wire.udp_tunnels import NoTunnel, port_and_kind

    try:
        return dict(port_and_kind(words) for words in ports)
    except NoTunnel as error:
        raise click.BadParameter(str(error)) from error


def _interfaces(_ctx: click.Context, _argument: click.Parameter, begun: str) -> list[str]:
    import socket

    return [name for _index, name in socket.if_nameindex() if name.startswith(begun)]


interface_argument = click.argument("interface", required=False, metavar="[IFACE]", shell_complete=_interfaces)

capture_filter_option = click.option(
    "-f", "--filter", "capture_filter", metavar="BPF",
    help="Capture filter in tcpdump's syntax, for example 'tcp port 80' or 'host 192.0.2.7'.",
)  # fmt: skip


def format_option(detail: str, has_parquet: bool = False) -> Callable[[FC], FC]:
    """Add `--format`; `detail` is appended to its help text."""
    shapes = ["table", "json", "csv", *(["parquet"] if has_parquet else [])]
    binary = "; parquet is a binary file (needs the extra of that name)" if has_parquet else ""
    return click.option(
        "--format", "shape", type=click.Choice(shapes), default="table", show_default=True,
        help=f"table for reading; json or csv for programs ({detail}){binary}.",
    )  # fmt: skip


def again(*words: str) -> str:
    """A command line that runs this program with these arguments from the user's current folder."""
    here = sys.argv[0]
    if os.path.basename(here) != "wireglass":
        return shlex.join([sys.executable, "-m", "inspector", *words])
    found = shutil.which("wireglass")
    is_on_the_path = found is not None and os.path.realpath(found) == os.path.realpath(here)
    return shlex.join(["wireglass" if is_on_the_path else here, *words])


def say_where(recording: Path, err: bool = False) -> None:
    """Print the path of a recording and the command that opens it; to standard error if `err`."""
    click.echo(f"Recording: {recording}", err=err)
    click.echo(f"Open it again: {again('open', str(recording))}", err=err)


_latest: list[Capture] = []
"""The capture that was read last. It is kept because freeing its data takes longer than ending the process."""


@contextmanager
def analysed(files: Sequence[str], options: ReadOptions = USUAL) -> Iterator[Capture]:
    """Analyse the capture in these files (see `given`), which is closed when the context ends. Notes go to stderr.

    Raises:
        NothingRead: there are notes but no packets; raised when the context ends.
    """
    with uncollected():
        from inspector.engine.capture import Capture
        from inspector.pcap.reader import open_packets

    with given(files) as source:
        capture = Capture(open_packets(source.path), options)
        try:
            capture.source.notes.extend(source.notes)
            with progress(os.path.basename(source.path)) as report, uncollected():
                capture.analyse(report)
                gc.freeze()  # the engine's objects contain no reference cycles that would be worth searching for
            _latest[:] = [capture]
            notes = list(capture.notes)
            say_notes(notes)
            yield capture
            say_notes([note for note in capture.notes if note not in notes])  # added while the command ran
            if capture.notes and not len(capture.packets):
                raise NothingRead(f"No packet of {files[0]} could be read; the note above says why.")
        finally:
            capture.close()


def say_notes(notes: Sequence[str], of: str = "") -> None:
    """Print the reader's notes to stderr, each with the prefix `of` (the file's name if there are several files)."""
    for note in notes:
        click.echo(f"note: {printable(of + note)}", err=True)


@contextmanager
def progress(what: str) -> Iterator[Progress]:
    """Show a progress line on stderr during long work, if stderr is a terminal; clear it at the end."""
    line = Progress(what)
    try:
        yield line
    finally:
        line.clear()


class Progress:
    """The progress line: call it with the number of packets analysed so far."""

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
        """Clear the line."""
        if self._is_shown:
            click.echo("\r\033[K", err=True, nl=False)
            self._is_shown = False
