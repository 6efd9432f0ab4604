"""TCP: connections, endpoint states, verdicts on segments, byte streams."""
