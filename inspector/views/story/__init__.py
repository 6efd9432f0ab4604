"""What happened, in order: the story of a connection as the packets tell it, in events with a sentence each."""

from inspector.views.story.events import events
from inspector.views.story.kinds import EventKind
from inspector.views.story.phases import Phase, phases
from inspector.views.story.sentences import sentence

__all__ = ["EventKind", "Phase", "events", "phases", "sentence"]
