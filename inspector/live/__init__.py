"""Live capture: writes the packets of an interface to a growing file."""
