"""The environment of the lab's programs: processes, private networks, lossy links."""
