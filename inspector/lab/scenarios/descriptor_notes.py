"""Records the file descriptor reports of a scenario's workers."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from inspector.lab.process.json_lines import Message
from inspector.lab.scenarios.link_addresses import Mirror

if TYPE_CHECKING:
    from inspector.pcap.socket_reports import ReportWriter

SAID_OF_EVERY_CALL = ("namespace", "pid", "process", "fd", "inode")


class Notes:
    """Records what the workers report, from `begin` to `end`."""

    def __init__(self, mirror: Mirror, goes_on: bool) -> None:
        """`goes_on` means that the recording continues after the scenario; `end` then reports the descriptors that are
        still open as closed.
        """
        self._mirror = mirror
        self._goes_on = goes_on
        self._held: dict[tuple[int, int], Message] = {}
        """The merged reports of each open descriptor, by process ID and descriptor number."""
        self._writer: ReportWriter | None = None

    def begin(self, spool: str) -> None:
        """Start to record into the spool file, which must exist."""
        # Imported here because it needs numpy, which a scenario without a capture does not need.
        from inspector.pcap.socket_reports import ReportWriter

        self._writer = ReportWriter(spool)

    def heard(self, message: Message) -> None:
        """Receive an event from a worker; record it if it is a descriptor report."""
        if message["event"] != "descriptor":
            return
        told = {key: fact for key, fact in message.items() if key != "event"}
        report = {**told, **self._ends(told)}
        self._remember(report)
        if self._writer:
            self._writer.write(report)

    def end(self) -> None:
        """Stop recording. When processes end, their descriptors are closed, and their network disappears with them."""
        if self._writer:
            if self._goes_on:
                self._take_leave(self._writer, time.time_ns())
            self._writer.close()
        self._writer = None

    def _remember(self, report: Message) -> None:
        number = report["pid"], report["fd"]
        if report["call"] == "close":
            self._held.pop(number, None)
        else:
            self._held[number] = {**self._held.get(number, {}), **report}

    def _take_leave(self, writer: ReportWriter, time_ns: int) -> None:
        for held in self._held.values():
            writer.write({"call": "close", "time_ns": time_ns, **{name: held[name] for name in SAID_OF_EVERY_CALL}})
            if "remote" in held:
                ends = {name: held[name] for name in ("namespace", "local", "remote")}
                writer.write({"seen": "gone", "time_ns": time_ns, "took_ns": 0, **ends})

    def _ends(self, report: Message) -> Message:
        """The addresses in a report, as the capture shows them. A new descriptor has none yet."""
        local, remote = self._mirror.names(report.get("local", ""), report.get("remote", ""))
        return {key: name for key, name in (("local", local), ("remote", remote)) if key in report}
