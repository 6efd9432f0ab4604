"""Finds the changes between two surveys of the sockets, as the reports that are stored in a recording."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from inspector.sockets.holders import End
from inspector.tcp.states import State

FIGURES_EVERY_NS = 1_000_000_000
"""Default minimum interval between two reports on a connection of which only the figures have changed."""

MAX_ENDS = 20_000
"""Maximum number of sockets that are tracked; any others are not reported."""

Report = dict[str, Any]
Key = tuple[str, str, int]


@dataclass(slots=True)
class _Known:
    """The last reported state of a socket, and the time of the report."""

    end: End
    time_ns: int


class Changes:
    """Compares each survey of the sockets with the one before."""

    def __init__(self, namespace: int, figures_every_ns: int = FIGURES_EVERY_NS) -> None:
        self._namespace = namespace
        self._figures_every_ns = figures_every_ns
        self._known: dict[Key, _Known] = {}

    def since(self, ends: Iterable[End], time_ns: int, took_ns: int) -> list[Report]:
        """Reports on sockets that are new, changed or gone in a survey that began at `time_ns` and took `took_ns`."""
        head = {"time_ns": time_ns, "took_ns": took_ns, "namespace": self._namespace}
        reports = []
        now: dict[Key, _Known] = {}
        for end in ends:
            key = _key(end)
            before = self._known.get(key)
            if before is None and len(now) >= MAX_ENDS:
                continue
            if before and not self._differs(before, end, time_ns):
                now[key] = before
                continue
            now[key] = _Known(end, time_ns)
            reports.append({"seen": "end", **head, **_described(end)})
        for key in self._known.keys() - now.keys():
            reports.append({"seen": "gone", **head, "local": key[0], "remote": key[1], "inode": key[2]})
        self._known = now
        return reports

    def _differs(self, known: _Known, end: End, time_ns: int) -> bool:
        before, after = known.end.socket, end.socket
        if (before.state, before.inode, known.end.holders) != (after.state, after.inode, end.holders):
            return True
        if after.state == State.LISTEN:
            return before.unread != after.unread  # the number of connections waiting to be accepted
        return before != after and time_ns - known.time_ns >= self._figures_every_ns


def _key(end: End) -> Key:
    """The key that identifies a socket: its two endpoints, and for a listening socket also its inode, since several may
    share an address (SO_REUSEPORT).
    """
    one = end.socket
    return one.local, one.remote, one.inode if one.state == State.LISTEN else 0


def _described(end: End) -> Report:
    one = end.socket
    report: Report = {
        "local": one.local,
        "remote": one.remote,
        "state": one.state.rfc_name,
        "inode": one.inode,
        "holders": [[holder.pid, holder.process, holder.fd] for holder in end.holders],
        "unread": one.unread,
        "unacknowledged": one.unacknowledged,
    }
    if one.figures and one.state != State.LISTEN:
        report["figures"] = {name: getattr(one.figures, name) for name in one.figures.__slots__}
    return report
