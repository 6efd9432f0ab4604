"""Views of a capture for people and programs, computed from its tables."""
