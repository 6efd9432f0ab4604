"""Crafted reports, and the rows that they become."""

from __future__ import annotations

import json
from typing import Any

from inspector.descriptors.history import DescriptorHistory
from inspector.tables.table import Table
from inspector.tcp.states import State

NAMESPACE, CAFE, VISITOR = 4026531840, 100, 200
LOCAL, REMOTE = "127.0.0.1:8000", "127.0.0.1:51514"
ADDRESS = 0x7F000001


def call(call: str, at: int, fd: int, inode: int, pid: int = CAFE, **facts: Any) -> bytes:
    """A program's report; times are small numbers here."""
    head = {"call": call, "time_ns": at, "namespace": NAMESPACE, "pid": pid, "process": f"p{pid}", "fd": fd}
    return json.dumps({**head, "inode": inode, **facts}).encode()


def seen(at: int, state: str, inode: int = 0, holders: Any = (), **facts: Any) -> bytes:
    """A kernel report about the server's end."""
    told = {
        "seen": "end", "time_ns": at, "took_ns": 1, "namespace": NAMESPACE, "local": LOCAL, "remote": REMOTE,
        "state": state, "inode": inode, "holders": list(holders), "unread": 0, "unacknowledged": 0, **facts,
    }  # fmt: skip
    return json.dumps(told).encode()


def gone(at: int) -> bytes:
    """The kernel lists the server's end no more."""
    told = {"seen": "gone", "time_ns": at, "took_ns": 1, "namespace": NAMESPACE, "local": LOCAL, "remote": REMOTE}
    return json.dumps(told).encode()


class Book:
    """A history of descriptors with its tables, and connections to join with."""

    def __init__(self) -> None:
        self.tokens, self.kernel, self.connections = (Table(name) for name in ("tokens", "kernel", "connections"))
        self.descriptor_history = DescriptorHistory(self.tokens, self.kernel, self.connections)

    def take(self, *lines: bytes) -> Book:
        """Reports come in, and what can be joined is."""
        self.descriptor_history.take(lines)
        self.descriptor_history.join()
        return self

    def connect(self, start: int, end: int, is_over: bool = False, isn_known: int = 1) -> int:
        """A connection from REMOTE to LOCAL is seen on the wire; its row."""
        table = self.connections
        table.reserve(1)
        table.rows += 1
        row = table.rows - 1
        values = {"family": 4, "client_lo": ADDRESS, "server_lo": ADDRESS, "client_port": 51514, "server_port": 8000}
        states = dict.fromkeys(("client_state", "server_state"), State.CLOSED if is_over else State.ESTABLISHED)
        for name, value in {**values, **states, "start_ns": start, "end_ns": end, "isn_known": isn_known}.items():
            table[name][row] = value
        return row

    def text(self, column: str, row: int) -> str:
        """A text in the tokens table."""
        return bytes(self.tokens[column][row]).rstrip(b"\0").decode()

    def lives(self) -> list[tuple[int, int, int, int]]:
        """Process, number, opening and closing of every descriptor."""
        return list(zip(*(self.tokens[name].tolist() for name in ("pid", "fd", "opened_ns", "closed_ns")), strict=True))
