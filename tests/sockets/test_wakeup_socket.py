"""The watcher wakes up when a connection opens or closes, and not for data in between."""

from __future__ import annotations

import pytest

from inspector.errors import InspectorError
from inspector.sockets.wakeup_socket import WakeupSocket
from tests.sockets.connected_sockets import connected_sockets
from tests.tools import needs_capture
from tests.waiting import PATIENCE_SECONDS


@needs_capture
@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_it_rings_at_the_opening_and_at_the_closing(host: str) -> None:
    wakeup = WakeupSocket("lo")
    with connected_sockets(host) as p:
        assert wakeup.wait(PATIENCE_SECONDS), "a handshake"
        server = p.accept()
        server.close()
        assert wakeup.wait(PATIENCE_SECONDS), "a FIN"
        p.client.close()
        assert wakeup.wait(PATIENCE_SECONDS), "the other FIN"
    wakeup.close()


@needs_capture
def test_one_look_answers_all_that_rang_before_it() -> None:
    wakeup = WakeupSocket("lo")
    for _ in range(3):
        with connected_sockets() as p:
            p.accept()
    assert wakeup.wait(PATIENCE_SECONDS)
    wakeup.close()


def test_an_interface_that_is_not_there_is_named() -> None:
    with pytest.raises(InspectorError, match="not noticed at once"):
        WakeupSocket("nosuch0")
