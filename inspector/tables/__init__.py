"""The tables of a capture, and the helpers shared by the modules that fill them."""
