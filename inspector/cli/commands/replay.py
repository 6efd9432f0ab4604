"""`wireglass replay FILE`: the dashboard on a saved capture that is played back."""

from __future__ import annotations

import click

from inspector.cli.serve_dashboard import dashboard_options, ends_on_sigterm, listening, serve
from inspector.cli.shared_options import files_argument, network_options, sort_copy_option
from inspector.engine.read_options import ReadOptions

SPEEDS = click.FloatRange(min=0.01, max=1000)


@click.command(short_help="A saved capture played back in the browser.")
@files_argument
@network_options
@sort_copy_option
@click.option(
    "--speed", type=SPEEDS, metavar="X", default=1.0, show_default=True, help="Playback speed (1.0 = original)."
)
@dashboard_options
def replay(
    files: tuple[str, ...], speed: float, port: int | None, no_browser: bool, is_sorted: bool, options: ReadOptions
) -> None:
    """Play the saved capture FILE back in the browser, as if its packets arrived now.

    \b
    Example:
      wireglass replay captures/chat.pcapng --speed 0.5
    """
    from inspector.cli.input_files import given
    from web import Session

    with listening(port) as listener, ends_on_sigterm(), given(files, is_sorted=is_sorted) as source:
        serve(Session.of_replay(source.path, speed, options), listener, no_browser)
