"""Notes on packets, stored beside a recording until they are embedded in it.

A recording that is still growing belongs to the process that writes it, and one received from somebody else is
evidence: neither is modified. Notes are appended line by line to a file beside the recording, `RECORDING.notes`, which
is read together with it; `packet_comments.py` writes a recording that contains them as packet comments.
"""

from __future__ import annotations

import contextlib
import json
import os
from dataclasses import dataclass
from pathlib import Path

from inspector.errors import InspectorError
from inspector.pcap.formats import MAX_COMMENTS, MAX_TEXT

MAX_BYTES = 64 << 20
"""Maximum bytes read of a file of notes: more than all the notes that may be kept can take."""


class NotKept(InspectorError):
    """A note could not be stored."""


@dataclass(frozen=True, slots=True)
class Note:
    """A note on a packet; an empty text removes it. `time_ns` is used to verify that it is the right packet."""

    row: int
    time_ns: int
    text: str


class Notebook:
    """The file of notes beside one recording. `notes` holds the latest note on each packet row."""

    def __init__(self, recording: Path) -> None:
        self.path = recording.with_name(recording.name + ".notes")
        self.notes: dict[int, Note] = {}
        with contextlib.suppress(OSError):
            self._read()

    def write(self, note: Note) -> None:
        """Store a note on disk; when this returns, it has been synced.

        Raises:
            NotKept: the note is too long, there are too many notes, or the file cannot be written.
        """
        if len(note.text.encode()) > MAX_TEXT:
            raise NotKept(f"A note may have {MAX_TEXT} bytes; this one has {len(note.text.encode())}. Make it shorter.")
        if note.row not in self.notes and len(self.notes) >= MAX_COMMENTS:
            raise NotKept(f"There are {MAX_COMMENTS} notes already. Delete one first.")
        line = json.dumps({"packet": note.row + 1, "time_ns": note.time_ns, "note": note.text})
        try:
            self._append(line.encode() + b"\n")
        except OSError as error:
            raise NotKept(f"The note cannot be kept in {self.path}: {error.strerror}.") from error
        self.notes[note.row] = note

    def remove(self) -> None:
        """Delete the file: its notes are stored elsewhere now."""
        self.notes.clear()
        self.path.unlink(missing_ok=True)

    def _append(self, line: bytes) -> None:
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
        descriptor = os.open(self.path, flags, 0o600)
        try:
            # A crash may have left an incomplete line, so this note starts on a new one.
            os.write(descriptor, line if self._ends_whole() else b"\n" + line)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _ends_whole(self) -> bool:
        with self.path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            if not size:
                return True
            file.seek(size - 1)
            return file.read(1) == b"\n"

    def _read(self) -> None:
        with self.path.open("rb") as file:
            for line in file.read(MAX_BYTES).splitlines():
                note = _note(line)
                if note and (note.row in self.notes or len(self.notes) < MAX_COMMENTS):
                    self.notes[note.row] = note


def _note(line: bytes) -> Note | None:
    """The note in a line; None if it is not a line that Wireglass would have written."""
    try:
        record = json.loads(line)
        number, time_ns, text = record["packet"], record["time_ns"], record["note"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    is_ours = type(number) is int and type(time_ns) is int and isinstance(text, str) and number > 0
    if not is_ours:
        return None
    # JSON can contain an unpaired surrogate, which cannot be encoded as UTF-8.
    return Note(number - 1, time_ns, text[:MAX_TEXT].encode("utf-8", "replace").decode())
