"""Prints pip's constraints for the oldest versions that pyproject.toml allows: every lower bound as the version itself.

python tests/lowest.py [EXTRA...]       (make test-lowest)
"""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

PROJECT = Path(__file__).parent.parent / "pyproject.toml"


def lowest(*extras: str) -> list[str]:
    """The requirements of the package, of its build, and of these extras."""
    whole = tomllib.loads(PROJECT.read_text("utf-8"))
    project = whole["project"]
    wanted = whole["build-system"]["requires"] + project["dependencies"]
    wanted += [one for name in extras for one in project["optional-dependencies"][name]]
    return [re.sub(r">=([\w.]+)", r"==\1", one) for one in wanted]


if __name__ == "__main__":
    print("\n".join(lowest(*sys.argv[1:])))
