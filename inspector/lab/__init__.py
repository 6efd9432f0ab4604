"""The lab: real servers and clients on loopback that make something worth watching happen."""

from inspector.lab.actions import ACTIONS, Action
from inspector.lab.lab import Lab
from inspector.lab.recordings import demo_recording

__all__ = ["ACTIONS", "Action", "Lab", "demo_recording"]
