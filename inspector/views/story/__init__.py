"""The story of a connection or a capture: its events in order, each with a sentence."""

from inspector.views.story.events import events
from inspector.views.story.kinds import EventKind
from inspector.views.story.phases import Phase, phases
from inspector.views.story.sentences import sentence

__all__ = ["EventKind", "Phase", "events", "phases", "sentence"]
