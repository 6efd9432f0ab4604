"""`wireglass open FILE`: the dashboard on a saved capture."""

from __future__ import annotations

import click

from inspector.cli.serve_dashboard import dashboard_options, ends_on_sigterm, listening, serve
from inspector.cli.shared_options import files_argument, network_options, sort_copy_option
from inspector.engine.read_options import ReadOptions


@click.command(short_help="A saved capture in the browser.")
@files_argument
@network_options
@sort_copy_option
@dashboard_options
@click.option("--follow", "is_followed", is_flag=True, help="Keep reading as FILE grows, until Ctrl-C.")
def open(
    files: tuple[str, ...], port: int | None, no_browser: bool, is_followed: bool, is_sorted: bool, options: ReadOptions
) -> None:
    """Show the saved capture FILE in the browser.

    `-` is standard input, shown as it arrives. Several captures, or a folder of captures, are merged by time.

    \b
    Examples:
      wireglass open captures/demo.pcapng
      ssh server tcpdump -i eth0 -U -w - port 80 | wireglass open -
    """
    from inspector.cli.input_files import given
    from web import Session

    if is_followed and len(files) > 1:
        raise click.UsageError("--follow takes one FILE.")
    if is_followed and is_sorted:
        raise click.UsageError("--sort needs all packets of FILE, and --follow waits for more.")
    with listening(port) as listener, ends_on_sigterm(), given(files, is_awaited=False, is_sorted=is_sorted) as source:
        grows = source.inflow or is_followed
        is_over = source.is_over if grows else None
        serve(Session.of_file(source.path, is_over, source.notes, options), listener, no_browser)
