"""File descriptors and the kernel's sockets, matched with the connections in the capture."""
