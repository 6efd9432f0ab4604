"""Changes between two surveys, and how often figures alone are reported."""

from __future__ import annotations

from dataclasses import replace

import pytest

from inspector.sockets import changes as module
from inspector.sockets.changes import FIGURES_EVERY_NS, Changes
from inspector.sockets.holders import End, Holder
from inspector.sockets.kernel import Figures, KernelSocket
from inspector.tcp.states import State

FIGURES = Figures(80, 40, 60, 10, 0, None)
END = End(KernelSocket("127.0.0.1:80", "127.0.0.1:5000", State.ESTABLISHED, 7, 0, 0, 0, FIGURES), (Holder(9, "x", 4),))
SLOWER = End(replace(END.socket, figures=replace(FIGURES, rtt_us=900)), END.holders)
LISTENER = End(KernelSocket("127.0.0.1:80", "0.0.0.0:0", State.LISTEN, 5, 0, 0, 16), (Holder(9, "x", 3),))


def seen(changes: Changes, *ends: End, at: int = 0) -> list[str]:
    return [f"{one['seen']} {one['remote']}" for one in changes.since(ends, at, 0)]


def test_an_end_is_told_when_it_is_new_and_when_it_is_gone() -> None:
    changes = Changes(1)
    assert seen(changes, END) == ["end 127.0.0.1:5000"]
    assert seen(changes, END) == []
    assert seen(changes) == ["gone 127.0.0.1:5000"]


def test_a_new_state_and_a_new_holder_are_told_at_once() -> None:
    changes = Changes(1)
    seen(changes, END)
    closing = End(replace(END.socket, state=State.CLOSE_WAIT), END.holders)
    assert seen(changes, closing, at=1) == ["end 127.0.0.1:5000"]
    assert seen(changes, End(closing.socket, ()), at=2) == ["end 127.0.0.1:5000"]


def test_figures_alone_are_told_now_and_then() -> None:
    changes = Changes(1)
    seen(changes, END)
    assert seen(changes, SLOWER, at=FIGURES_EVERY_NS - 1) == []
    assert seen(changes, SLOWER, at=FIGURES_EVERY_NS) == ["end 127.0.0.1:5000"]


def test_who_wants_them_oftener_gets_them_oftener() -> None:
    changes = Changes(1, figures_every_ns=10)
    seen(changes, END)
    assert seen(changes, SLOWER, at=10) == ["end 127.0.0.1:5000"]


def test_of_a_listener_the_queue_is_told_and_no_figures() -> None:
    changes = Changes(1)
    (told,) = changes.since([LISTENER], 0, 0)
    assert "figures" not in told
    waiting = End(replace(LISTENER.socket, unread=1), LISTENER.holders)
    assert seen(changes, waiting, at=1) == ["end 0.0.0.0:0"]


def test_so_many_sockets_are_tracked(monkeypatch: pytest.MonkeyPatch) -> None:
    ends = [End(replace(END.socket, remote=f"127.0.0.1:{port}"), END.holders) for port in (1, 2, 3)]
    monkeypatch.setattr(module, "MAX_ENDS", 3)
    assert len(seen(Changes(1), *ends)) == 3
    monkeypatch.setattr(module, "MAX_ENDS", 2)
    changes = Changes(1)
    assert seen(changes, *ends) == ["end 127.0.0.1:1", "end 127.0.0.1:2"]
    assert seen(changes, *ends[1:], at=1) == ["end 127.0.0.1:3", "gone 127.0.0.1:1"]
