"""Labs to try things in: real processes on real sockets, without a capture."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from inspector.lab import Lab
from inspector.lab.process import launch, namespace


def may_enter_namespace() -> bool:
    """Whether this system lets this user make a network of its own."""
    tried = subprocess.run(launch.private_command(["true"]), capture_output=True, check=False)
    return tried.returncode == 0


needs_namespace = pytest.mark.skipif(
    not sys.platform.startswith("linux") or not may_enter_namespace(), reason="needs user namespaces"
)


@pytest.fixture(scope="package", params=["direct", pytest.param("namespace", marks=needs_namespace)])
def lab(request: pytest.FixtureRequest) -> Iterator[Lab]:
    """A running lab, once on the machine's own loopback and once in a private network. Nobody is in the chat."""
    with Lab.start(namespace=request.param == "namespace", http_port=0, chat_port=0) as running:
        yield running


@pytest.fixture
def room(lab: Lab) -> Iterator[Lab]:
    """The lab, left with an empty chat."""
    yield lab
    lab.run("leave")


NAMESPACE_SCRIPT = Path(namespace.__file__)
