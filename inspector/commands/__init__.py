"""The commands of the command line; `inspector.cli` puts them together."""
