from __future__ import annotations

import socket

import pytest

from inspector.errors import LabError
from inspector.lab.process import ports


def test_a_free_port_is_given_as_wished() -> None:
    with ports.listen(0) as probe:
        wished = ports.port_of(probe)
    with ports.listen(wished) as listener:
        assert ports.port_of(listener) == wished
        assert listener.getsockname()[0] == "127.0.0.1"


def test_a_taken_port_gives_a_near_one() -> None:
    with ports.listen(0) as first, ports.listen(ports.port_of(first)) as second:
        assert ports.port_of(second) != ports.port_of(first)


def test_the_last_port_has_no_neighbour_above_it_and_any_free_one_is_taken() -> None:
    with ports.listen(ports.LAST_PORT) as first, ports.listen(ports.LAST_PORT) as second:
        assert ports.port_of(second) not in (0, ports.port_of(first))


def test_an_exact_port_that_is_taken_is_an_error() -> None:
    with ports.listen(0) as listener, pytest.raises(OSError, match="in use"):
        ports.listen_exactly(ports.port_of(listener))


def test_no_port_at_all_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> socket.socket:
        raise OSError(99, "Cannot assign requested address")

    monkeypatch.setattr(socket, "create_server", refuse)
    with pytest.raises(LabError, match="Cannot assign requested address"):
        ports.listen(8000)
