"""`wireglass open FILE`: the dashboard on a saved capture."""

from __future__ import annotations

import click

from inspector.cli.serve_dashboard import dashboard_options, ends_on_sigterm, listening, serve
from inspector.cli.shared_options import files_argument


@click.command(short_help="A saved capture in the browser.")
@files_argument
@dashboard_options
@click.option("--follow", "is_followed", is_flag=True, help="Keep reading as FILE grows, until Ctrl-C.")
def open(files: tuple[str, ...], port: int | None, no_browser: bool, is_followed: bool) -> None:
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
    with listening(port) as listener, ends_on_sigterm(), given(files, is_awaited=False) as source:
        grows = source.inflow or is_followed
        serve(Session.of_file(source.path, source.is_over if grows else None, source.notes), listener, no_browser)
