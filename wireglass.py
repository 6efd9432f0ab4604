"""`python -m wireglass`: the command line. The library is the package `inspector`, the dashboard the package `web`."""

from inspector.cli.main import run

if __name__ == "__main__":
    run()
