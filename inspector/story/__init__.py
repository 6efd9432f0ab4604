"""What happened, in order: the story of a connection as the packets tell it, in events with a sentence each."""

from inspector.story.events import events
from inspector.story.kinds import EventKind
from inspector.story.phases import Phase, phases
from inspector.story.sentences import sentence

__all__ = ["EventKind", "Phase", "events", "phases", "sentence"]
