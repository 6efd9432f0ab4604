from __future__ import annotations

import socket

import pytest

from inspector.live import afpacket
from inspector.live.capture_rights import may_capture


def test_the_answer_comes_with_a_sentence() -> None:
    can, why = may_capture()
    assert ("can be captured" in why) is can


def test_a_user_who_may_not_is_told_what_helps(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> socket.socket:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(afpacket.socket, "socket", refuse)
    can, why = may_capture()
    assert not can
    assert "sudo" in why
    assert "setcap cap_net_raw+ep" in why
