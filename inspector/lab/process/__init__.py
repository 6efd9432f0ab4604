"""What the lab's programs run in: processes, private networks, lossy links."""
