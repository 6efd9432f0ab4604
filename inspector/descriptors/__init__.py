"""Tokens (file descriptors) beside the wire: what programs and the kernel reported, joined with the connections."""
