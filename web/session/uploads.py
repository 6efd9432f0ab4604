"""Captures that a page uploads in slices, and their analysis in a sandbox before they are shown.

With slices, a capture of a gigabyte takes no more memory than one of a kilobyte, the progress is known, and the
acceptor of the dashboard can keep its small limit on request bodies.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path

from inspector.live.helper_process import PACKAGE_ROOT
from web.errors import Refused

MAX_BYTES = 1 << 30
"""Maximum size of a capture in bytes."""

MOST = 4
"""Maximum number of captures kept, including unfinished uploads; if there is one more, the oldest is deleted."""

ROOM = 256 << 20
"""Disk space in bytes that uploads leave free."""

TRIAL_SECONDS = 300.0
"""How long a trial analysis may take on a busy machine; the sandbox itself has much stricter limits."""

LONGEST_NAME = 200

NOT_THERE = "That upload is not in progress."
SEND_AGAIN = "Choose the file again."


@dataclass
class Upload:
    """A capture that is being uploaded: its path, its name, and its progress."""

    path: Path
    name: str
    size: int
    received: int = 0
    packets: int = 0
    """The number of packets found so far by its trial analysis."""


class Uploads:
    """The captures that pages have uploaded. Until `close`, their files are in a temporary folder that only its owner
    can read.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._uploads: dict[str, Upload] = {}
        self._folder: Path | None = None

    def begin(self, name: str, size: int) -> str:
        """Start the upload of a capture of `size` bytes; return its id. Raises Refused."""
        if not 0 < size <= MAX_BYTES:
            raise Refused(
                413, f"A capture may have up to {MAX_BYTES >> 20} MiB.", "Open it with `wireglass open FILE`."
            )
        with self._lock:
            self._folder = self._folder or Path(tempfile.mkdtemp(prefix="wireglass-"))
            if shutil.disk_usage(self._folder).free < size + ROOM:
                raise Refused(507, "The disk has no room for it.", "Open it with `wireglass open FILE`.")
            while len(self._uploads) >= MOST:
                self._uploads.pop(next(iter(self._uploads))).path.unlink(missing_ok=True)
            key = secrets.token_hex(16)
            path = self._folder / key  # never the name that the page sent
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            self._uploads[key] = Upload(path, os.path.basename(name)[:LONGEST_NAME] or "upload", size)
        return key

    def add(self, key: str, at: int, slice_: str) -> int:
        """Append a base64 slice that starts at offset `at`; return how many bytes have arrived. Raises Refused."""
        upload = self.get(key)
        try:
            data = base64.b64decode(slice_, validate=True)
        except (binascii.Error, ValueError):
            raise Refused(400, "The slice is not base64.", SEND_AGAIN) from None
        with self._lock:
            if at != upload.received or at + len(data) > upload.size:
                raise Refused(409, f"Byte {upload.received} is expected next.", SEND_AGAIN)
            with upload.path.open("ab") as file:
                file.write(data)
            upload.received += len(data)
            return upload.received

    def get(self, key: str) -> Upload:
        """Return the upload with this id. Raises Refused if there is none."""
        with self._lock:
            upload = self._uploads.get(key)
        if upload is None:
            raise Refused(404, NOT_THERE, SEND_AGAIN)
        return upload

    def tried(self, key: str) -> Upload:
        """Analyse a complete upload in the sandbox and return it. Raises Refused if it is incomplete or cannot be
        shown.
        """
        upload = self.get(key)
        if upload.received != upload.size:
            raise Refused(409, f"{upload.received} of {upload.size} bytes have arrived.", "Send the rest first.")
        error = trial(upload)
        if error:
            raise Refused(422, error.replace(str(upload.path), upload.name), "Nothing was changed.")
        return upload

    def close(self) -> None:
        """Delete all uploads."""
        with self._lock:
            self._uploads.clear()
            if self._folder is not None:
                shutil.rmtree(self._folder, ignore_errors=True)
                self._folder = None


def trial(upload: Upload) -> str | None:
    """Analyse the file in a separate process; return the reason why it cannot be shown, or None if it can."""
    command = [sys.executable, "-P", "-m", "inspector.engine.sandbox", str(upload.path)]
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE_ROOT)}
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
    ) as process:
        watchdog = threading.Timer(TRIAL_SECONDS, process.kill)
        watchdog.start()
        try:
            event = _hear(process, upload)
        finally:
            watchdog.cancel()
            process.kill()
    if "done" in event:
        return None
    return str(event.get("error") or "It needs more time or memory than an upload may use: its analysis was stopped.")


def _hear(process: subprocess.Popen[bytes], upload: Upload) -> dict[str, object]:
    """Read the reports of the sandbox and return the last one; `upload` records the progress for the page."""
    event: dict[str, object] = {}
    assert process.stdout is not None
    for line in process.stdout:
        event = json.loads(line)
        if isinstance(event.get("packets"), int):
            upload.packets = int(str(event["packets"]))
    return event
