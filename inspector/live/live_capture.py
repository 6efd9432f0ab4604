"""Starts and stops a live capture, which runs in a process of its own so that a busy dashboard never delays it.

That process is capture_process.py; a second one, inspector/sockets/watcher.py, records the sockets behind the packets.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from inspector.errors import BadFilter, CaptureRefused, InspectorError
from inspector.live.ended_processes import Trouble
from inspector.live.helper_process import Event, Helper
from inspector.live.packet_source import Counters
from inspector.live.private_network import Network

READY_SECONDS = 60.0
"""How long the process may take to start capturing; it may have to import scapy on a busy machine."""

SOCKETS_LOST = "Packets are still captured, but their sockets are no longer reported. Restart to have both."


class LiveCapture:
    """A running capture process, and what it has reported so far. The attributes may be read from any thread.

    `error` says why the process ended, and is None until then; `link_type` is -1 until the process is ready.
    """

    def __init__(
        self,
        command: Sequence[str],
        spool: Path,
        watch: Sequence[str] | None = None,
        network: Network | None = None,
    ) -> None:
        """`watch` is the command of a second process, which is started once the capture process is ready and ended
        before it. Both run in `network`, if it is given.
        """
        self.spool = spool
        self.statistics = Counters()
        self.link_type = -1
        self._failure: type[InspectorError] = CaptureRefused
        self._heard = threading.Event()
        self._watch_command = watch
        self._watch: Helper | None = None
        self._watches = threading.Event()
        self._network = network
        self._capture = self._start("The capture process", command, self._take)

    @classmethod
    def start(
        cls,
        interface: str,
        spool_path: str | os.PathLike[str],
        *,
        filter: str | None = None,
        only_ports: Sequence[int] = (),
        without_ports: Sequence[int] = (),
        through: str = "auto",
        with_sockets: bool = False,
        network: Network | None = None,
    ) -> LiveCapture:
        """Start capturing on `interface` into a new file. Returns at once; call `wait_ready` to wait for the start.

        Args:
            filter: an expression in tcpdump's language.
            only_ports: capture only TCP from or to these ports.
            without_ports: capture no TCP from or to these ports.
            through: the capture method: "ring", "scapy", or "auto" for the best one that works.
            with_sockets: also record the kernel's information about the sockets behind the packets and the processes
                that hold them, for those sockets between which the `filter` could accept a packet.
            network: the network namespace in which to capture; None for that of this process. It is needed until
                `wait_ready` has returned.
        """
        command = [sys.executable, "-P", "-m", "inspector.live.capture_process", "--spool", os.fspath(spool_path)]
        command += ["--interface", interface, "--through", through]
        filtered = [f"--filter={filter}"] if filter else []
        ports = ["--only-ports", ",".join(map(str, only_ports))] if only_ports else []
        ports += ["--without-ports", ",".join(map(str, without_ports))] if without_ports else []
        watch = [sys.executable, "-P", "-m", "inspector.sockets.watcher", "--spool", os.fspath(spool_path)]
        watch += ["--interface", interface]
        wishes = filtered + ports
        return cls(command + wishes, Path(spool_path), watch + wishes if with_sockets else None, network)

    def wait_ready(self, timeout: float = READY_SECONDS) -> None:
        """Wait until packets are being captured and the header of the spool has been written.

        Raises:
            CaptureRefused: capturing is not permitted, fails, or does not begin within `timeout` seconds.
            BadFilter: the filter is invalid.
            InspectorError: the spool cannot be written.
        """
        if not self._heard.wait(timeout):
            self.stop()
            raise CaptureRefused(f"The capture did not begin within {timeout:g} seconds.")
        if self.error:
            self.stop()
            raise self._failure(self.error)
        if self._watch_command and not self._watch:
            command = [*self._watch_command, "--link-type", str(self.link_type)]
            self._watch = self._start("The process that watches the sockets", command, lambda _: self._watches.set())

    def wait_watching(self, timeout: float = READY_SECONDS) -> None:
        """After `wait_ready`: wait for the first survey of the sockets, or for the end of their watch."""
        self._watches.wait(timeout)

    @property
    def error(self) -> str | None:
        """Why the capture ended; None while it runs."""
        return self._capture.error

    @property
    def troubles(self) -> list[Trouble]:
        """The processes that ended unexpectedly, with explanations."""
        found = []
        if self.error:
            kept = f" What it had captured is in the recording {self.spool.name}. Start again to capture more."
            found.append(Trouble(self.error + (kept if self._capture.has_died else "")))
        if self._watch and self._watch.error and not self._watch.was_killed:  # a kill at the end is harmless
            found.append(Trouble(f"{self._watch.error} {SOCKETS_LOST}", ends_capture=False))
        return found

    @property
    def is_running(self) -> bool:
        """Whether the capture process is running."""
        return self._capture.is_running

    @property
    def pid(self) -> int:
        """The process ID of the capture process."""
        return self._capture.pid

    def stop(self) -> Counters:
        """End the capture, wait until all packets are written, and return the final counters. May be called more than
        once.
        """
        if self._watch:
            self._watch.end()
        self._capture.end()
        return self.statistics

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def _start(self, name: str, command: Sequence[str], heard: Callable[[Event], None]) -> Helper:
        if self._network is None:
            return Helper(name, command, heard)
        return Helper(name, self._network.command(command), heard, [self._network.fd])

    def _take(self, event: Event) -> None:
        """Handle an event of the capture process."""
        match event["event"]:
            case "ready":
                self.link_type = event["link_type"]
            case "statistics":
                self.statistics = Counters(event["received"], event["dropped"])
                return
            case "error":
                self._failure = _FAILURES.get(event["kind"], InspectorError)
            case "end" if self._watch:
                self._watch.dismiss()  # no packets, so no sockets behind them
        self._heard.set()


_FAILURES: dict[str, type[InspectorError]] = {
    "BadFilter": BadFilter,
    "CaptureRefused": CaptureRefused,
    "RingUnavailable": CaptureRefused,
}
