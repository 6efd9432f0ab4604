"""The tables of a capture, and what those share that fill them."""
