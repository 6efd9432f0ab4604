"""Live capture: packets of an interface, written to a file that grows."""
