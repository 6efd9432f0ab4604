"""Runs a command and leaves no process behind: not when the command ends, nor when the process that started this dies.

    python command_supervisor.py REPORT COMMAND [ARGUMENT...]

REPORT is an inherited file descriptor. The first line written there is the process ID of the command; after its end
there is one line for each process that it left running and that was then ended: its name. The exit status is the
command's, 128 + N if a signal N ended it, 127 if there is no such command, 126 if it cannot be executed.

The command has the standard input, output and error of this program, and its process group, so a terminal's Ctrl-C
reaches the command without help. SIGTERM kills the command and all of its descendants. This program is run by its path
and imports nothing from the project, so that it starts quickly.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from pathlib import Path

# From <linux/prctl.h>.
PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36

FROM_A_TERMINAL = (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP)
"""The signals that a terminal sends to its whole foreground process group: they are meant for the command."""

CHANGED_BY_PYTHON = (signal.SIGPIPE, signal.SIGXFSZ)
"""Signals that Python ignores, and that the command would ignore as well."""

AWAITED = {signal.SIGCHLD, signal.SIGTERM}
"""Signals that are blocked and waited for: one that came just before a blocking wait() would not interrupt it."""

GRACE_SECONDS = 2
"""How long a process that was left running may take to end after SIGTERM, before it is killed."""

NOT_FOUND = 127
NOT_EXECUTABLE = 126

_libc = ctypes.CDLL(None, use_errno=True)


class Ended(Exception):
    """SIGTERM: the command and its descendants are to be killed."""


def main(report: int, command: list[str]) -> int:
    """Run the command; returns its exit status."""
    os.set_inheritable(report, False)
    _libc.prctl(PR_SET_CHILD_SUBREAPER, 1)  # a descendant whose parent has ended becomes a child of this process
    heeded = [number for number in FROM_A_TERMINAL if signal.getsignal(number) != signal.SIG_IGN]
    for number in heeded:
        signal.signal(number, lambda *_: None)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, AWAITED)
    child = os.fork()
    if child == 0:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        for number in (*heeded, *CHANGED_BY_PYTHON):
            signal.signal(number, signal.SIG_DFL)
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        _execute(command)
    try:
        parent = os.getppid()
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            raise Ended
        os.write(report, b"%d\n" % child)
        status = _wait_for(child)
        for name in end_children():
            os.write(report, name.encode(errors="replace") + b"\n")
    except (Ended, BrokenPipeError):
        kill_children()
        return 128 + signal.SIGTERM
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code


def _execute(command: list[str]) -> None:
    """Replace this process by the command, or end it with the status that shells give."""
    try:
        os.execvp(command[0], command)
    except OSError as error:
        os.write(2, f"wireglass: {command[0]}: {error.strerror}\n".encode(errors="replace"))
        os._exit(NOT_FOUND if isinstance(error, FileNotFoundError) else NOT_EXECUTABLE)


def _wait_for(child: int) -> int:
    """The wait status of this child; other children that end before are reaped.

    Raises:
        Ended: SIGTERM came first.
    """
    while signal.sigwait(AWAITED) != signal.SIGTERM:
        pid = -1
        while pid:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == child:
                return status
    raise Ended


def end_children() -> list[str]:
    """End the children of this process, and theirs, which become its children; returns their names."""
    names: dict[int, str] = {}
    signal.signal(signal.SIGALRM, lambda *_: _push(signal.SIGKILL))
    signal.setitimer(signal.ITIMER_REAL, GRACE_SECONDS, GRACE_SECONDS)
    while True:
        for pid, name in children().items():
            if pid not in names:
                names[pid] = name
                os.kill(pid, signal.SIGTERM)
        try:
            os.wait()
        except ChildProcessError:
            signal.setitimer(signal.ITIMER_REAL, 0)
            return list(names.values())


def kill_children() -> None:
    """Kill the children of this process, and theirs, until there are none."""
    while True:
        _push(signal.SIGKILL)
        try:
            os.wait()
        except ChildProcessError:
            return


def _push(number: int) -> None:
    """Send this signal to all children."""
    for pid in children():
        os.kill(pid, number)


def children() -> dict[int, str]:
    """The names of this process's children by process ID (proc(5), /proc/pid/stat)."""
    found, own = {}, os.getpid()
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            name, _, fields = Path("/proc", pid, "stat").read_bytes().partition(b"(")[2].rpartition(b") ")
        except OSError:  # it has ended
            continue
        state, parent, *_ = fields.split(maxsplit=2)
        if int(parent) == own and state != b"Z":
            found[int(pid)] = name.decode(errors="replace")
    return found


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), sys.argv[2:]))
