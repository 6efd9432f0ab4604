"""The connection of a private network, with programs that stand in for pasta and slirp4netns."""

from __future__ import annotations

import os
from pathlib import Path

import psutil
import pytest

from inspector.live import outside_connection
from inspector.live.outside_connection import outside_of
from tests.lab.conftest import needs_namespace

pytestmark = needs_namespace

PID = 4711

WORKS = """#!/bin/sh
echo "$0 $* $$" >"$SAID"
for word; do
  [ "$before" = --ready-fd ] && echo 1 >"/proc/self/fd/$word"
  [ "$before" = -P ] && echo $$ >"$word"
  before=$word
done
exec sleep 1000
"""
FAILS = "#!/bin/sh\necho first >&2\necho 'no TUN device' >&2\nexit 1\n"


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of programs; the file `said` has the arguments and the process ID of the one that ran."""
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.defpath}")
    monkeypatch.setenv("SAID", str(tmp_path / "said"))
    monkeypatch.setattr(outside_connection, "RESOLV_CONF", tmp_path / "resolv.conf")
    monkeypatch.setattr(outside_connection.shutil, "which", lambda name: (tmp_path / name).exists())
    return tmp_path


def install(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text)
    (folder / name).chmod(0o755)


@pytest.mark.parametrize("name", ["pasta", "slirp4netns"])
def test_what_is_installed_connects_and_ends_with_the_context(installed: Path, name: str) -> None:
    install(installed, name, WORKS)
    with outside_of(PID) as outside:
        assert (outside.program, outside.refusal, outside.resolv_conf) == (name, "", None)
        *words, own = (installed / "said").read_text().split()
        assert str(PID) in words
        assert psutil.pid_exists(int(own))
    assert not psutil.pid_exists(int(own))


def test_a_second_program_is_tried_if_the_first_fails(installed: Path) -> None:
    install(installed, "pasta", FAILS)
    install(installed, "slirp4netns", WORKS)
    with outside_of(PID) as outside:
        assert outside.program == "slirp4netns"


def test_the_reason_of_the_last_failure_is_given(installed: Path) -> None:
    with outside_of(PID) as outside:
        assert outside.refusal == "neither pasta (package passt) nor slirp4netns is installed"
    install(installed, "pasta", FAILS)
    with outside_of(PID) as outside:
        assert (outside.program, outside.refusal) == ("", "pasta failed: no TUN device")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("nameserver 127.0.0.53\nsearch example.org\n", "nameserver 10.0.2.3\nsearch example.org\n"),
        ("nameserver ::1\n", "nameserver 10.0.2.3\n"),
        ("nameserver 192.0.2.53\n", None),
        ("nameserver fe80::1%eth0\n", None),
    ],
    ids=["systemd-resolved", "IPv6 loopback", "another machine", "an address with its zone"],
)
def test_a_resolver_on_loopback_is_replaced(installed: Path, text: str, expected: str | None) -> None:
    install(installed, "slirp4netns", WORKS)
    (installed / "resolv.conf").write_text(text)
    with outside_of(PID) as outside:
        assert (outside.resolv_conf.read_text() if outside.resolv_conf else None) == expected
