"""Captures uploaded by a page in slices, and their analysis in a sandbox before they are shown.

So a capture of a gigabyte costs no more memory than one of a kilobyte, its progress is known, and the acceptor of the
dashboard stays as narrow as it is.
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
"""Bytes of one capture."""

MOST = 4
"""Captures kept at a time, those under way included; one more and the oldest is thrown away."""

ROOM = 256 << 20
"""Bytes of the disk that are left to everybody else."""

TRIAL_SECONDS = 300.0
"""How long a trial may take on a busy machine; the process bounds its own work much more narrowly."""

LONGEST_NAME = 200

NOT_THERE = "That upload is not under way."
SEND_AGAIN = "Choose the file again."


@dataclass
class Upload:
    """A capture that comes in: where it is kept, what it is called, and how far it has come."""

    path: Path
    name: str
    size: int
    received: int = 0
    packets: int = 0
    """Found in it so far, while it is tried out."""


class Uploads:
    """The captures that pages have sent. Files lie in a folder of their own, its owner's alone, until `close`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._uploads: dict[str, Upload] = {}
        self._folder: Path | None = None

    def begin(self, name: str, size: int) -> str:
        """Start the upload of a capture of `size` bytes; returns its id."""
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
            path = self._folder / key  # never the name that was sent
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            self._uploads[key] = Upload(path, os.path.basename(name)[:LONGEST_NAME] or "upload", size)
        return key

    def add(self, key: str, at: int, slice_: str) -> int:
        """Append a slice (base64) that begins `at`; how many bytes have arrived."""
        upload = self.get(key)
        try:
            data = base64.b64decode(slice_, validate=True)
        except (binascii.Error, ValueError):
            raise Refused(400, "The slice is not base64.", SEND_AGAIN) from None
        with self._lock:
            if at != upload.received or at + len(data) > upload.size:
                raise Refused(409, f"Byte {upload.received} is what comes next.", SEND_AGAIN)
            with upload.path.open("ab") as file:
                file.write(data)
            upload.received += len(data)
            return upload.received

    def get(self, key: str) -> Upload:
        """The upload with this id."""
        with self._lock:
            upload = self._uploads.get(key)
        if upload is None:
            raise Refused(404, NOT_THERE, SEND_AGAIN)
        return upload

    def tried(self, key: str) -> Upload:
        """A whole upload that has passed its trial."""
        upload = self.get(key)
        if upload.received != upload.size:
            raise Refused(409, f"{upload.received} of {upload.size} bytes have arrived.", "Send the rest first.")
        error = trial(upload)
        if error:
            raise Refused(422, error.replace(str(upload.path), upload.name), "Nothing was changed.")
        return upload

    def close(self) -> None:
        """Throw everything away."""
        with self._lock:
            self._uploads.clear()
            if self._folder is not None:
                shutil.rmtree(self._folder, ignore_errors=True)
                self._folder = None


def trial(upload: Upload) -> str | None:
    """Have a process of its own analyse the file; why it cannot be shown, None where it can."""
    command = [sys.executable, "-P", "-m", "inspector.engine.sandbox", str(upload.path)]
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE_ROOT)}
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
    ) as process:
        watchdog = threading.Timer(TRIAL_SECONDS, process.kill)
        watchdog.start()
        try:
            said = _hear(process, upload)
        finally:
            watchdog.cancel()
            process.kill()
    if "done" in said:
        return None
    return str(said.get("error") or "It needs more time or memory than an upload may use: its analysis was stopped.")


def _hear(process: subprocess.Popen[bytes], upload: Upload) -> dict[str, object]:
    """Read the last report of the sandbox; its progress is kept for the page."""
    said: dict[str, object] = {}
    assert process.stdout is not None
    for line in process.stdout:
        said = json.loads(line)
        if isinstance(said.get("packets"), int):
            upload.packets = int(str(said["packets"]))
    return said
