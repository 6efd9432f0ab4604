"""The commands of the command line; `inspector.cli.main` puts them together."""
