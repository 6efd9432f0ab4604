"""The lab's public interface: start it, run actions, stop it."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from pathlib import Path
from typing import Literal, Self

from inspector.errors import LabError
from inspector.lab.demo.action_list import ACTIONS, Action
from inspector.lab.process import launch
from inspector.lab.process.json_lines import Message, encode
from inspector.lab.process.ports import LOCALHOST, listen, port_of
from inspector.live.ended_processes import Trouble, how_it_ended
from inspector.live.private_network import in_new_network

START_SECONDS = 30.0
ACTION_SECONDS = 60.0
"""How long to wait for an action of the host process. It times out on a single step much earlier and reports which."""

GOODBYE_SECONDS = 15.0

IN_PRIVATE = (
    "The demo runs in a private network, because this user may not capture on the machine's own. Everything works "
    "there, but what your browser sends to the servers passes through a relay: in the capture, that connection is the "
    "relay's, not the browser's."
)
"""The remark about a demo that runs in a private network."""

UNSEEN = (
    "What was captured until then is in the recording. The demo still runs, but is no longer captured: restart it to "
    "see more."
)
ONE_GONE = "Packets are still captured. Restart the demo to have all parts of it."
ALL_GONE = "The rest of the demo ended with it. What was captured until then is in the recording. Start the demo again."

Mode = Literal["direct", "namespace"]


class Lab:
    """The demo's servers and clients on loopback, each in its own process, and the capture of their traffic.

    `Lab.start` creates it. Its methods may be called from any thread; actions run one after another. All of its
    processes end with `stop`, or when this process ends for whatever reason.
    """

    actions: tuple[Action, ...] = ACTIONS

    def __init__(self, process: subprocess.Popen[bytes], mode: Mode, ports: tuple[int, int]) -> None:
        self.mode = mode
        self.ports = ports
        """The ports of the HTTP server and the chat server, to which the capture is limited."""
        self.addresses = {
            "http": f"http://{LOCALHOST}:{ports[0]}/",
            "chat": f"ws://{LOCALHOST}:{ports[1]}/chat",
            "chat_page": f"http://{LOCALHOST}:{ports[1]}/",
        }
        self._counted: dict[str, dict[str, int]] = {}
        self.troubles: list[Trouble] = []
        """Processes that ended unexpectedly."""
        self._is_wanted = True
        self._process = process
        self._ids: Iterator[int] = itertools.count(1)
        self._asked: dict[int, Future[Message]] = {}
        self._ready: Future[None] = Future()
        self._lock = threading.Lock()
        self._reader = threading.Thread(target=self._read, name="lab", daemon=True)
        self._reader.start()

    @classmethod
    def start(
        cls,
        spool: str | os.PathLike[str] | None = None,
        namespace: bool | None = None,
        http_port: int = 8000,
        chat_port: int = 8765,
    ) -> Self:
        """Start the servers and the capture; return when all of them are ready.

        Args:
            spool: the pcapng file to capture into; None captures nothing.
            namespace: whether to run in a private network; with None, only if the capture needs it.
            http_port: the preferred port of the HTTP server; if it is taken, the next free one is used.
            chat_port: the preferred port of the chat server, likewise.
        Raises:
            LabError: the lab cannot run here; the message says why and what can be done about it.
        """
        if sys.platform == "win32":
            raise LabError("The demo's servers need Linux or macOS. Saved captures can be opened here.")
        refusal = capture_refusal() if namespace is None and spool is not None else None
        private = bool(namespace) or refusal is not None
        with listen(http_port) as http, listen(chat_port) as chat:
            # The sockets are created here, outside the private network, so that the user's browser can reach them.
            arguments = ["--http", str(http.fileno()), "--chat", str(chat.fileno())]
            if spool is not None:
                arguments += ["--spool", str(Path(spool).absolute())]
            process = spawn(arguments, private, (http.fileno(), chat.fileno()))
            ports = port_of(http), port_of(chat)
        lab = cls(process, "namespace" if private else "direct", ports)
        try:
            lab._wait_ready()
        except LabError as error:
            lab.stop()
            # If both ways were tried, give both reasons; that of the capture says what would help.
            raise LabError(f"{error} {refusal}" if refusal else str(error)) from None
        return lab

    @property
    def capture_statistics(self) -> dict[str, int]:
        """The packets `received` so far and how many of them were `dropped`, over all captures that write to the
        recording.
        """
        counted = self._counted.values()
        return {what: sum(counts[what] for counts in counted) for what in ("received", "dropped")}

    @property
    def remark(self) -> str:
        """A remark for users about how the demo runs; empty if there is none."""
        return IN_PRIVATE if self.mode == "namespace" else ""

    @property
    def pid(self) -> int:
        """The process ID of the host process, the parent of all the others."""
        return self._process.pid

    def run(self, name: str) -> Message:
        """Run an action; return when its packets have been sent.

        Returns:
            `result`, a sentence or two, and `clients`, the client addresses ("ip:port") whose packets show it.
        Raises:
            LabError: the action failed, or there is no such action.
        """
        return self._ask(name, name)

    def play(self, name: str) -> Message:
        """Run a scenario in its own network namespace, captured into the same recording; return when it has ended.

        Returns:
            the same as `run`.
        Raises:
            LabError: the scenario cannot run here or failed, or there is no such scenario.
        """
        return self._ask(name, "play", scenario=name)

    def _ask(self, name: str, do: str, **facts: str) -> Message:
        number, future = next(self._ids), Future[Message]()
        with self._lock:
            if self._process.poll() is not None or self._process.stdin is None:
                raise LabError("The demo has ended. Start it again.")
            self._asked[number] = future
            with contextlib.suppress(BrokenPipeError):  # the reader thread then fails the future
                self._process.stdin.write(encode({"id": number, "do": do, **facts}))
                self._process.stdin.flush()
        try:
            return future.result(ACTION_SECONDS)
        except FutureTimeoutError:
            raise LabError(f"The demo did not finish {name!r} within {ACTION_SECONDS:.0f} seconds.") from None

    def stop(self) -> None:
        """End all processes of the lab, after which the capture file is complete. May be called more than once."""
        with self._lock, contextlib.suppress(BrokenPipeError):
            if self._process.poll() is None:
                self._is_wanted = False
            if self._process.stdin:
                self._process.stdin.close()
        for push in (self._process.terminate, self._process.kill):
            try:
                self._process.wait(GOODBYE_SECONDS)
                break
            except subprocess.TimeoutExpired:
                push()
        self._process.wait()
        self._reader.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()

    def _wait_ready(self) -> None:
        try:
            self._ready.result(START_SECONDS)
        except FutureTimeoutError:
            raise LabError(f"The demo was not ready within {START_SECONDS:.0f} seconds.") from None

    def _read(self) -> None:
        assert self._process.stdout is not None, "started with a pipe"
        with self._process.stdout as lines:
            for line in lines:
                self._take(json.loads(line))
        status = self._process.wait()
        if self._is_wanted:
            self._miss(f"The demo's main process ended by itself: {how_it_ended(status)}. {ALL_GONE}")
        gone = LabError("The demo has ended. Start it again.")
        if not self._ready.done():
            self._ready.set_exception(gone)
        for number in list(self._asked):
            self._asked.pop(number).set_exception(gone)

    def _take(self, message: Message) -> None:
        match message:
            case {"event": "ready"}:
                self._ready.set_result(None)
            case {"event": "statistics"}:
                counts = {"received": message["received"], "dropped": message["dropped"]}
                self._counted = {**self._counted, message.get("source", ""): counts}
            case {"event": "error", "message": reason} if not self._ready.done():
                self._ready.set_exception(LabError(reason))
            case {"event": "error", "message": reason, "ends_capture": False}:
                self._miss(f"{reason} {ONE_GONE}", ends_capture=False)
            case {"event": "error", "message": reason}:
                self._miss(f"{reason} {UNSEEN}")
            case {"id": number, "done": done}:
                self._asked.pop(number).set_result(done)
            case {"id": number, "failed": reason}:
                self._asked.pop(number).set_exception(LabError(reason))

    def _miss(self, sentence: str, ends_capture: bool = True) -> None:
        # The first report that the capture has ended gives the cause; later ones are consequences.
        if not ends_capture or not any(trouble.ends_capture for trouble in self.troubles):
            self.troubles = [*self.troubles, Trouble(sentence, ends_capture)]


def spawn(arguments: list[str], private: bool, descriptors: tuple[int, ...]) -> subprocess.Popen[bytes]:
    """Start the host process in its own session, so that a Ctrl-C in the terminal reaches only this process, which then
    stops the host process in order.
    """
    command = launch.command("inspector.lab.demo.host_process", *arguments)
    if private:
        command = in_new_network([*command, "--relay"])
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        pass_fds=descriptors,
        env=launch.environment(),
        start_new_session=True,
    )


def capture_refusal() -> str | None:
    """The reason why this user may not capture on the machine's own network; None if capturing is allowed."""
    # Imported here because it needs numpy, and every process of the lab imports this package.
    from inspector.live.capture_rights import may_capture

    allowed, reason = may_capture()
    return None if allowed else reason
