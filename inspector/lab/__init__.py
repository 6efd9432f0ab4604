"""The lab: real servers and clients on loopback whose traffic is worth watching."""

from inspector.lab.demo.action_list import ACTIONS, Action
from inspector.lab.demo.controller import Lab
from inspector.lab.sample_captures import demo_recording

__all__ = ["ACTIONS", "Action", "Lab", "demo_recording"]
