"""Labs to try things in: real processes on real sockets, without a capture."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from inspector.errors import CaptureRefused
from inspector.lab import Lab
from inspector.live.private_network import Network


def refusal() -> str | None:
    """Why this system does not let this user make a network of its own; None if it does."""
    try:
        Network.create().close()
    except CaptureRefused as refused:
        return str(refused)
    return None


needs_namespace = pytest.mark.skipif(refusal() is not None, reason=f"needs network namespaces: {refusal()}")


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
