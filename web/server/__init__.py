"""The HTTP server: its connections, requests and worker threads."""
