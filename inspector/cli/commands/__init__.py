"""The commands of the command line; `inspector.cli.main` lists them."""
