"""Parses the reports in a recording; malformed ones are ignored, since a file may contain anything.

There are two kinds. A *call* is what a program reported about one of its file descriptors: opened, connected, closed,
named. A *sighting* is what the kernel reported when it was queried: the state of one endpoint, and the processes that
hold it.
"""

from __future__ import annotations

import ipaddress
import json
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from inspector.tcp.states import State

MAX_TEXT = 64
"""The maximum number of characters kept of the name of a process or a chat user."""

MAX_HOLDERS = 64
TIME_LIMIT_NS = 1 << 62
NUMBER_LIMIT = (1 << 63) - 1
SMALL_LIMIT = (1 << 31) - 1
COUNT_LIMIT = (1 << 32) - 1

CALLS = frozenset({"socket", "listen", "connect", "accept", "close", "name", "forget"})
STATES = {state.rfc_name: state for state in State}
FIGURES = ("rtt_us", "rtt_variation_us", "least_rtt_us", "congestion_window", "retransmissions")

Socket = tuple[int, int, int, int]
"""Address family (4 or 6), upper and lower half of the address, port: the format of the connection table."""

NOWHERE: Socket = (4, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Call:
    """Something that a program did with one of its file descriptors."""

    call: str
    time_ns: int
    namespace: int
    pid: int
    process: str
    fd: int
    inode: int
    local: Socket = NOWHERE
    remote: Socket = NOWHERE
    name: str = ""
    state: State | None = None
    """For a closed descriptor, the kernel's state of the connection at that moment; `figures` are those of that
    state."""
    figures: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sighting:
    """One endpoint as the kernel reported it, at some time from `time_ns` to `took_ns` later; `holders` are (pid, name,
    fd).
    """

    time_ns: int
    took_ns: int
    namespace: int
    local: Socket
    remote: Socket
    is_listed: bool
    state: State = State.CLOSED
    inode: int = 0
    holders: tuple[tuple[int, str, int], ...] = ()
    unread: int = 0
    unacknowledged: int = 0
    figures: dict[str, int] = field(default_factory=dict)


def parse(line: bytes) -> Call | Sighting | None:
    """Return the report in this line; None if there is no valid one."""
    try:
        report = json.loads(line)
        if not isinstance(report, dict):
            return None
        return _call(report) if "call" in report else _sighting(report)
    except (ValueError, TypeError, KeyError, RecursionError):
        return None


def _call(report: dict[str, Any]) -> Call:
    if report["call"] not in CALLS:
        raise ValueError(report["call"])
    return Call(
        report["call"],
        _number(report["time_ns"], TIME_LIMIT_NS),
        _number(report["namespace"]),
        _number(report["pid"], SMALL_LIMIT),
        _text(report["process"]),
        _number(report["fd"], SMALL_LIMIT),
        _number(report["inode"]),
        socket_of_text(report["local"]) if "local" in report else NOWHERE,
        socket_of_text(report["remote"]) if "remote" in report else NOWHERE,
        _text(report.get("name", "")),
        STATES[report["state"]] if "state" in report else None,
        _figures(report),
    )


def _sighting(report: dict[str, Any]) -> Sighting:
    where = (
        _number(report["time_ns"], TIME_LIMIT_NS),
        _number(report["took_ns"], TIME_LIMIT_NS),
        _number(report["namespace"]),
        socket_of_text(report["local"]),
        socket_of_text(report["remote"]),
    )
    if report["seen"] == "gone":
        return Sighting(*where, is_listed=False)
    holders = tuple(
        (_number(pid, SMALL_LIMIT), _text(process), _number(fd, SMALL_LIMIT))
        for pid, process, fd in report["holders"][:MAX_HOLDERS]
    )
    state, inode = STATES[report["state"]], _number(report["inode"])
    queues = _number(report["unread"], COUNT_LIMIT), _number(report["unacknowledged"], COUNT_LIMIT)
    return Sighting(*where, True, state, inode, holders, *queues, _figures(report))


def _figures(report: dict[str, Any]) -> dict[str, int]:
    """Return the kernel's figures that the report contains."""
    figures = report.get("figures", {})
    known = {name: _number(figures[name], COUNT_LIMIT) for name in FIGURES if name in figures}
    if known and figures.get("pacing_rate") is not None:
        known["pacing_rate"] = _number(figures["pacing_rate"])
    return known


@lru_cache(maxsize=4096)
def socket_of_text(text: str) -> Socket:
    """Convert `ip:port` or `[ip6]:port` to the format of the connection table; raises ValueError if it is neither."""
    host, _, port = text.rpartition(":")
    address = ipaddress.ip_address(host.strip("[]"))
    value = int(address)
    return address.version, value >> 64, value & (1 << 64) - 1, _number(int(port), 0xFFFF)


def _number(value: Any, limit: int = NUMBER_LIMIT) -> int:
    if type(value) is not int or not 0 <= value <= limit:
        raise ValueError(value)
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value[:MAX_TEXT]
