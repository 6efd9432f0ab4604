"""The command line interface."""

from inspector.cli.main import run

__all__ = ["run"]
