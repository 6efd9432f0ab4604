"""File descriptors and the kernel's sockets, beside the connections."""
