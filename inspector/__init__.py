"""Wireglass: packets rebuilt into sockets, TCP lifecycles, HTTP exchanges and WebSocket conversations.

    import inspector
    capture = inspector.open("x.pcapng")
    capture.connections.to_pandas()

The engine is loaded when one of these names is first used, so that the small programs beside it (capture process, demo
clients, `wireglass --help`) start without it.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from inspector import pure_python
from inspector.errors import BadFilter, CaptureRefused, InspectorError, LabError, NotACapture

if TYPE_CHECKING:
    from inspector.engine.capture import Capture, open

__all__ = ["BadFilter", "Capture", "CaptureRefused", "InspectorError", "LabError", "NotACapture", "open"]

pure_python.install()

# numpy's linear algebra would start a thread on every core and let it spin; we multiply no matrices.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def __getattr__(name: str) -> Any:
    if name in ("Capture", "open"):
        from inspector.engine import capture

        return getattr(capture, name)
    raise AttributeError(f"module 'inspector' has no attribute {name!r}")
