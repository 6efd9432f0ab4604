"""Wireglass: reconstructs sockets, TCP lifecycles, HTTP exchanges and WebSocket conversations from packets.

    import inspector
    capture = inspector.open("x.pcapng")
    capture.connections.to_pandas()
    inspector.figure(capture, "stevens", connection=0)

The engine is loaded when `Capture`, `open` or `figure` is first used, so that the small programs in this package (the
capture process, the demo clients, `wireglass --help`) start without it.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from inspector import pure_python
from inspector.errors import BadFilter, CaptureRefused, InspectorError, LabError, NotACapture

if TYPE_CHECKING:
    from inspector.engine.capture import Capture, open
    from inspector.notebook import figure

__all__ = ["BadFilter", "Capture", "CaptureRefused", "InspectorError", "LabError", "NotACapture", "figure", "open"]

pure_python.install()

# numpy's linear algebra would start a busy-waiting thread on every core; we multiply no matrices.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def __getattr__(name: str) -> Any:
    if name in ("Capture", "open"):
        from inspector.engine import capture
        from inspector.query import capture_filter  # noqa: F401 - gives Capture its filter

        return getattr(capture, name)
    if name == "figure":
        from inspector.notebook import figure

        return figure
    raise AttributeError(f"module 'inspector' has no attribute {name!r}")
