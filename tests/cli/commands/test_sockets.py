"""`wireglass sockets`, in a pipe and on a real terminal, with real sockets."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from inspector.cli.commands.sockets import Board
from inspector.cli.main import main
from inspector.sockets import End, Holder, KernelSocket
from inspector.tcp.states import State
from tests.browser.dashboards import PROGRAM
from tests.sockets.connected_sockets import connected_sockets
from tests.waiting import PATIENCE_SECONDS


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[list[str]]:
    assert main(["sockets", *arguments]) == 0
    return [line.split() for line in capsys.readouterr().out.splitlines()]


def test_in_a_pipe_the_table_is_printed_once(capsys: pytest.CaptureFixture[str]) -> None:
    with connected_sockets() as p:
        server = p.accept()
        head, *rows = printed(capsys, "--port", str(p.port))
        wanted = [
            [str(os.getpid()), str(p.listener.fileno()), "LISTEN", p.server_name],
            [str(os.getpid()), str(p.client.fileno()), "ESTABLISHED", p.client_name],
            [str(os.getpid()), str(server.fileno()), "ESTABLISHED", p.server_name],
        ]
    assert head[:6] == ["process", "pid", "fd", "state", "local", "remote"]
    assert sorted(row[1:5] for row in rows) == sorted(wanted)


class Terminal:
    """A terminal with the program in it."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self.text = ""

    def await_screen(self, is_it: Callable[[str], object]) -> str:
        """The first whole screen that is so, whether or not another has replaced it since."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            _, *screens = self.text.split("\x1b[H\x1b[2J")
            for screen in screens:
                if "Press Ctrl-C to quit." in screen and is_it(screen):
                    return screen
            assert time.monotonic() < deadline, f"it did not show; what showed was:\n{self.text}"
            if select.select([self._descriptor], [], [], 0.1)[0]:
                self.text += os.read(self._descriptor, 65536).decode()


@contextmanager
def on_a_terminal(*arguments: str) -> Iterator[tuple[Terminal, subprocess.Popen[bytes]]]:
    """`wireglass sockets` on a pseudo-terminal of 200 columns."""
    outer, inner = pty.openpty()
    environment = {**os.environ, "COLUMNS": "200", "LINES": "40", "TERM": "xterm"}
    with subprocess.Popen([str(PROGRAM), "sockets", *arguments], stdout=inner, env=environment) as process:
        os.close(inner)
        try:
            yield Terminal(outer), process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
            process.wait(PATIENCE_SECONDS)
            os.close(outer)


def test_on_a_terminal_tokens_come_and_go() -> None:
    with connected_sockets() as p, on_a_terminal("--port", str(p.port)) as (terminal, process):
        waits = re.compile(rf"–\s+–\s+ESTABLISHED\s+{p.server_name}\s+{p.client_name}")
        terminal.await_screen(waits.search)
        server = p.accept()
        number = server.fileno()
        held = re.compile(rf"• .*\s{os.getpid()}\s+{number}\s+ESTABLISHED\s+{p.server_name}")
        terminal.await_screen(held.search)
        server.close()
        terminal.await_screen(re.compile(rf"• .*\s{os.getpid()}\s+{number}\s+gone").search)
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE_SECONDS) == 0


def end(local: str, *holders: Holder, state: State = State.ESTABLISHED) -> End:
    return End(KernelSocket(local, "127.0.0.1:1", state, 5, 0, 0, 0), holders)


def test_the_first_look_marks_nothing_and_later_ones_what_changed() -> None:
    board, one, other = Board(), end("127.0.0.1:7", Holder(1, "a", 3)), end("127.0.0.1:8", Holder(1, "a", 4))
    assert "•" not in board.draw([one], None, 0.0, 40)
    assert board.draw([one, other], None, 1.0, 40).count("•") == 1
    assert "gone" in board.draw([one], None, 2.0, 40)
    later = board.draw([one], None, 9.0, 40)
    assert "•" not in later
    assert "gone" not in later


def test_a_screen_that_is_too_small_says_what_it_leaves_out() -> None:
    ends = [end(f"127.0.0.1:{port}", Holder(1, "a", port)) for port in range(100, 120)]
    text = Board().draw(ends, None, 0.0, 10)
    assert len(text.splitlines()) < 10
    assert "20 lines, 13 of them not shown" in text


def test_a_name_cannot_command_the_terminal() -> None:
    assert "\x1b[31m" not in Board().draw([end("127.0.0.1:7", Holder(1, "\x1b[31mred", 3))], None, 0.0, 40)
