"""A comparison of HTTP and WebSocket, measured from the packets of a capture (docs/compare.md defines the figures)."""

from inspector.compare.comparison import Findings, find, runs
from inspector.compare.delivery_methods import Kind
from inspector.compare.report import compare

__all__ = ["Findings", "Kind", "compare", "find", "runs"]
