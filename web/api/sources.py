"""The API that selects what is shown: an interface, a sample, an uploaded capture, or what the session started with."""

from __future__ import annotations

import contextlib
import json
import socket
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Blueprint, request

from inspector.errors import InspectorError
from inspector.lab.sample_captures import recordings
from inspector.live.afpacket import ANY
from inspector.live.capture_rights import may_capture
from inspector.live.live_capture import LiveCapture
from inspector.live.packet_source import LOOPBACK
from inspector.live.recording_paths import new_recording
from web.errors import Refused
from web.session.session import Session
from web.session.shown_capture import ShownCapture
from web.session.uploads import MAX_BYTES, Uploads

LONGEST_CAPTURE_FILTER = 1000
"""Maximum number of characters of a capture filter."""

CHOOSE = "Choose one from the list."


class Sources:
    """Makes `session` show other sources, one at a time. Captures exclude the dashboard's own `port`."""

    def __init__(self, session: Session, port: int) -> None:
        self.uploads = Uploads()
        self._session = session
        self._port = port
        self._lock = threading.Lock()

    def offer(self) -> dict[str, Any]:
        """The sources that can be selected."""
        is_allowed, reason = may_capture()
        return {
            "at_home": self._session.is_at_home,
            "interfaces": interfaces(),
            "may_capture": is_allowed,
            "why_not": None if is_allowed else reason,
            "samples": [{"name": name, "title": title} for name, (_, title) in recordings().items()],
            "most_bytes": MAX_BYTES,
        }

    def live(self, interface: str, expression: str) -> None:
        """Capture on an interface into a new recording in the user's folder, and show it. Raises Refused."""
        if interface not in interfaces():
            raise Refused(404, f"There is no interface {interface!r}.", CHOOSE)
        if len(expression) > LONGEST_CAPTURE_FILTER:
            raise Refused(400, f"A capture filter has up to {LONGEST_CAPTURE_FILTER} characters.", "Make it shorter.")
        self._switch(lambda: self._capture(interface, expression))

    def sample(self, name: str) -> None:
        """Show a recording that comes with Wireglass. Raises Refused."""
        known = recordings()
        if name not in known:
            raise Refused(404, f"There is no sample {name!r}.", CHOOSE)
        self._switch(lambda: ShownCapture.of_file(known[name][0], options=self._session.options))

    def upload(self, key: str) -> None:
        """Show an uploaded capture once its analysis has succeeded; until then nothing changes. Raises Refused."""
        upload = self.uploads.tried(key)
        self._switch(lambda: ShownCapture.of_file(upload.path, upload.name, options=self._session.options))

    def home(self) -> None:
        """Switch back to the capture that the session started with."""
        self._switch(lambda: self._session.home)

    def close(self) -> None:
        """Delete all uploads."""
        self.uploads.close()

    def _switch(self, make: Callable[[], ShownCapture]) -> None:
        with self._lock:
            try:
                shown = make()
            except InspectorError as error:
                raise Refused(422, str(error), "The previous capture is still shown.") from error
            if shown is not self._session.home or not self._session.is_at_home:
                self._session.show(shown)

    def _capture(self, interface: str, expression: str) -> ShownCapture:
        spool = new_recording("live")
        capture = LiveCapture.start(
            interface, spool, filter=expression or None, without_ports=[self._port], with_sockets=True
        )
        try:
            capture.wait_ready()
            return ShownCapture.of_spool(
                spool,
                interface,
                lambda: capture.statistics,
                troubles=lambda: capture.troubles,
                halt=capture.stop,
                options=self._session.options,
            )
        except BaseException:
            capture.stop()
            with contextlib.suppress(OSError):
                Path(spool).unlink()
            raise


def interfaces() -> list[str]:
    """The names of the interfaces that can be captured on: loopback first; on Linux, the name for all interfaces
    together last.
    """
    names = sorted((name for _, name in socket.if_nameindex()), key=lambda name: (name != LOOPBACK, name))
    return [*names, ANY] if sys.platform == "linux" else names


def add_sources(api: Blueprint, session: Session, sources: Sources) -> None:
    """Add the routes under /api/sources and /api/uploads, and POST /api/capture/stop."""

    @api.get("/sources")
    def offer() -> dict[str, Any]:
        return sources.offer()

    @api.post("/sources/<any(live, sample, home):kind>")
    def switch(kind: str) -> dict[str, Any]:
        body = _body()
        if kind == "live":
            sources.live(_text(body, "interface"), _text(body, "filter"))
        elif kind == "sample":
            sources.sample(_text(body, "name"))
        else:
            sources.home()
        return {"ok": True}

    @api.post("/capture/stop")
    def stop() -> dict[str, Any]:
        if not session.halt():
            raise Refused(409, "No capture is running that could be stopped here.", "Ctrl-C in the terminal ends it.")
        return {"ok": True}

    @api.post("/uploads")
    def begin() -> dict[str, Any]:
        body = _body()
        return {"id": sources.uploads.begin(_text(body, "name"), _number(body, "bytes"))}

    @api.get("/uploads/<key>")
    def progress(key: str) -> dict[str, Any]:
        upload = sources.uploads.get(key)
        return {"received": upload.received, "bytes": upload.size, "packets": upload.packets}

    @api.post("/uploads/<key>")
    def add(key: str) -> dict[str, Any]:
        body = _body()
        return {"received": sources.uploads.add(key, _number(body, "at"), _text(body, "data"))}

    @api.post("/uploads/<key>/open")
    def show(key: str) -> dict[str, Any]:
        sources.upload(key)
        return {"ok": True}


def _body() -> dict[str, Any]:
    try:
        body = json.loads(request.get_data())
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise Refused(400, "The request is not a JSON object.", "Use the dashboard's own page.")
    return body


def _text(body: dict[str, Any], name: str) -> str:
    value = body.get(name, "")
    if not isinstance(value, str):
        raise Refused(400, f"{name} must be text.", "Use the dashboard's own page.")
    return value


def _number(body: dict[str, Any], name: str) -> int:
    value = body.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise Refused(400, f"{name} must be a number.", "Use the dashboard's own page.")
    return value
