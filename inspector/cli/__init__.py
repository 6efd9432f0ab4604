"""The command line."""

from inspector.cli.main import run

__all__ = ["run"]
