"""File descriptors (the `tokens` table): what programs and the kernel reported, joined with the connections."""
